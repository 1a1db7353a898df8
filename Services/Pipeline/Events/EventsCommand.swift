import ArgumentParser

/// What an operator does with the events between the services.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Follows the events between the services, and looks after those that were not taken in.",
        discussion: """
            Finds address and secret as `ibpipeline rpc` does: in the data directory of a cluster that `ibpipeline up` \
            runs here, or by --address and --secret-file, or by IBP_RPC_TLS_* with the certificate of operator.

            Events tell what the log tells: no secret, and of a secret deal no more than ids.

            Examples:
              ibpipeline events tail deals
              ibpipeline events lag --max-age 1m
              ibpipeline events dead health
              ibpipeline events redrive deals
            """,
        subcommands: [
            TailCommand.self, LagCommand.self, ReplayCommand.self, DeadCommand.self, RedriveCommand.self,
            SkipCommand.self,
        ])
}

/// A service that has events to read.
enum EventProducer: String, CaseIterable, ExpressibleByArgument, Sendable {
    case auth, deals, health
}

/// A service that takes in events of others.
enum EventTaker: String, CaseIterable, ExpressibleByArgument, Sendable {
    case audit, health
}
