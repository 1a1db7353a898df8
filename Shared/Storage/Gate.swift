import Synchronization

/// Counts the requests inside a store, so that closing can turn new ones away and wait for those under way.
/// GRDB wants this: a pool must not be closed while another thread asks it for a connection.
final class Gate: Sendable {
    private struct State {
        var inside = 0
        var isClosed = false
        /// Waits for `inside` to become 0.
        var closer: CheckedContinuation<Void, Never>?

        mutating func enter() throws {
            guard !isClosed else { throw StorageError.closed }
            inside += 1
        }

        mutating func leave() -> CheckedContinuation<Void, Never>? {
            inside -= 1
            guard inside == 0 else { return nil }
            defer { closer = nil }
            return closer
        }

        mutating func close() -> Bool {
            defer { isClosed = true }
            return !isClosed
        }
    }

    private let state = Mutex(State())

    func pass<T>(_ body: () async throws -> T) async throws -> T {
        try enter()
        defer { leave() }
        return try await body()
    }

    /// For work that is not one call; `leave` must follow.
    func enter() throws { try state.withLock { try $0.enter() } }

    func leave() { state.withLock { $0.leave() }?.resume() }

    /// Returns true when the last request is out; false, at once, when someone else closed it before.
    func close() async -> Bool {
        guard state.withLock({ $0.close() }) else { return false }
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if state.inside > 0 { state.closer = continuation }
                return state.inside == 0
            }
            if isEmpty { continuation.resume() }
        }
        return true
    }
}
