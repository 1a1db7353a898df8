package import Foundation
package import RPC

extension DealMethods {
    package static let counterparties = RPCMethod<Nothing, CounterpartyList>(
        0x020C, "deals.counterparties", callers: [Peer.gateway], isIdempotent: true)
    package static let addCounterparty = RPCMethod<NewCounterparty, Counterparty>(
        0x020D, "deals.counterparties.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateCounterparty = RPCMethod<CounterpartyPatch, Counterparty>(
        0x02D0, "deals.counterparties.update", callers: [Peer.gateway])
    package static let removeCounterparty = RPCMethod<Nothing, Nothing>(
        0x02D1, "deals.counterparties.remove", callers: [Peer.gateway])
    package static let counterpartyFunnel = RPCMethod<Nothing, CounterpartyFunnel>(
        0x02D3, "deals.counterparties.funnel", callers: [Peer.gateway], isIdempotent: true)
    /// The head first, then the bytes of the file to the end.
    package static let exportCounterparties = RPCStreamMethod<CounterpartyExportQuery, CSVPart>(
        0x02D4, "deals.counterparties.export", callers: [Peer.gateway], isFinite: true)
}

/// What kind of firm the other side is.
package enum CounterpartyKind: String, Codable, Sendable, CaseIterable {
    case strategic, sponsor
    case familyOffice = "family_office"
    case sovereign, lender, investor, other
}

/// What a counterparty is added from: an organization that one knows of, a name, or both. Its name is unique on the deal.
package struct NewCounterparty: Codable, Sendable, Hashable {
    /// The organization's when left out.
    package var name: String?
    package var organizationId: UUID?
    package var kind: CounterpartyKind
    /// `A`, `B` or `C`.
    package var tier: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    package var codeAlias: String?
    package var priority: DealPriority?
    /// Somebody of the organization.
    package var contactPersonId: UUID?
    /// In place of `contactPersonId`.
    package var contact: String?
    /// A member of the deal's team.
    package var coveredBy: UUID?
    /// Records the step `approved_by_client`.
    package var approvedByClient: Bool?
    /// Today when left out.
    package var approvedOn: BusinessDate?
    package var nextAction: String?
    package var nextActionOn: BusinessDate?
    package var notes: String?

    package init(
        name: String? = nil, organizationId: UUID? = nil, kind: CounterpartyKind, tier: String? = nil,
        country: String? = nil
    ) {
        self.name = name
        self.organizationId = organizationId
        self.kind = kind
        self.tier = tier
        self.country = country
    }
}

/// A JSON merge patch (RFC 7396) of a counterparty. How far it is, its steps say.
package struct CounterpartyPatch: Codable, Sendable, Hashable {
    package var name: Patch<String>?
    package var organizationId: Patch<UUID>?
    package var kind: Patch<CounterpartyKind>?
    package var tier: Patch<String>?
    package var country: Patch<String>?
    package var codeAlias: Patch<String>?
    package var priority: Patch<DealPriority>?
    package var contactPersonId: Patch<UUID>?
    package var contact: Patch<String>?
    package var coveredBy: Patch<UUID>?
    /// True records the step `approved_by_client` unless it is there; to take an approval back, void the step.
    package var approvedByClient: Patch<Bool>?
    /// Of the approval that this change records.
    package var approvedOn: Patch<BusinessDate>?
    package var nextAction: Patch<String>?
    package var nextActionOn: Patch<BusinessDate>?
    package var notes: Patch<String>?

    package init() {}
}

/// A buyer, investor, lender or target of a mandate, and how far it is.
package struct Counterparty: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var name: String
    package var organizationId: UUID?
    package var kind: CounterpartyKind
    package var tier: String?
    package var country: String?
    /// What those outside are shown in place of its name.
    package var codeAlias: String?
    package var priority: DealPriority?
    package var contactPersonId: UUID?
    package var contactPersonName: String?
    package var contact: String?
    package var coveredBy: UUID?
    package var approvedByClient = false
    package var approvedOn: BusinessDate?
    package var nextAction: String?
    package var nextActionOn: BusinessDate?
    package var notes: String?
    /// Its furthest step, or the one by which it left.
    package var status = CounterpartyStepKind.identified
    package var statusOn: BusinessDate
    /// Why it passed, as the step says.
    package var passReason: String?
    /// Why it was rejected or excluded, as the step says.
    package var exclusionReason: String?
    /// The first day of each step that stands, and the last of those by which it left.
    package var steps: [String: BusinessDate] = [:]
    package var addedBy: UUID
    package var addedAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, name: String, kind: CounterpartyKind, addedBy: UUID, addedAt: Instant, updatedAt: Instant,
        version: Int64
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        statusOn = addedAt.day
        self.addedBy = addedBy
        self.addedAt = addedAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// All counterparties of one deal, by name.
package struct CounterpartyList: Codable, Sendable {
    package var items: [Counterparty]

    package init(items: [Counterparty]) { self.items = items }
}

/// How many counterparties came how far.
package struct CounterpartyFunnel: Codable, Sendable, Hashable {
    package var total: Int
    /// From `identified` to `closed`, each of them.
    package var steps: [FunnelStep]
    /// Those that left, by how.
    package var left: [FunnelExit]

    package init(total: Int, steps: [FunnelStep], left: [FunnelExit]) {
        self.total = total
        self.steps = steps
        self.left = left
    }
}

package struct FunnelStep: Codable, Sendable, Hashable {
    package var step: CounterpartyStepKind
    /// Those with this step or a later one, also when they have left since.
    package var reached: Int
    /// Those with the step itself.
    package var recorded: Int
    /// Of those that reached the step before, in tenths of a per cent; none where nobody did.
    package var conversionTenths: Int?

    package init(step: CounterpartyStepKind, reached: Int, recorded: Int, conversionTenths: Int?) {
        self.step = step
        self.reached = reached
        self.recorded = recorded
        self.conversionTenths = conversionTenths
    }
}

package struct FunnelExit: Codable, Sendable, Hashable {
    package var status: CounterpartyStepKind
    package var count: Int

    package init(status: CounterpartyStepKind, count: Int) {
        self.status = status
        self.count = count
    }
}

/// Which names a file for the client has.
package enum CounterpartyNames: String, Codable, Sendable, CaseIterable {
    /// Aliases, where there are some.
    case alias
    /// Real ones, for who edits the deal.
    case real
}

/// Asks for the counterparties of a deal as a file.
package struct CounterpartyExportQuery: Codable, Sendable {
    /// `alias` when left out.
    package var names: CounterpartyNames?
    /// Whether the file begins with a byte order mark, which spreadsheets want.
    package var bom: Bool?

    package init(names: CounterpartyNames? = nil, bom: Bool? = nil) {
        self.names = names
        self.bom = bom
    }
}
