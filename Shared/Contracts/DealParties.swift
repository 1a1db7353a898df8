package import Foundation
package import RPC

extension DealMethods {
    package static let organizationDeals = RPCMethod<OrganizationDealQuery, OrganizationDealPage>(
        0x0296, "deals.organizations.deals", callers: [Peer.gateway], isIdempotent: true)
    package static let parties = RPCMethod<Nothing, DealPartyList>(
        0x029B, "deals.parties", callers: [Peer.gateway], isIdempotent: true)
    package static let addParty = RPCMethod<NewDealParty, DealParty>(
        0x029C, "deals.parties.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateParty = RPCMethod<DealPartyPatch, DealParty>(
        0x029D, "deals.parties.update", callers: [Peer.gateway])
    package static let removeParty = RPCMethod<Nothing, Nothing>(
        0x029E, "deals.parties.remove", callers: [Peer.gateway])
}

/// What an organization does on a deal.
package enum PartyRole: String, Codable, Sendable, CaseIterable {
    case client, target, seller, acquirer, issuer, guarantor, lender, investor
    case legalCounsel = "legal_counsel"
    case auditor
    case coAdviser = "co_adviser"
    case bookrunner
    case coManager = "co_manager"
    case trustee, other
}

/// Whose side a party is on.
package enum PartySide: String, Codable, Sendable, CaseIterable { case buy, sell, neutral }

/// An organization on a deal, or somebody of it.
package struct DealParty: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var organizationId: UUID
    package var organizationName: String
    package var personId: UUID?
    package var personName: String?
    package var role: PartyRole
    package var side: PartySide?
    /// The first of its role; at most one is.
    package var primary: Bool
    /// What documents call it while its name is not told.
    package var codeAlias: String?
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, organizationId: UUID, organizationName: String, personId: UUID? = nil, personName: String? = nil,
        role: PartyRole, side: PartySide? = nil, primary: Bool, codeAlias: String? = nil, addedBy: UUID,
        addedAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.organizationId = organizationId
        self.organizationName = organizationName
        self.personId = personId
        self.personName = personName
        self.role = role
        self.side = side
        self.primary = primary
        self.codeAlias = codeAlias
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a party is added from. It names exactly one of an organization, a person, and a new organization that is known
/// to those alone who may see the deal.
package struct NewDealParty: Codable, Sendable, Hashable {
    package var organizationId: UUID?
    package var personId: UUID?
    package var organization: NewOrganization?
    package var role: PartyRole
    package var side: PartySide?
    /// Takes the place of another one of this role; false when left out.
    package var primary: Bool?
    package var codeAlias: String?

    package init(
        organizationId: UUID? = nil, personId: UUID? = nil, organization: NewOrganization? = nil, role: PartyRole,
        side: PartySide? = nil, primary: Bool? = nil, codeAlias: String? = nil
    ) {
        self.organizationId = organizationId
        self.personId = personId
        self.organization = organization
        self.role = role
        self.side = side
        self.primary = primary
        self.codeAlias = codeAlias
    }
}

/// A JSON merge patch (RFC 7396) of a party. Who it is stays: remove it and add another.
package struct DealPartyPatch: Codable, Sendable, Hashable {
    package var role: Patch<PartyRole>?
    package var side: Patch<PartySide>?
    package var primary: Patch<Bool>?
    package var codeAlias: Patch<String>?

    package init() {}
}

/// All parties of one deal, in the order in which they were added.
package struct DealPartyList: Codable, Sendable {
    package var items: [DealParty]

    package init(items: [DealParty]) { self.items = items }
}

/// Asks for a page of the deals of an organization that the caller may see, the newest first.
package struct OrganizationDealQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

package struct OrganizationDealPage: Codable, Sendable {
    package var items: [OrganizationDeal]
    package var nextCursor: String?

    package init(items: [OrganizationDeal], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// A deal among those of an organization, and what the organization is there.
package struct OrganizationDeal: Codable, Sendable, Hashable {
    package var dealId: UUID
    package var dealNumber: String
    package var dealCodeName: String
    package var type: DealType
    package var stage: String
    package var status: DealStatus
    package var roles: [PartyRole]

    package init(
        dealId: UUID, dealNumber: String, dealCodeName: String, type: DealType, stage: String, status: DealStatus,
        roles: [PartyRole]
    ) {
        self.dealId = dealId
        self.dealNumber = dealNumber
        self.dealCodeName = dealCodeName
        self.type = type
        self.stage = stage
        self.status = status
        self.roles = roles
    }
}
