import ArgumentParser
import Contracts
import RPC

/// Prints what happened, from some moment on.
struct ReplayCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Prints the events that a service still keeps, from a number or an instant on, and ends.",
        discussion: """
            Up to the newest event at the start, or up to --through. Without --after and --from it begins with the oldest. \
            Exit code 1 when what was asked for is deleted already. Progress goes to standard error.

            Examples:
              ibpipeline events replay deals --json > deals.ndjson
              ibpipeline events replay deals --after 41 --through 42
              ibpipeline events replay auth --from 2026-11-26T09:00:00Z --topic users
            """)

    private static let pageEvents = 500
    private static let patience = Duration.seconds(2)

    @OptionGroup var events: EventOptions

    @Option(help: ArgumentHelp("The last event to print.", valueName: "sequence"))
    var through: Int64?

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    func run(on console: Console) async throws {
        let source = events.source.rawValue
        try await events.cluster.withSession(with: source, as: Peer.operator) { session in
            var place = EventRead(
                topic: events.topic, after: events.after, from: events.from?.instant, limit: Self.pageEvents, raw: true)
            var end = through
            var toldAt = ContinuousClock.now
            while true {
                try Task.checkCancellation()
                let page = try await session.client.call(EventMethods.read, place, timeout: session.timeout)
                let last = end ?? page.newest
                end = last
                for delivery in page.events where delivery.sequence <= last {
                    console.say(EventLine(source: source, delivery: delivery).text(json: events.json))
                }
                guard page.through < min(last, page.newest) else { return }
                (place.after, place.from) = (page.through, nil)
                if ContinuousClock.now - toldAt >= Self.patience {
                    console.note("\(source): event \(page.through) of \(last)")
                    toldAt = .now
                }
            }
        }
    }
}
