import EchoLoad
import RPC
import Synchronization

/// Calls that come at a rate of their own, whatever became of those before. Two bounds keep the generator honest; what is
/// beyond them counts as unsent: how many may be unanswered, for its memory, and how much it catches up when it was late, lest
/// it turn its own lack of time into bursts.
struct OpenLoop: Sendable {
    private static let unansweredMax = 16_384
    private static let tick = Duration.milliseconds(1)
    private static let catchUpSeconds = 0.01

    let perSecond: Double
    let seconds: Double
    let executor: EventLoopTaskExecutor

    struct Counts: Sendable {
        /// Given to a caller, also when the connection's own limit refused the call.
        var sent = 0
        var unsent = 0
        var good = 0
    }

    /// Runs `afterwards` as soon as the last call is sent, while the last ones may be unanswered yet.
    func run<Result: Sendable>(
        _ call: @escaping @Sendable () async throws -> Void, _ afterwards: () async -> Result
    ) async throws -> (Counts, Result) {
        let callers = Callers()
        let good = Good()
        return try await withThrowingDiscardingTaskGroup { group in
            // All callers exist from the start: a group takes long to forget one of thousands of tasks.
            for _ in 0..<Self.unansweredMax {
                group.addTask(executorPreference: executor) {
                    while await callers.turn() { await good.count(call) }
                }
            }
            let counts = try await generate(callers)
            let result = await afterwards()
            callers.dismiss()
            return (Counts(sent: counts.sent, unsent: counts.unsent, good: good.calls), result)
        }
    }

    private func generate(_ callers: Callers) async throws -> Counts {
        var counts = Counts()
        let start = Uptime.nanoseconds
        var elapsed = 0.0
        var due = 0
        while elapsed < seconds {
            let now = Int(elapsed * perSecond)
            let late = max(now - due - Int(perSecond * Self.catchUpSeconds), 0)
            counts.unsent += late
            for _ in due + late..<now {
                if callers.send() { counts.sent += 1 } else { counts.unsent += 1 }
            }
            due = now
            try await Task.sleep(for: Self.tick)
            elapsed = Double(Uptime.nanoseconds - start) / 1e9
        }
        return counts
    }
}

/// Callers that wait for their turn.
private final class Callers: Sendable {
    private struct State {
        var waiting: [UnsafeContinuation<Bool, Never>] = []
        var isOver = false
    }

    private let state = Mutex(State())

    /// False when there are no more turns.
    func turn() async -> Bool {
        await withUnsafeContinuation { caller in
            let isOver = state.withLock {
                if !$0.isOver { $0.waiting.append(caller) }
                return $0.isOver
            }
            if isOver { caller.resume(returning: false) }
        }
    }

    /// False when all are busy.
    func send() -> Bool {
        let caller = state.withLock { $0.waiting.popLast() }
        caller?.resume(returning: true)
        return caller != nil
    }

    func dismiss() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for caller in waiting { caller.resume(returning: false) }
    }
}

/// Counts the calls that were answered with success and in time.
private final class Good: Sendable {
    private static let deadlineNanoseconds = UInt64(Overload.deadlineMilliseconds) * 1_000_000
    private let count = Atomic(0)

    var calls: Int { count.load(ordering: .relaxed) }

    func count(_ call: () async throws -> Void) async {
        let began = Uptime.nanoseconds
        // A refusal is an answer, only not a good one.
        let isSuccess = (try? await call()) != nil
        if isSuccess, Uptime.nanoseconds - began <= Self.deadlineNanoseconds { count.add(1, ordering: .relaxed) }
    }
}
