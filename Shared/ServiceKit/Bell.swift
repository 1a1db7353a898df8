import Synchronization

/// Wakes the one task that waits, and remembers a ring until somebody does. It may ring for nothing, also because of a
/// cancellation: who wakes looks for himself. Any thread.
package final class Bell: Sendable {
    private enum State {
        case silent, rung
        case awaited(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.silent)

    package init() {}

    package func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .awaited(let waiter) = state else {
                state = .rung
                return nil
            }
            state = .silent
            return waiter
        }
        waiter?.resume()
    }

    /// Returns at the next ring, or when the task is cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { add($0) }
        } onCancel: {
            ring()
        }
    }

    /// As `wait()`, and when the time has come.
    package func wait(until end: ContinuousClock.Instant) async {
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(until: end, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }

    private func add(_ waiter: CheckedContinuation<Void, Never>) {
        let ready = state.withLock { state in
            switch state {
            case .silent:
                state = .awaited(waiter)
                return nil as CheckedContinuation<Void, Never>?
            case .rung:
                state = .silent
                return waiter
            case .awaited(let earlier):
                // For one task: an earlier one does not wait for ever.
                state = .awaited(waiter)
                return earlier
            }
        }
        ready?.resume()
        // The cancellation may have come before there was anybody to wake.
        if Task.isCancelled { ring() }
    }
}
