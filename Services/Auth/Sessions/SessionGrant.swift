import Contracts
import Foundation

/// The right to go on in a session, as the store gives it.
struct SessionGrant: Sendable {
    let session: UUID
    /// It reaches no further than its user's own account.
    let isRestricted: Bool
    let expiresAt: Instant
    let refreshToken: RefreshToken
    let user: User
}
