import Synchronization

/// Results on their way from the probers to the file. Full only when the file has not taken any for a long time; then
/// the oldest are dropped.
final class ProbeBuffer: Sendable {
    static let capacityDefault = 10_000

    private let capacity: Int
    private let records = Mutex<[ProbeRecord]>([])

    init(capacity: Int = capacityDefault) { self.capacity = capacity }

    func add(_ record: ProbeRecord?) {
        guard let record else { return }
        records.withLock { records in
            records.append(record)
            if records.count > capacity { records.removeFirst(records.count - capacity) }
        }
    }

    /// Takes all out, oldest first.
    func drain() -> [ProbeRecord] {
        records.withLock { records in
            defer { records = [] }
            return records
        }
    }

    /// Gives back what could not be written, in front of what came meanwhile.
    func putBack(_ unwritten: [ProbeRecord]) {
        records.withLock { $0 = Array((unwritten + $0).suffix(capacity)) }
    }
}
