import ArgumentParser
import Foundation
import NIOCore
import RPC

/// Measures how many calls a service answers.
struct BenchCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Calls a method as often as it is answered, and tells how often and how fast that was.",
        discussion: """
            A closed loop over one connection: as soon as a call is answered, the next one goes out. What is measured \
            includes this tool, so on a small machine both share its processors. Exit code 1 when a call failed. A \
            method that is not idempotent does its work anew each time, so it needs --yes.

            Examples:
              ibpipeline rpc bench deals
              ibpipeline rpc bench health --method health.current --as gateway --in-flight 8 --seconds 10
              ibpipeline rpc bench auth --in-flight 1 --json
            """)

    static let inFlightRange = 1...RPCLimits.default.inFlightMax
    static let secondsRange = 0.1...600

    @OptionGroup var peer: PeerOptions

    @Option(help: "The method to call.")
    var method = BuiltInMethods.health.entry.name

    @Option(help: ArgumentHelp("Calls that are under way at once.", valueName: "n"))
    var inFlight = 64

    @Option(help: ArgumentHelp("How long to measure, after a warm-up of 0.3 s.", valueName: "s"))
    var seconds = 3.0

    @Option(help: ArgumentHelp("The input of each call: JSON, @FILE, or - for standard input.", valueName: "json"))
    var body = "{}"

    @Flag(help: "Call a method although it is not idempotent.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard Self.inFlightRange.contains(inFlight) else {
            throw ValidationError("--in-flight must be from 1 to \(Self.inFlightRange.upperBound).")
        }
        guard Self.secondsRange.contains(seconds) else {
            throw ValidationError("--seconds must be from 0.1 to 600.")
        }
    }

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    func run(on console: Console) async throws {
        let body = try CallBody.read(body)
        let report = try await peer.withSession { session in
            let entry = try MethodList(try await session.call(BuiltInMethods.describe)).method(method)
            try check(entry)
            return await BenchRun(
                session: session, method: entry, body: ByteBuffer(bytes: body), inFlight: inFlight,
                length: .nanoseconds(Int64(seconds * 1e9))
            ).run()
        }
        try console.say(report, json: json)
        guard report.failures == 0, report.calls > 0 else { throw ExitCode(CommandFailure.other) }
    }

    private func check(_ entry: RPCMethodEntry) throws {
        guard !entry.isStream else {
            throw CommandFailure(
                line: "\(entry.name) is a stream; bench calls methods with one answer.", code: CommandFailure.usage)
        }
        guard entry.isIdempotent || yes else {
            throw CommandFailure(
                line: "\(entry.name) is not idempotent: each call does its work anew; --yes calls it all the same.",
                code: CommandFailure.usage)
        }
    }
}
