import Contracts
import Foundation
import RPC

/// Slows down whoever guesses passwords, and nobody else: asked before a password is hashed, the same for e-mails that
/// nobody has.
struct SignInThrottle: Sendable {
    let keys: ThrottleKeys
    let store: ThrottleStore
    let devices: DeviceStore

    /// - Parameters:
    ///   - device: the digest of what the browser showed; nil when it showed nothing.
    ///   - user: whose account it is; nil when there is none.
    /// - Throws: `sign_in_throttled` while it must wait.
    func attempt(_ email: String, device: Data?, of user: UUID?, _ occasion: Occasion) async throws -> SignInAttempt {
        var own: Data?
        if let device, try await devices.isKnown(device, of: user, at: occasion.now) { own = device }
        let attempt = keys.attempt(email: email, address: occasion.actor.address, device: own)
        if let end = try await store.wait(of: attempt, by: user, occasion) {
            throw Self.refusal(until: end, occasion.now)
        }
        return attempt
    }

    /// Counts it as failed until the password has proved right, so that of many at once none slips past.
    /// - Throws: `sign_in_throttled` when others have failed in the meantime.
    func reserve(_ attempt: SignInAttempt, of user: UUID?, _ occasion: Occasion) async throws {
        guard let end = try await store.reserve(attempt, by: user, occasion) else { return }
        throw Self.refusal(until: end, occasion.now)
    }

    /// When what was guessed is right: the password or, after it, the code.
    func release(_ attempt: SignInAttempt) async throws { try await store.release(attempt) }

    private static func refusal(until end: Instant, _ now: Instant) -> RPCFault {
        let seconds = max(1, (end.milliseconds - now.milliseconds + 999) / 1000)
        return RPCFault(
            .resourceExhausted, "sign_in_throttled", "Too many sign-ins have failed; try again in \(seconds) s.",
            retryAfterMilliseconds: Int(seconds) * 1000, doNotRetry: true)
    }
}
