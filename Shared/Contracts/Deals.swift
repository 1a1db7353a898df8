package import Foundation
package import RPC

package enum DealMethods {
    package static let create = RPCMethod<NewDeal, Deal>(
        0x0201, "deals.create", callers: [Peer.gateway], deduplicates: true)
    package static let get = RPCMethod<Nothing, Deal>(0x0202, "deals.get", callers: [Peer.gateway], isIdempotent: true)
    package static let list = RPCMethod<DealQuery, DealPage>(
        0x0203, "deals.list", callers: [Peer.gateway], isIdempotent: true)
    package static let update = RPCMethod<DealPatch, Deal>(0x0204, "deals.update", callers: [Peer.gateway])
    package static let transitions = RPCMethod<Nothing, TransitionOptions>(
        0x0205, "deals.transitions", callers: [Peer.gateway], isIdempotent: true)
    package static let move = RPCMethod<Move, Deal>(0x0206, "deals.move", callers: [Peer.gateway])
    package static let history = RPCMethod<Nothing, StageHistory>(
        0x0207, "deals.history", callers: [Peer.gateway], isIdempotent: true)
    package static let team = RPCMethod<Nothing, Team>(
        0x0208, "deals.team", callers: [Peer.gateway], isIdempotent: true)
    package static let addMember = RPCMethod<NewTeamMember, TeamMember>(
        0x0209, "deals.team.add", callers: [Peer.gateway])
    package static let removeMember = RPCMethod<Nothing, Nothing>(0x020A, "deals.team.remove", callers: [Peer.gateway])
    package static let decideConflict = RPCMethod<ConflictDecision, Deal>(
        0x020B, "deals.conflict.decide", callers: [Peer.gateway])
    package static let counterparties = RPCMethod<Nothing, CounterpartyList>(
        0x020C, "deals.counterparties", callers: [Peer.gateway], isIdempotent: true)
    package static let addCounterparty = RPCMethod<NewCounterparty, Counterparty>(
        0x020D, "deals.counterparties.add", callers: [Peer.gateway])
}

package enum DealType: String, Codable, Sendable, CaseIterable {
    case sellSideMA = "sell_side_ma"
    case buySideMA = "buy_side_ma"
    case ecmIPO = "ecm_ipo"
    case ecmFollowOn = "ecm_follow_on"
    case ecmConvertible = "ecm_convertible"
    case dcmInvestmentGrade = "dcm_ig"
    case dcmHighYield = "dcm_hy"
    case leveragedFinance = "levfin"
    case privatePlacement = "private_placement"
    case restructuring
    case fairnessOpinion = "fairness_opinion"
    case strategicAdvisory = "strategic_advisory"
}

/// Where the work stands, apart from the stage: a deal on hold keeps its stage.
package enum DealStatus: String, Codable, Sendable, CaseIterable {
    case active
    case onHold = "on_hold"
    case won, lost, withdrawn
}

package enum Confidentiality: String, Codable, Sendable, CaseIterable {
    case `public`, `internal`, confidential, secret
}

package enum ConflictStatus: String, Codable, Sendable, CaseIterable {
    case notStarted = "not_started"
    case pending, cleared
    case clearedWithConditions = "cleared_with_conditions"
    case declined, expired
}

package enum ProbabilitySource: String, Codable, Sendable { case stage, manual }

