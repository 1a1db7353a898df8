package import Foundation
package import RPC

/// The calls about the deal itself; the others stand with what they carry.
package enum DealMethods {
    package static let create = RPCMethod<NewDeal, Deal>(
        0x0201, "deals.create", callers: [Peer.gateway], deduplicates: true)
    package static let get = RPCMethod<Nothing, Deal>(0x0202, "deals.get", callers: [Peer.gateway], isIdempotent: true)
    package static let update = RPCMethod<DealPatch, Deal>(0x0204, "deals.update", callers: [Peer.gateway])
}

/// What the bank is hired for; decides the deal's pipeline and never changes.
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

/// How far a deal is closed. Whatever it is, bankers see it on its team only; `secret` closes it to compliance too, and
/// its events carry ids only.
package enum Confidentiality: String, Codable, Sendable, CaseIterable {
    case `public`, `internal`, confidential, secret
}

/// Where the conflict check stands. Bankers ask for it (`pending`), compliance decides.
package enum ConflictStatus: String, Codable, Sendable, CaseIterable {
    case notStarted = "not_started"
    case pending, cleared
    case clearedWithConditions = "cleared_with_conditions"
    case declined, expired
}

/// Whether the probability is the stage's or a banker's own.
package enum ProbabilitySource: String, Codable, Sendable { case stage, manual }

/// A mandate, or the hope of one, as those see it who may.
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
