import NIOCore
import Synchronization
import Testing

@testable import RPC

enum FaultMethods {
    static let repeatable = RPCMethod<Text, Text>(0x7101, "fault.repeatable", callers: ["gateway"], isIdempotent: true)
    static let once = RPCMethod<Text, Text>(0x7102, "fault.once", callers: ["gateway"])
    /// Answers only when it is cancelled.
    static let hold = RPCMethod<Text, Text>(0x7103, "fault.hold", callers: ["gateway"])
    /// Three items that say the key.
    static let items = RPCStreamMethod<Text, Text>(0x7104, "fault.items", callers: ["gateway"])
    static let itemCount = 3
}

/// How one call ended, as its caller saw it.
struct CallRecord: Sendable {
    let key: String
    let method: RPCMethodEntry
    let started, deadline, ended: NIODeadline
    /// Nil when the call was answered.
    let fault: RPCFault?
    /// What the answer said; the key of the call when all is well.
    let answer: String?

    var overshoot: TimeAmount { max(ended - deadline, .zero) }
}

/// Both sides of every call: what the server did, by key, and what the caller was told.
final class FaultLedger: Sendable {
    private struct State {
        var effects: [String: Int] = [:]
        var running = 0
        var calls: [CallRecord] = []
    }

    private let state = Mutex(State())

    var calls: [CallRecord] { state.withLock { $0.calls } }
    /// Handlers that have not returned.
    var running: Int { state.withLock { $0.running } }

    func effects(of key: String) -> Int { state.withLock { $0.effects[key] ?? 0 } }
    func noteEffect(_ key: String) { state.withLock { $0.effects[key, default: 0] += 1 } }
    func note(_ call: CallRecord) { state.withLock { $0.calls.append(call) } }

    /// - Parameter work: what a handler takes between its effect and its answer.
    func router(work: Duration = .zero) -> RPCRouter {
        var router = RPCRouter()
        for method in [FaultMethods.repeatable, FaultMethods.once] {
            router.on(method) { input, _ in
                self.started(input.text)
                defer { self.finished() }
                if work > .zero { try await Task.sleep(for: work) }
                return input
            }
        }
        router.on(FaultMethods.items) { input, _, writer in
            self.started(input.text)
            defer { self.finished() }
            for _ in 0..<FaultMethods.itemCount { try await writer.send(input) }
        }
        router.on(FaultMethods.hold) { input, _ in
            self.started(input.text)
            defer { self.finished() }
            await Latch().wait()
            throw CancellationError()
        }
        return router
    }

    private func started(_ key: String) {
        noteEffect(key)
        state.withLock { $0.running += 1 }
    }

    private func finished() { state.withLock { $0.running -= 1 } }

    /// No answer is another call's; what must not run twice did not; what is said not to have run did not.
    func check(_ place: String) {
        for call in calls {
            let effects = effects(of: call.key)
            let what =
                "\(place): \(call.method.name) \(call.key) ran \(effects) times, ended with \(call.fault?.code ?? "ok")"
            if call.fault == nil {
                #expect(call.answer == call.key, "\(what), answered \(call.answer ?? "nothing")")
                #expect(effects >= 1, "\(what)")
            }
            if !call.method.isIdempotent { #expect(effects <= 1, "\(what)") }
            if call.fault?.isNotExecuted == true { #expect(effects == 0, "\(what), which says that it did not run") }
        }
    }
}
