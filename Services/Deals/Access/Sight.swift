import Contracts
import Foundation
import RPC

/// What one caller may do with one deal at one moment, and until when if that is for a time only.
struct Sight: Sendable {
    let access: Access
    /// Then it is over; nil of who sees the deal without having been let in.
    let guestUntil: Instant?

    /// - Parameter letInUntil: when the last wall-crossing or broken glass closes that lets him in, if there is one.
    init(
        role: Role, membership: TeamAccess?, letInUntil: Instant?, confidentiality: Confidentiality, at now: Instant
    ) {
        let isLetIn = letInUntil.map { now < $0 } ?? false
        access = Access(role: role, membership: membership, isLetIn: isLetIn, confidentiality: confidentiality)
        let standing = Access(role: role, membership: membership, isLetIn: false, confidentiality: confidentiality)
        guestUntil = standing < access ? letInUntil : nil
    }
}

/// Deals that a caller may see, and when he loses the first of them by time alone.
struct VisibleDeals: Sendable {
    var ids: Set<UUID> = []
    var ends: Instant?
}

/// The earlier of two moments, of which nil never comes.
func earlier(_ a: Instant?, _ b: Instant?) -> Instant? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
}
