import ArgumentParser
import Foundation
import RPC

/// Measures how soon an event takes effect at a consumer, and how fast one catches up: two stores on one disk, the RPC over
/// the loopback between them, all in one process so that one clock counts.
@main
struct EventsProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events-probe", abstract: "Measure events from commit to effect; prints one line of JSON.")

    @Option(help: "Events a second, one transaction each.") var rate = 200
    @Option(help: "How long to measure at that rate.") var seconds = 3.0
    @Option(help: "Events to catch up with.") var backlog = 20_000

    private struct Report: Encodable {
        var events: Int
        var p50Microseconds: Int64
        var p99Microseconds: Int64
        var maxMicroseconds: Int64
        var catchUpPerSecond: Double
        /// What the catch-up would be if reading JSON were all there is to it.
        var decodePerSecond: Double
    }

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "events-probe-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let pair = try await ProbePair.open(directory.path)
        let catchUp = try await pair.catchUp(backlog)
        let latencies = try await pair.latencies(rate: rate, seconds: seconds)
        let report = Report(
            events: latencies.count, p50Microseconds: latencies.share(0.5), p99Microseconds: latencies.share(0.99),
            maxMicroseconds: latencies.last ?? 0, catchUpPerSecond: catchUp,
            decodePerSecond: try ProbePair.decodeRate())
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
