import ArgumentParser
import Foundation
import RPC

@main
struct EventsProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-probe", abstract: "A producer and a consumer of events, to be measured and to be killed.",
        subcommands: [MeasureCommand.self, ProduceCommand.self, ConsumeCommand.self],
        defaultSubcommand: MeasureCommand.self)
}

/// Measures how soon an event takes effect at a consumer, and how fast one catches up: two stores on one disk, the RPC over
/// the loopback between them, all in one process so that one clock counts.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measure events from commit to effect; prints one line of JSON.")

    @Option(help: "Events a second, one transaction each.") var rate = 200
    @Option(help: "How long to measure at that rate.") var seconds = 3.0
    @Option(help: "Events to catch up with.") var backlog = 20_000
    @Option(help: "Events that gather while the consumer is away for a day.") var outage = 100_000

    private struct Report: Encodable {
        var events: Int
        var p50Microseconds: Int64
        var p99Microseconds: Int64
        var maxMicroseconds: Int64
        var catchUpPerSecond: Double
        /// What the catch-up would be if reading JSON were all there is to it.
        var decodePerSecond: Double
        /// Of a write at the producer: while the consumer follows, while it is away, while it catches up.
        var writeP99Microseconds: [Int64]
    }

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "events-probe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let pair = try await ProbePair.open(directory.path)
        let catchUp = try await pair.catchUp(backlog)
        let latencies = try await pair.latencies(rate: rate, seconds: seconds)
        let writes = try await pair.writes(rate: rate, seconds: seconds, backlog: outage)
        let report = Report(
            events: latencies.count, p50Microseconds: latencies.share(0.5), p99Microseconds: latencies.share(0.99),
            maxMicroseconds: latencies.last ?? 0, catchUpPerSecond: catchUp,
            decodePerSecond: try ProbePair.decodeRate(),
            writeP99Microseconds: [writes.with, writes.away, writes.after].map { $0.share(0.99) })
        try await pair.close()
        print(String(decoding: try StrictJSON.encode(report), as: UTF8.self))
    }
}

extension [Int64] {
    /// Of sorted values.
    fileprivate func share(_ part: Double) -> Int64 {
        isEmpty ? 0 : self[Swift.min(count - 1, Int(Double(count) * part))]
    }
}
