import Contracts
import Foundation

/// What a challenge was issued for.
enum PasskeyPurpose: Sendable, Hashable {
    case registration(user: UUID, session: UUID)
    case signIn
}

/// A challenge that was issued, as it is found again.
struct IssuedChallenge: Sendable, Hashable {
    let purpose: PasskeyPurpose
    let expiresAt: Instant

    func isGood(for purpose: PasskeyPurpose, at now: Instant) -> Bool { purpose == self.purpose && now < expiresAt }
}
