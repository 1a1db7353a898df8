import NIOCore
import RPC

/// How fast a service answered.
struct BenchReport: Report, Sendable {
    var method: String
    var service: String
    var address: String
    var inFlight: Int
    /// From the end of the warm-up to the last answer.
    var seconds: Double
    var calls: Int
    var failures: Int
    var firstFailure: String?
    /// Rate and times are of calls that went well: a refusal is quick, and no service.
    var callsPerSecond: Int
    var p50Microseconds: Int64
    var p99Microseconds: Int64
    var maxMicroseconds: Int64

    init(_ run: BenchRun, _ counts: BenchTally.Counts, elapsed: TimeAmount) {
        method = run.method.name
        service = run.session.place.service
        address = run.session.place.address.text
        inFlight = run.inFlight
        // Not positive when it was interrupted within the warm-up.
        let milliseconds = max(1, elapsed.nanoseconds / 1_000_000)
        seconds = Double(milliseconds) / 1000
        calls = counts.times.count + counts.failures
        failures = counts.failures
        firstFailure = counts.firstFault?.headline
        callsPerSecond = Int(Double(counts.times.count) / seconds)
        p50Microseconds = counts.times.nanoseconds(atOrBelow: 0.5) / 1000
        p99Microseconds = counts.times.nanoseconds(atOrBelow: 0.99) / 1000
        maxMicroseconds = counts.times.maxNanoseconds / 1000
    }

    var lines: [String] {
        [
            "\(method) on \(service) \(address): \(inFlight) in flight over one connection",
            "\(callsPerSecond) calls/s, p50 \(p50Microseconds) µs, p99 \(p99Microseconds) µs, max \(maxMicroseconds) µs",
            "\(calls) calls in \(seconds.text(decimals: 2)) s, \(failures) failed"
                + (firstFailure.map { ", first with \($0)" } ?? ""),
        ]
    }
}
