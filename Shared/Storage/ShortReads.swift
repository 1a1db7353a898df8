import Foundation
import GRDB
import Synchronization

/// Read-only connections beside the pool's, for reads that are over before another thread would have begun them. Nobody
/// waits for one: who finds none free reads through the pool.
final class ShortReads: Sendable {
    private final class Connection: Sendable {
        let queue: DatabaseQueue
        let isTaken = Atomic(false)

        init(_ queue: DatabaseQueue) { self.queue = queue }
    }

    private let connections: [Connection]

    /// - Parameter count: as many as threads may read at the same moment.
    init(path: String, configuration: Configuration, count: Int) throws {
        var configuration = configuration
        configuration.readonly = true
        configuration.busyMode = .immediateError
        connections = try (0..<count).map { _ in
            Connection(try DatabaseQueue(path: path, configuration: configuration))
        }
    }

    /// Runs the body on this very thread, outside of a transaction: each statement sees its own snapshot.
    /// - Returns: nil when no connection is free, or SQLite is busy for a moment, as while the log starts over.
    func read<T>(_ body: (Database) throws -> T) throws -> T? {
        for connection in connections {
            guard connection.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
            else { continue }
            defer { connection.isTaken.store(false, ordering: .releasing) }
            do {
                return try connection.queue.unsafeRead(body)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return nil
            }
        }
        return nil
    }

    func close() throws { for connection in connections { try connection.queue.close() } }
}
