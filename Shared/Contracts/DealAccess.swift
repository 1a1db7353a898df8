package import Foundation
package import RPC

extension DealMethods {
    package static let access = RPCMethod<AccessQuery, AccessList>(
        0x0230, "deals.access", callers: [Peer.gateway], isIdempotent: true)
    package static let breakGlass = RPCMethod<BreakGlass, AccessEntry>(
        0x0231, "deals.breakGlass", callers: [Peer.gateway], deduplicates: true)
}

/// Asks who could see a deal at one instant; now when it is left out.
package struct AccessQuery: Codable, Sendable {
    /// Not in the future.
    package var asOf: Instant?

    package init(asOf: Instant? = nil) { self.asOf = asOf }
}

/// Everybody who could see a deal at one instant, and why: its insider list.
package struct AccessList: Codable, Sendable {
    package var asOf: Instant
    /// Whether the deal was open to everybody in compliance, on its team or not, as it is unless it is secret. Nil when
    /// that is not on record: before the deal was, or before this was written down.
    package var openToCompliance: Bool?
    /// Since when the deal was deleted; nil while it was not. Only those who may restore it saw it then, and did nothing
    /// else with it: who managed it, and compliance, on its team or where the deal was open to it.
    package var deletedAt: Instant?
    /// The team in the order in which its members joined, then those who were let in for a time.
    package var items: [AccessEntry]

    package init(asOf: Instant, openToCompliance: Bool?, deletedAt: Instant? = nil, items: [AccessEntry]) {
        self.asOf = asOf
        self.openToCompliance = openToCompliance
        self.deletedAt = deletedAt
        self.items = items
    }
}

/// What somebody's sight of a deal rests on.
package enum AccessBasis: String, Codable, Sendable, CaseIterable {
    case team
    case wallCrossing = "wall_crossing"
    case breakGlass = "break_glass"
}

/// Somebody who can see a deal, why, from when and until when.
package struct AccessEntry: Codable, Sendable, Hashable {
    package var userId: UUID
    package var name: String
    package var basis: AccessBasis
    package var access: TeamAccess
    /// Of members.
    package var role: TeamRole?
    package var reason: String
    /// Who added or asked; of a broken glass the person himself.
    package var addedBy: UUID
    /// Of a wall-crossing.
    package var approvedBy: UUID?
    package var from: Instant
    /// When it ended, or will by itself; nil of who is on the team.
    package var to: Instant?

    package init(
        userId: UUID, name: String, basis: AccessBasis, access: TeamAccess, role: TeamRole?, reason: String,
        addedBy: UUID, approvedBy: UUID?, from: Instant, to: Instant?
    ) {
        self.userId = userId
        self.name = name
        self.basis = basis
        self.access = access
        self.role = role
        self.reason = reason
        self.addedBy = addedBy
        self.approvedBy = approvedBy
        self.from = from
        self.to = to
    }
}

/// Why compliance must see a secret deal, for an hour and at once.
package struct BreakGlass: Codable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
