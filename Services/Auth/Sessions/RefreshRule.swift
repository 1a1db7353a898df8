import Contracts

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
