package import Foundation
package import RPC

extension DealMethods {
    package static let organizations = RPCMethod<OrganizationQuery, OrganizationPage>(
        0x0290, "deals.organizations", callers: [Peer.gateway], isIdempotent: true)
    package static let addOrganization = RPCMethod<NewOrganization, AddedOrganization>(
        0x0291, "deals.organizations.add", callers: [Peer.gateway], deduplicates: true)
    package static let organization = RPCMethod<Nothing, Organization>(
        0x0292, "deals.organizations.get", callers: [Peer.gateway], isIdempotent: true)
    package static let updateOrganization = RPCMethod<OrganizationPatch, Organization>(
        0x0293, "deals.organizations.update", callers: [Peer.gateway])
    package static let publishOrganization = RPCMethod<Nothing, Organization>(
        0x0294, "deals.organizations.publish", callers: [Peer.gateway])
}

package enum OrganizationKind: String, Codable, Sendable, CaseIterable {
    case strategic, sponsor, lender, adviser, issuer, other
}

/// Who knows of an organization: the whole firm, or those alone who may see one of the deals that it is a party of.
package enum OrganizationScope: String, Codable, Sendable, CaseIterable { case directory, deals }

/// A company, fund, bank or adviser, as those see it who may. It does not tell when it was written down first, nor by
/// whom: of one that was published later that would tell that a deal was behind it.
package struct Organization: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var name: String
    package var kind: OrganizationKind
    package var scope: OrganizationScope
    package var codeAlias: String?
    /// ISO 17442.
    package var lei: String?
    package var ticker: String?
    /// ISO 6166.
    package var isin: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    package var sector: String?
    /// Always one of the directory.
    package var parentId: UUID?
    /// Other names: former ones, brands, local spellings; each once, at most 20.
    package var aliases: [String]
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, name: String, kind: OrganizationKind, scope: OrganizationScope, codeAlias: String? = nil,
        lei: String? = nil, ticker: String? = nil, isin: String? = nil, country: String? = nil, sector: String? = nil,
        parentId: UUID? = nil, aliases: [String] = [], updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.scope = scope
        self.codeAlias = codeAlias
        self.lei = lei
        self.ticker = ticker
        self.isin = isin
        self.country = country
        self.sector = sector
        self.parentId = parentId
        self.aliases = aliases
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What an organization is written down from. By itself it goes into the directory; with a party, it is the deal's.
package struct NewOrganization: Codable, Sendable, Hashable {
    package var name: String
    package var kind: OrganizationKind
    package var codeAlias: String?
    package var lei: String?
    package var ticker: String?
    package var isin: String?
    package var country: String?
    package var sector: String?
    package var parentId: UUID?
    package var aliases: [String]?

    package init(
        name: String, kind: OrganizationKind, codeAlias: String? = nil, lei: String? = nil, ticker: String? = nil,
        isin: String? = nil, country: String? = nil, sector: String? = nil, parentId: UUID? = nil,
        aliases: [String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.codeAlias = codeAlias
        self.lei = lei
        self.ticker = ticker
        self.isin = isin
        self.country = country
        self.sector = sector
        self.parentId = parentId
        self.aliases = aliases
    }
}

/// A JSON merge patch (RFC 7396) of an organization.
package struct OrganizationPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var kind: Patch<OrganizationKind>?
    package var codeAlias: Patch<String>?
    package var lei: Patch<String>?
    package var ticker: Patch<String>?
    package var isin: Patch<String>?
    package var country: Patch<String>?
    package var sector: Patch<String>?
    package var parentId: Patch<UUID>?
    /// All of them, in place of those that it had.
    package var aliases: Patch<[String]>?

    package init() {}
}

/// A new organization, and those that the caller may know of which may be the same one.
package struct AddedOrganization: Codable, Sendable, RPCResource {
    package var organization: Organization
    /// By name, alias, LEI or ISIN; at most 10.
    package var similar: [OrganizationHint]

    package var resourceID: String { organization.resourceID }
    package var version: Int64 { organization.version }

    package init(organization: Organization, similar: [OrganizationHint]) {
        self.organization = organization
        self.similar = similar
    }
}

package struct OrganizationHint: Codable, Sendable, Hashable {
    package var id: UUID
    package var name: String

    package init(id: UUID, name: String) {
        self.id = id
        self.name = name
    }
}

/// Asks for a page of the organizations that the caller may know of, by name; or, with `q`, for the first of those that
/// fit what somebody has typed so far.
package struct OrganizationQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out; with `q` at most 20, 10 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before; not with `q`.
    package var cursor: String?
    /// The beginning of a name or alias; from three characters on any part of one, or of a ticker, LEI or ISIN.
    package var q: String?
    /// ISO 3166-1 alpha-2: those of this country alone.
    package var country: String?
    /// Those of this sector alone, as it is written there.
    package var sector: String?

    package init(
        limit: Int? = nil, cursor: String? = nil, q: String? = nil, country: String? = nil, sector: String? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.q = q
        self.country = country
        self.sector = sector
    }
}

package struct OrganizationPage: Codable, Sendable {
    package var items: [Organization]
    /// Nil on the last page, and always with `q`.
    package var nextCursor: String?

    package init(items: [Organization], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
