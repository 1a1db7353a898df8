import Dispatch
import Synchronization

/// Tells a piece of work on another thread that its caller was cancelled.
final class CancelFlag: Sendable {
    private let isSet = Atomic(false)

    func set() { isSet.store(true, ordering: .relaxed) }

    func check() throws {
        guard !isSet.load(ordering: .relaxed) else { throw CancellationError() }
    }
}

/// Runs what waits for disks on a thread of its own, not on one of the concurrency pool. Returns when the body has
/// returned, also when the caller is cancelled; the body looks at the flag where it can stop.
func offload<T: Sendable>(
    to queue: DispatchQueue = .global(), _ body: @escaping @Sendable (CancelFlag) throws -> T
) async throws -> T {
    let flag = CancelFlag()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(flag) }) }
        }
    } onCancel: {
        flag.set()
    }
}
