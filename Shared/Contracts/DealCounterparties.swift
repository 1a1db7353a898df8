package import Foundation
package import RPC

extension DealMethods {
    package static let counterparties = RPCMethod<Nothing, CounterpartyList>(
        0x020C, "deals.counterparties", callers: [Peer.gateway], isIdempotent: true)
    package static let addCounterparty = RPCMethod<NewCounterparty, Counterparty>(
        0x020D, "deals.counterparties.add", callers: [Peer.gateway], deduplicates: true)
}

/// What kind of firm the other side is.
package enum CounterpartyKind: String, Codable, Sendable, CaseIterable {
    case strategic, sponsor
    case familyOffice = "family_office"
    case sovereign, lender, investor, other
}

/// What a counterparty is added from; its name is unique on the deal.
package struct NewCounterparty: Codable, Sendable, Hashable {
    package var name: String
    package var kind: CounterpartyKind
    /// `A`, `B` or `C`.
    package var tier: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?

    package init(name: String, kind: CounterpartyKind, tier: String? = nil, country: String? = nil) {
        self.name = name
        self.kind = kind
        self.tier = tier
        self.country = country
    }
}

/// A buyer, investor, lender or target of a mandate.
package struct Counterparty: Codable, Sendable, Hashable {
    package var id: UUID
    package var name: String
    package var kind: CounterpartyKind
    package var tier: String?
    package var country: String?
    package var addedBy: UUID
    package var addedAt: Instant

    package init(
        id: UUID, name: String, kind: CounterpartyKind, tier: String?, country: String?, addedBy: UUID, addedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.tier = tier
        self.country = country
        self.addedBy = addedBy
        self.addedAt = addedAt
    }
}

/// All counterparties of one deal, by name.
package struct CounterpartyList: Codable, Sendable {
    package var items: [Counterparty]

    package init(items: [Counterparty]) { self.items = items }
}