package struct Deal: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    /// `D-2026-0001`, accepted wherever the id is.
    package var number: String
    package var codeName: String
    package var realName: String?
    package var type: DealType
    package var stage: String
    package var status: DealStatus
    package var clientName: String
    package var sector: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    package var description: String?
    package var value: Money?
    /// Per cent, 0 ... 100: the chance that the fee is earned.
    package var probability: Int
    package var probabilitySource: ProbabilitySource
    package var confidentiality: Confidentiality
    package var conflictStatus: ConflictStatus
    package var conflictExpiresOn: BusinessDate?
    package var leadId: UUID
    package var originatedOn: BusinessDate
    package var engagementLetterSignedOn: BusinessDate?
    package var expectedCloseOn: BusinessDate?
    package var closedOn: BusinessDate?
    package var outcomeReason: String?
    package var nextStep: String?
    package var stageEnteredOn: BusinessDate
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    package init(
        id: UUID, number: String, codeName: String, realName: String?, type: DealType, stage: String,
        status: DealStatus,
        clientName: String, sector: String?, country: String?, description: String?, value: Money?, probability: Int,
        probabilitySource: ProbabilitySource, confidentiality: Confidentiality, conflictStatus: ConflictStatus,
        conflictExpiresOn: BusinessDate?, leadId: UUID, originatedOn: BusinessDate,
        engagementLetterSignedOn: BusinessDate?, expectedCloseOn: BusinessDate?, closedOn: BusinessDate?,
        outcomeReason: String?, nextStep: String?, stageEnteredOn: BusinessDate, version: Int64, createdAt: Instant,
        updatedAt: Instant
    ) {
        self.id = id
        self.number = number
        self.codeName = codeName
        self.realName = realName
        self.type = type
        self.stage = stage
        self.status = status
        self.clientName = clientName
        self.sector = sector
        self.country = country
        self.description = description
        self.value = value
        self.probability = probability
        self.probabilitySource = probabilitySource
        self.confidentiality = confidentiality
        self.conflictStatus = conflictStatus
        self.conflictExpiresOn = conflictExpiresOn
        self.leadId = leadId
        self.originatedOn = originatedOn
        self.engagementLetterSignedOn = engagementLetterSignedOn
        self.expectedCloseOn = expectedCloseOn
        self.closedOn = closedOn
        self.outcomeReason = outcomeReason
        self.nextStep = nextStep
        self.stageEnteredOn = stageEnteredOn
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package struct NewDeal: Codable, Sendable, Hashable {
    package var codeName: String
    package var type: DealType
    package var clientName: String
    package var realName: String?
    package var sector: String?
    package var country: String?
    package var description: String?
    package var value: Money?
    package var confidentiality: Confidentiality?
    package var originatedOn: BusinessDate?
    package var expectedCloseOn: BusinessDate?
    package var nextStep: String?

    package init(
        codeName: String, type: DealType, clientName: String, realName: String? = nil, sector: String? = nil,
        country: String? = nil, description: String? = nil, value: Money? = nil,
        confidentiality: Confidentiality? = nil,
        originatedOn: BusinessDate? = nil, expectedCloseOn: BusinessDate? = nil, nextStep: String? = nil
    ) {
        self.codeName = codeName
        self.type = type
        self.clientName = clientName
        self.realName = realName
        self.sector = sector
        self.country = country
        self.description = description
        self.value = value
        self.confidentiality = confidentiality
        self.originatedOn = originatedOn
        self.expectedCloseOn = expectedCloseOn
        self.nextStep = nextStep
    }
}

/// A JSON merge patch (RFC 7396) of a deal: a field that is left out stays, `null` empties it where it may be empty.
package struct DealPatch: Codable, Sendable, Hashable {
    package var codeName: Patch<String>?
    package var realName: Patch<String>?
    package var clientName: Patch<String>?
    package var sector: Patch<String>?
    package var country: Patch<String>?
    package var description: Patch<String>?
    package var value: Patch<Money>?
    package var probability: Patch<Int>?
    package var confidentiality: Patch<Confidentiality>?
    package var conflictStatus: Patch<ConflictStatus>?
    package var leadId: Patch<UUID>?
    package var engagementLetterSignedOn: Patch<BusinessDate>?
    package var expectedCloseOn: Patch<BusinessDate>?
    package var closedOn: Patch<BusinessDate>?
    package var nextStep: Patch<String>?

    package init() {}
}

/// What a merge patch says about one field that it names.
package enum Patch<Value: Codable & Sendable & Hashable>: Codable, Sendable, Hashable {
    case set(Value)
    case clear

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .clear : .set(try container.decode(Value.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .set(let value): try container.encode(value)
        case .clear: try container.encodeNil()
        }
    }
}

package struct DealQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    /// `-updatedAt` (when left out), `updatedAt`, `codeName`, `-codeName`, `number`, `-number`.
    package var sort: String?
    /// Part of a code name, number or client, in any case.
    package var q: String?
    package var type: DealType?
    package var stage: String?
    package var status: DealStatus?
    package var lead: UUID?
    package var count: Bool?

    package init(
        limit: Int? = nil, cursor: String? = nil, sort: String? = nil, q: String? = nil, type: DealType? = nil,
        stage: String? = nil, status: DealStatus? = nil, lead: UUID? = nil, count: Bool? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.sort = sort
        self.q = q
        self.type = type
        self.stage = stage
        self.status = status
        self.lead = lead
        self.count = count
    }
}

package struct DealPage: Codable, Sendable {
    package var items: [Deal]
    package var nextCursor: String?
    /// Present when `count=true`: how many deals the caller may see that fit the filters.
    package var total: Int?

    package init(items: [Deal], nextCursor: String?, total: Int?) {
        self.items = items
        self.nextCursor = nextCursor
        self.total = total
    }
}
