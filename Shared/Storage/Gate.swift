import Synchronization

/// Counts the requests inside a store, so that closing can turn new ones away and wait for those under way.
/// GRDB wants this: a pool must not be closed while another thread asks it for a connection.
final class Gate: Sendable {
    /// Set once it is closed; below it is the number of requests inside. One word, because every read passes twice.
    private static let closedBit: UInt64 = 1 << 63

    private let word = Atomic<UInt64>(0)
    private let closer = Mutex<CheckedContinuation<Void, Never>?>(nil)

    func pass<T>(_ body: () async throws -> T) async throws -> T {
        try enter()
        defer { leave() }
        return try await body()
    }

    /// For work that is not one call; `leave` must follow.
    func enter() throws {
        guard word.add(1, ordering: .acquiring).newValue & Self.closedBit == 0 else {
            leave()
            throw StorageError.closed
        }
    }

    func leave() {
        // The last one out of a closed gate; nobody comes in behind him, but some may knock and leave. Sequentially
        // consistent, as is the load below: of him and the closer, one must see the other.
        guard word.subtract(1, ordering: .sequentiallyConsistent).newValue == Self.closedBit else { return }
        closer.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }?.resume()
    }

    /// Returns true when the last request is out; false, at once, when someone else closed it before.
    func close() async -> Bool {
        guard word.bitwiseOr(Self.closedBit, ordering: .acquiringAndReleasing).oldValue & Self.closedBit == 0 else {
            return false
        }
        await withCheckedContinuation { continuation in
            closer.withLock { $0 = continuation }
            // Whoever left before the continuation was there did not see it.
            guard word.load(ordering: .sequentiallyConsistent) == Self.closedBit else { return }
            closer.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }?.resume()
        }
        return true
    }
}
