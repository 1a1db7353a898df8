import Foundation
import GRDB
import Synchronization

/// Read-only connections beside the pool's, for reads that are over before another thread would have begun them. Nobody
/// waits for one: who finds none free reads through the pool.
final class ShortReads: Sendable {
    private let queues: [DatabaseQueue]
    private let free: Mutex<[Int]>

    /// - Parameter count: as many as threads may read at the same moment.
    init(path: String, configuration: Configuration, count: Int) throws {
        var configuration = configuration
        configuration.readonly = true
        configuration.busyMode = .immediateError
        queues = try (0..<count).map { _ in try DatabaseQueue(path: path, configuration: configuration) }
        free = Mutex(Array(queues.indices))
    }

    /// Runs the body on this very thread, outside of a transaction: each statement sees its own snapshot.
    /// - Returns: nil when no connection is free, or SQLite is busy for a moment, as while the log starts over.
    func read<T>(_ body: (Database) throws -> T) throws -> T? {
        guard let index = free.withLock({ $0.popLast() }) else { return nil }
        defer { free.withLock { $0.append(index) } }
        do {
            return try queues[index].unsafeRead(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return nil
        }
    }

    func close() throws { for queue in queues { try queue.close() } }
}
