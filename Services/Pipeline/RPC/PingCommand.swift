import ArgumentParser
import NIOCore
import RPC

/// Asks a service again and again whether it is ready.
struct PingCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Tells whether a service answers, whether it is ready, and how fast.",
        discussion: """
            Exit code 0 when every call was answered by a service that is ready, else 1. Ctrl-C ends it early. With \
            --json each answer is one line, and the summary is the last.

            Examples:
              ibpipeline rpc ping deals
              ibpipeline rpc ping auth --count 100 --interval 100ms
              ibpipeline rpc ping health --count 1 --json
            """)

    static let countRange = 1...1_000_000

    @OptionGroup var peer: PeerOptions

    @Option(help: "How often to ask.")
    var count = 5

    @Option(help: ArgumentHelp("The pause between two calls.", valueName: "time"))
    var interval = TimeSpan(.seconds(1))

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    func validate() throws {
        guard Self.countRange.contains(count) else {
            throw ValidationError("--count must be from 1 to \(Self.countRange.upperBound).")
        }
    }

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    func run(on console: Console) async throws {
        let tally = try await peer.withSession { session in
            var tally = PingTally(service: session.place.service)
            for index in 0..<count {
                if index > 0 { try? await Task.sleep(for: interval.duration) }
                if Task.isCancelled { break }
                let answer = await PingAnswer(session)
                if Task.isCancelled { break }
                tally.add(answer)
                try console.say(answer, json: json)
            }
            return tally
        }
        try console.say(tally, json: json)
        guard tally.calls == tally.ready else { throw ExitCode(CommandFailure.other) }
    }
}

/// What became of one call.
struct PingAnswer: Report, Sendable {
    var service: String
    var address: String
    var microseconds: Double
    /// Nil when the call failed.
    var health: RPCServerHealth?
    /// Why the call failed.
    var failure: String?

    init(_ session: PeerSession) async {
        service = session.place.service
        address = session.place.address.text
        let start = NIODeadline.now()
        do {
            health = try await session.call(BuiltInMethods.health)
        } catch {
            failure = (error as? RPCFault)?.headline ?? "\(error)"
        }
        microseconds = Double((NIODeadline.now() - start).nanoseconds / 100) / 10
    }

    var lines: [String] {
        guard let health else { return ["\(service) \(address): no answer, \(failure ?? "")"] }
        return ["\(service) \(address): \(health.text), time=\((microseconds / 1000).text(decimals: 2)) ms"]
    }
}
