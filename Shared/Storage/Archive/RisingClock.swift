/// Gives moments that only rise, whatever the machine's clock does: what is newest in a folder goes by its moment.
struct RisingClock: Sendable {
    private let clock: BackupClock
    private var last: BackupMoment?

    /// - Parameter last: all moments come after this one.
    init(_ clock: @escaping BackupClock, after last: BackupMoment? = nil) {
        self.clock = clock
        self.last = last
    }

    mutating func next() -> BackupMoment {
        let now = clock()
        let next = last.map { max(now, $0.adding(.milliseconds(1))) } ?? now
        last = next
        return next
    }

    /// Goes on after this moment. Returns whether the machine's clock is still before it.
    mutating func pass(_ moment: BackupMoment) -> Bool {
        if let last, moment <= last { return false }
        last = moment
        return moment > clock()
    }
}
