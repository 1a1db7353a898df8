import Contracts

/// How much of the last 24 hours was watched, and how much of that was up; exact to the minute, 35 KiB.
struct UptimeWindow: Sendable {
    static let minutes = 24 * 60

    private struct Minute {
        /// Minutes since 1970; tells a minute of today from the one that stood here yesterday.
        var number = Int64.min
        var upMilliseconds: Int64 = 0
        var watchedMilliseconds: Int64 = 0
    }

    private var ring = Array(repeating: Minute(), count: minutes)

    /// A stretch counts wholly for the minute in which it ended.
    mutating func add(_ stretch: Duration, isUp: Bool, endingAt end: Instant) {
        let number = Self.number(end)
        let slot = Int(number % Int64(Self.minutes))
        guard ring.indices.contains(slot) else { return }
        if ring[slot].number != number { ring[slot] = Minute(number: number) }
        ring[slot].watchedMilliseconds += stretch.wholeMilliseconds
        if isUp { ring[slot].upMilliseconds += stretch.wholeMilliseconds }
    }

    /// 0 ... 100 with three decimals; nil when nothing was watched.
    func percent(at now: Instant) -> Double? {
        let newest = Self.number(now)
        var (up, watched) = (Int64(0), Int64(0))
        for minute in ring where minute.number <= newest && minute.number > newest - Int64(Self.minutes) {
            up += minute.upMilliseconds
            watched += minute.watchedMilliseconds
        }
        guard watched > 0 else { return nil }
        return (Double(up) / Double(watched) * 100_000).rounded() / 1000
    }

    private static func number(_ instant: Instant) -> Int64 { instant.milliseconds / 60_000 }
}
