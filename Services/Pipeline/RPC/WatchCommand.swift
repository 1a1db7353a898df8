import ArgumentParser
import Contracts
import RPC

/// Follows whether a service is ready.
struct WatchCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints a line whenever a service becomes ready or ceases to be, until Ctrl-C.",
        discussion: """
            When the connection ends, as when the service restarts, it says so and begins anew by itself.

            Examples:
              ibpipeline rpc watch deals
              ibpipeline rpc watch audit --json
            """)

    @OptionGroup var peer: PeerOptions

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    /// Runs until its task is cancelled.
    func run(on console: Console) async throws {
        try await peer.withSession { session in
            var backOff = BackOff(first: .milliseconds(100), max: .seconds(2))
            var isLost = false
            while !Task.isCancelled {
                do {
                    for try await health in try session.client.stream(BuiltInMethods.watch, Nothing()) {
                        isLost = false
                        backOff.reset()
                        try console.say(WatchEvent(session.place, health: health), json: json)
                    }
                    throw RPCFault(.unavailable, "stream_ended", "The service ended the stream.")
                } catch let fault as RPCFault where !Task.isCancelled {
                    // A service that stays away is told once.
                    if !isLost { try console.say(WatchEvent(session.place, lost: fault), json: json) }
                    isLost = true
                    try? await Task.sleep(for: backOff.next())
                }
            }
        }
    }
}

/// That a service became ready, or ceased to be, or is gone.
struct WatchEvent: Report, Sendable {
    var at = Instant.now
    var service: String
    var address: String
    var health: RPCServerHealth?
    /// Why the connection ended.
    var lost: String?

    init(_ place: PeerPlace, health: RPCServerHealth) {
        service = place.service
        address = place.address.text
        self.health = health
    }

    init(_ place: PeerPlace, lost fault: RPCFault) {
        service = place.service
        address = place.address.text
        lost = fault.headline
    }

    var lines: [String] {
        ["\(at.text) \(service) \(address): " + (health?.text ?? "the connection ended (\(lost ?? "")); watching anew")]
    }
}
