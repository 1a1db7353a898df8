import RPC
import UnixSignals

/// Runs the body until it ends or the operator presses Ctrl-C, which cancels it and is no failure unless `interrupted`,
/// called when the body has come to its end, makes it one.
func untilInterrupted(
    _ body: @escaping @Sendable () async throws -> Void, interrupted: () throws -> Void = {}
) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            for await _ in signals { return true }
            return false
        }
        group.addTask {
            try await body()
            return false
        }
        defer { group.cancelAll() }
        guard try await group.next() == true else { return }
        group.cancelAll()
        do {
            try await group.waitForAll()
        } catch  where error.isCancellation {}
        try interrupted()
    }
}

extension Error {
    var isCancellation: Bool { self is CancellationError || (self as? RPCFault)?.status == .cancelled }
}
