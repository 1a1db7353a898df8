import Contracts

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
