import Synchronization

/// Lets a few through at a time, in the order they came; a few more wait, and the rest is turned away at once.
final class Turnstile: Sendable {
    private struct Standing {
        var inside = 0
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    let insideMax: Int
    let waitingMax: Int
    private let standing = Mutex(Standing())

    init(insideMax: Int, waitingMax: Int) {
        self.insideMax = insideMax
        self.waitingMax = waitingMax
    }

    /// - Parameter full: thrown when `waitingMax` wait already. Whoever is cancelled while waiting leaves when his turn
    ///   comes, and nothing runs.
    func pass<T: Sendable>(
        orThrow full: @autoclosure () -> any Error, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        guard await enter() else { throw full() }
        defer { leave() }
        try Task.checkCancellation()
        return try await body()
    }

    /// False when it is full.
    private func enter() async -> Bool {
        await withCheckedContinuation { continuation in
            // Nil for whoever waits.
            let isIn: Bool? = standing.withLock { standing in
                if standing.inside < insideMax {
                    standing.inside += 1
                    return true
                }
                guard standing.waiting.count < waitingMax else { return false }
                standing.waiting.append(continuation)
                return nil
            }
            if let isIn { continuation.resume(returning: isIn) }
        }
    }

    /// Hands the place on: who waited is inside already when he wakes.
    private func leave() {
        let next = standing.withLock { standing -> CheckedContinuation<Bool, Never>? in
            guard standing.waiting.isEmpty else { return standing.waiting.removeFirst() }
            standing.inside -= 1
            return nil
        }
        next?.resume(returning: true)
    }
}
