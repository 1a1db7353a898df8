import Contracts

/// How long a session lasts (NIST SP 800-63B: 30 minutes without activity, 12 hours in all).
struct SessionLimits: Sendable, Hashable {
    var idleSeconds: Int64 = 1800
    var absoluteSeconds: Int64 = 43_200
    /// So long after a token's use its successor is told again, to a client that lost the reply.
    var retrySeconds: Int64 = 10
}

/// Why a session ended.
enum SessionEnd: String, Sendable {
    case logout, idle, expired, reused
    /// Its user ended it from another one.
    case revoked
    case revokedByAdmin = "revoked_by_admin"
    /// The same browser signed in again.
    case replaced
    /// Its user signed in once more than he may at a time.
    case tooMany = "too_many"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    case userDisabled = "user_disabled"
    case factorsChanged = "factors_changed"
    case passkeyRemoved = "passkey_removed"
    case roleChanged = "role_changed"
}

extension SessionEnd {
    /// Why a session cannot go on; nil while it can.
    init?(lastSeenAt: Instant, expiresAt: Instant, isUserActive: Bool, at now: Instant, limits: SessionLimits) {
        if now >= expiresAt {
            self = .expired
        } else if now > lastSeenAt.advanced(bySeconds: limits.idleSeconds) {
            self = .idle
        } else if !isUserActive {
            self = .userDisabled
        } else {
            return nil
        }
    }
}

/// What is known of a refresh token when it is used.
struct RefreshFacts: Sendable {
    var tokenUsedAt: Instant?
    var isSuccessorUsed: Bool
    var lastSeenAt: Instant
    var expiresAt: Instant
    var isEnded: Bool
    var isUserActive: Bool
}

/// What is to be done about it.
enum RefreshDecision: Sendable, Hashable {
    /// Use the token up and hand out its successor.
    case rotate
    /// The same client asks again: the same successor, nothing changes.
    case tellSuccessorAgain
    case refuse
    case end(SessionEnd)

    /// A token that comes a second time was copied by somebody, the thief or the owner; nobody can tell which, so the
    /// session ends for both (RFC 9700 section 4.14.2). Looked at before the session's age: it must not go unnoticed.
    init(_ facts: RefreshFacts, at now: Instant, limits: SessionLimits) {
        if facts.isEnded {
            self = .refuse
        } else if let usedAt = facts.tokenUsedAt,
            facts.isSuccessorUsed || now > usedAt.advanced(bySeconds: limits.retrySeconds)
        {
            self = .end(.reused)
        } else if let end = SessionEnd(
            lastSeenAt: facts.lastSeenAt, expiresAt: facts.expiresAt, isUserActive: facts.isUserActive, at: now,
            limits: limits)
        {
            self = .end(end)
        } else {
            self = facts.tokenUsedAt == nil ? .rotate : .tellSuccessorAgain
        }
    }
}
