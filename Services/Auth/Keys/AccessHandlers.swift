import Contracts
import RPC

/// Tells gateways which keys and sessions are good.
struct AccessHandlers: Sendable {
    private static let waitMillisecondsMax = 20_000

    let changes: AccessChangeStore
    let clock: WallClock

    /// Answers at once when there is news for this cursor, else with the next change or at the end of the wait.
    func watch(_ input: AccessWatch, _ context: RPCContext) async throws -> AccessState {
        try check(input)
        guard let news = changes.news.subscribe() else {
            throw RPCFault(
                .resourceExhausted, "busy", "Too many watch already.", retryAfterMilliseconds: 1000, isNotExecuted: true
            )
        }
        let state = try await changes.state(after: input.cursor, at: clock())
        guard state.cursor == input.cursor, input.waitMilliseconds > 0 else { return state }
        await news.waitOnce(atMost: .milliseconds(input.waitMilliseconds))
        return try await changes.state(after: input.cursor, at: clock())
    }

    private func check(_ input: AccessWatch) throws {
        var faults: [FieldFault] = []
        if input.cursor < 0 { faults.append(FieldFault("cursor", "out_of_range", "must not be negative")) }
        if !(0...Self.waitMillisecondsMax).contains(input.waitMilliseconds) {
            faults.append(FieldFault("waitMilliseconds", "out_of_range", "must be 0 to \(Self.waitMillisecondsMax)"))
        }
        if !faults.isEmpty { throw RPCFault.invalid(faults) }
    }
}
