import ArgumentParser
import Contracts
import RPC

/// Whose dead letters: of which source, for which group, and which service keeps them.
struct LetterOptions: ParsableArguments {
    @Argument(help: "The service whose events they are.")
    var source: EventProducer

    @OptionGroup var cluster: ClusterOptions

    @Option(help: ArgumentHelp("The group that could not take them in.", valueName: "name"))
    var group = Peer.audit

    @Option(help: ArgumentHelp("The service that works for this group.", valueName: "service"))
    var by = EventTaker.audit

    func withSession<Result: Sendable>(
        _ body: @Sendable (PeerSession) async throws -> Result
    ) async throws -> Result {
        try await cluster.withSession(with: by.rawValue, as: Peer.operator, body)
    }
}

/// Lists events that were not taken in.
struct DeadCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Lists the events that a group could not take in, and those that wait behind them.",
        discussion: """
            An event that fails five times is put aside, and so is what follows of the same aggregate; all others flow. \
            ATTEMPTS is 0 for those that only wait. `ibpipeline events replay` shows what is in them. Exit code 1 when \
            there are any, so that a check can use it.

            Examples:
              ibpipeline events dead deals
              ibpipeline events dead deals --group webhooks --by health
              ibpipeline events dead auth --json
            """)

    private static let pageLetters = 200

    @OptionGroup var letters: LetterOptions

    @Option(help: ArgumentHelp("Lists at most so many.", valueName: "n"))
    var limit = 200

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000.") }
    }

    func run(on console: Console) async throws {
        let list = try await letters.withSession { session in
            var list = DeadLetterList(items: [], total: 0)
            while list.items.count < limit {
                let page = try await session.client.call(
                    EventMethods.deadLetters,
                    DeadLetterQuery(
                        source: letters.source.rawValue, group: letters.group, after: list.items.last?.sequence,
                        limit: min(Self.pageLetters, limit - list.items.count)),
                    timeout: session.timeout)
                list.total = page.total
                list.items += page.items
                if page.items.count < Self.pageLetters { break }
            }
            return list
        }
        try console.say(list, json: json)
        if list.total > 0 { throw ExitCode(CommandFailure.other) }
    }
}

extension DeadLetterList: Report {
    var lines: [String] {
        let rows = items.map { ["\($0.sequence)", $0.aggregate, "\($0.attempts)", $0.firstAt.text, $0.error] }
        return TextTable(["SEQUENCE", "AGGREGATE", "ATTEMPTS", "SINCE", "ERROR"], rows).lines
            + [items.count < total ? "\(total) in all" : nil].compactMap(\.self)
    }
}
