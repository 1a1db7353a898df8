package import Foundation
package import RPC

extension DealMethods {
    package static let ndas = RPCMethod<DealNDAQuery, DealNDAList>(
        0x02D9, "deals.ndas", callers: [Peer.gateway], isIdempotent: true)
    package static let addNDA = RPCMethod<NewDealNDA, DealNDA>(
        0x02DA, "deals.ndas.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateNDA = RPCMethod<DealNDAPatch, DealNDA>(
        0x02DB, "deals.ndas.update", callers: [Peer.gateway])
    package static let expiringNDAs = RPCMethod<ExpiringNDAQuery, ExpiringNDAPage>(
        0x02DC, "deals.ndas.expiring", callers: [Peer.gateway], isIdempotent: true)
}

/// How far an agreement of confidentiality is.
package enum NDAStatus: String, Codable, Sendable, CaseIterable {
    case draft, sent, negotiating, executed
    /// Was executed, and its last day is over. Follows from `expiresOn` and is never set.
    case expired
    case declined
}

/// An agreement of confidentiality with a counterparty of a deal.
package struct DealNDA: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var counterpartyId: UUID
    package var counterpartyName: String
    package var status: NDAStatus
    package var executedOn: BusinessDate?
    /// The last day on which it holds.
    package var expiresOn: BusinessDate?
    package var standstillUntil: BusinessDate?
    package var nonSolicitUntil: BusinessDate?
    /// Of the deal's register.
    package var documentId: UUID?
    /// The step `nda_signed` that this change has recorded, because there was none.
    package var recordedStepId: UUID?
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, counterpartyId: UUID, counterpartyName: String, status: NDAStatus, addedBy: UUID, addedAt: Instant,
        updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.counterpartyId = counterpartyId
        self.counterpartyName = counterpartyName
        self.status = status
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What an NDA is entered from.
package struct NewDealNDA: Codable, Sendable, Hashable {
    package var counterpartyId: UUID
    /// `draft` when left out.
    package var status: NDAStatus?
    /// Of an executed one, and wanted there; today or before.
    package var executedOn: BusinessDate?
    package var expiresOn: BusinessDate?
    package var standstillUntil: BusinessDate?
    package var nonSolicitUntil: BusinessDate?
    package var documentId: UUID?

    package init(
        counterpartyId: UUID, status: NDAStatus? = nil, executedOn: BusinessDate? = nil,
        expiresOn: BusinessDate? = nil
    ) {
        self.counterpartyId = counterpartyId
        self.status = status
        self.executedOn = executedOn
        self.expiresOn = expiresOn
    }
}

/// A JSON merge patch (RFC 7396) of an NDA.
package struct DealNDAPatch: Codable, Sendable, Hashable {
    package var status: Patch<NDAStatus>?
    package var executedOn: Patch<BusinessDate>?
    package var expiresOn: Patch<BusinessDate>?
    package var standstillUntil: Patch<BusinessDate>?
    package var nonSolicitUntil: Patch<BusinessDate>?
    package var documentId: Patch<UUID>?

    package init() {}
}

/// Asks for the NDAs of a deal.
package struct DealNDAQuery: Codable, Sendable {
    /// 0 ... 3650: executed ones alone whose last day is one of the next so many, today counted as 0.
    package var expiringWithin: Int?

    package init(expiringWithin: Int? = nil) { self.expiringWithin = expiringWithin }
}

/// By name of the counterparty, then as they were entered.
package struct DealNDAList: Codable, Sendable {
    package var items: [DealNDA]

    package init(items: [DealNDA]) { self.items = items }
}

/// Asks for a page of the executed NDAs of all deals that one may see and that expire soon, the next first.
package struct ExpiringNDAQuery: Codable, Sendable {
    /// 0 ... 3650 days, 30 when left out.
    package var expiringWithin: Int?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(expiringWithin: Int? = nil, limit: Int? = nil, cursor: String? = nil) {
        self.expiringWithin = expiringWithin
        self.limit = limit
        self.cursor = cursor
    }
}

package struct ExpiringNDAPage: Codable, Sendable {
    package var items: [ExpiringNDA]
    package var nextCursor: String?

    package init(items: [ExpiringNDA], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// An NDA, and of which deal it is.
package struct ExpiringNDA: Codable, Sendable, Hashable {
    package var dealId: UUID
    package var dealNumber: String
    package var dealCodeName: String
    package var nda: DealNDA

    package init(dealId: UUID, dealNumber: String, dealCodeName: String, nda: DealNDA) {
        self.dealId = dealId
        self.dealNumber = dealNumber
        self.dealCodeName = dealCodeName
        self.nda = nda
    }
}
