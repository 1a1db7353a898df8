import ArgumentParser
import Contracts
import RPC

/// Shows events as they happen.
struct TailCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Prints the events of a service as they happen, until Ctrl-C.",
        discussion: """
            Begins with what comes next, or where --after or --from says. When the service restarts it goes on where it \
            was. It holds nothing back: events are deleted whether somebody looks on or not.

            Examples:
              ibpipeline events tail deals
              ibpipeline events tail auth --from 2026-11-26T09:00:00Z
              ibpipeline events tail deals --after 1200 --limit 10 --json
            """)

    private static let windowBatches = 2

    @OptionGroup var events: EventOptions

    @Option(help: ArgumentHelp("Ends after so many events.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    /// Runs until its task is cancelled, or until so many events are printed.
    func run(on console: Console) async throws {
        let source = events.source.rawValue
        try await events.cluster.withSession(with: source, as: Peer.operator) { session in
            var place = try await start(session)
            var left = limit ?? .max
            var backOff = BackOff(first: .milliseconds(100), max: .seconds(2))
            while left > 0, !Task.isCancelled {
                do {
                    let batches = try session.client.stream(EventMethods.subscribe, place, window: Self.windowBatches)
                    for try await batch in batches {
                        backOff.reset()
                        for delivery in batch.events.prefix(left) {
                            console.say(EventLine(source: source, delivery: delivery).text(json: events.json))
                        }
                        left -= min(left, batch.events.count)
                        (place.after, place.from) = (batch.through, nil)
                        if left == 0 { return }
                    }
                } catch let fault as RPCFault where fault.status == .unavailable && !Task.isCancelled {
                    console.note("\(source): \(fault.headline); going on when it is back")
                }
                try? await Task.sleep(for: backOff.next())
            }
        }
    }

    private func start(_ session: PeerSession) async throws -> EventSubscription {
        var place = EventSubscription(
            topic: events.topic, after: events.after, from: events.from?.instant, raw: true)
        if place.after == nil, place.from == nil {
            place.after = try await session.client.call(
                EventMethods.read, EventRead(limit: 1, raw: true), timeout: session.timeout
            ).newest
        }
        return place
    }
}
