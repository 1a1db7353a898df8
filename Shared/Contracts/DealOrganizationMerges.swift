package import Foundation
package import RPC

extension DealMethods {
    package static let mergeOrganization = RPCMethod<OrganizationMerge, Organization>(
        0x0295, "deals.organizations.merge", callers: [Peer.gateway])
    package static let organizationMerges = RPCMethod<Nothing, OrganizationMergeList>(
        0x02B5, "deals.organizations.merges", callers: [Peer.gateway], isIdempotent: true)
    package static let undoMerge = RPCMethod<OrganizationMergeUndo, Organization>(
        0x02B6, "deals.organizations.merges.undo", callers: [Peer.gateway])
}

/// Which organization takes over what the one in the path has: its deals, people, subsidiaries
/// and names.
package struct OrganizationMerge: Codable, Sendable, Hashable {
    package var intoId: UUID

    package init(intoId: UUID) { self.intoId = intoId }
}

/// Why a merge is undone.
package struct OrganizationMergeUndo: Codable, Sendable, Hashable {
    /// 1 ... 500 characters.
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// That an organization took another over. What came along is not told: it may stand on deals that the reader may not see.
package struct MergedOrganization: Codable, Sendable, Hashable {
    package var id: UUID
    /// Which one it was, by the name that it had.
    package var organization: OrganizationHint
    package var mergedBy: UUID
    package var mergedAt: Instant
    /// These three once it has been undone.
    package var undoneBy: UUID?
    package var undoneAt: Instant?
    package var reason: String?

    package init(
        id: UUID, organization: OrganizationHint, mergedBy: UUID, mergedAt: Instant, undoneBy: UUID? = nil,
        undoneAt: Instant? = nil, reason: String? = nil
    ) {
        self.id = id
        self.organization = organization
        self.mergedBy = mergedBy
        self.mergedAt = mergedAt
        self.undoneBy = undoneBy
        self.undoneAt = undoneAt
        self.reason = reason
    }
}

/// The newest first; at most 200.
package struct OrganizationMergeList: Codable, Sendable {
    package var items: [MergedOrganization]

    package init(items: [MergedOrganization]) { self.items = items }
}
