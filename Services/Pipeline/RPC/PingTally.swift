import RPC

/// Sums up what `ping` saw, as ping(8) does.
struct PingTally: Report, Sendable {
    var service: String
    var calls = 0
    var ready = 0
    /// Those that got no answer.
    var failed = 0
    /// Of the calls that were answered; nil while there is none.
    var minMicroseconds: Double?
    var meanMicroseconds: Double?
    var maxMicroseconds: Double?

    init(service: String) { self.service = service }

    mutating func add(_ answer: PingAnswer) {
        calls += 1
        guard let health = answer.health else {
            failed += 1
            return
        }
        if health.isReady { ready += 1 }
        let answered = Double(calls - failed)
        let mean = meanMicroseconds ?? 0
        meanMicroseconds = mean + (answer.microseconds - mean) / answered
        minMicroseconds = min(minMicroseconds ?? .infinity, answer.microseconds)
        maxMicroseconds = max(maxMicroseconds ?? 0, answer.microseconds)
    }

    var lines: [String] {
        var lines = ["--- \(service) ---", "\(calls) calls, \(ready) ready, \(failed) without an answer"]
        if let minMicroseconds, let meanMicroseconds, let maxMicroseconds {
            let times = [minMicroseconds, meanMicroseconds, maxMicroseconds].map { ($0 / 1000).text(decimals: 3) }
            lines.append("min/avg/max = \(times.joined(separator: "/")) ms")
        }
        return lines
    }
}
