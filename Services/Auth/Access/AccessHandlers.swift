import Contracts
import RPC
import ServiceKit

/// Tells gateways whom to let in.
struct AccessHandlers: Sendable {
    /// A gateway hears from us so often, news or not.
    private static let beat = Duration.milliseconds(1000)

    let changes: AccessChangeStore
    let webSessions: WebSessionStore
    let tokens: PersonalTokenStore
    let clock: WallClock

    /// Goes on until the reader leaves.
    /// - Parameter send: waits until the reader wants one more.
    func watch(
        _ input: AccessSubscription, _ context: RPCContext, send: (AccessState) async throws -> Void
    ) async throws {
        guard input.cursor >= 0 else {
            throw RPCFault.invalid([FieldFault("cursor", "out_of_range", "must not be negative")])
        }
        guard let news = changes.news.subscribe() else {
            throw RPCFault(
                .resourceExhausted, "busy", "Too many watch already.", retryAfterMilliseconds: 1000, isNotExecuted: true
            )
        }
        var cursor = input.cursor
        while true {
            let (state, isAll) = try await changes.state(after: cursor, at: clock())
            try await send(state)
            cursor = state.cursor
            if isAll { await news.bell.wait(until: .now + Self.beat) }
            try Task.checkCancellation()
        }
    }

    /// - Throws: `unauthenticated` for whatever does not let anybody in, whatever the reason.
    func resolve(_ input: OpaqueCredential, _ context: RPCContext) async throws -> ResolvedAccess {
        let digest = try OpaqueSecret.digest(input.digest, in: "digest")
        let occasion = Occasion(context, at: clock())
        let access =
            switch input.kind {
            case .webSession: try await webSessions.resolve(digest, isUse: input.isUse, occasion)
            case .personalToken: try await tokens.resolve(digest, isUse: input.isUse, occasion)
            }
        guard let access else { throw RPCFault.unauthenticated }
        return access
    }
}
