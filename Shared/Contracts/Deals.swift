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

/// What a deal's values rest on.
package enum ValueBasis: String, Codable, Sendable, CaseIterable { case estimate, announced, final }

/// Where a forecast of fees counts the deal; `omitted` leaves it out.
package enum ForecastCategory: String, Codable, Sendable, CaseIterable {
    case pipeline
    case bestCase = "best_case"
    case commit, omitted
}

package enum DealPriority: String, Codable, Sendable, CaseIterable { case low, normal, high, critical }

/// A mandate, or the hope of one, as those see it who may.
package struct Deal: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    /// `D-2026-0001`, accepted wherever the id is.
    package var number: String
    package var codeName: String
    package var realName: String?
    package var type: DealType
    package var stage: String
    package var status = DealStatus.active
    package var clientName: String
    package var targetName: String?
    package var sector: String?
    package var subSector: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    package var region: String?
    /// Where the team sits, and the group that covers the client.
    package var office: String?
    package var coverageGroup: String?
    package var description: String?
    /// Where the deal came from.
    package var source: String?
    package var priority = DealPriority.normal

    package var value: Money?
    package var enterpriseValue: Money?
    package var equityValue: Money?
    /// What the values rest on.
    package var valueBasis = ValueBasis.estimate
    /// The share that changes hands, in hundredths of a per cent.
    package var stakeBps: Int?
    /// Per cent, 0 ... 100: the chance that the fee is earned.
    package var probability: Int
    package var probabilitySource = ProbabilitySource.stage
    package var forecastCategory = ForecastCategory.pipeline

    package var confidentiality = Confidentiality.confidential
    package var conflictStatus = ConflictStatus.notStarted
    package var conflictExpiresOn: BusinessDate?
    package var leadId: UUID

    package var originatedOn: BusinessDate
    package var engagementLetterSignedOn: BusinessDate?
    package var mandatedOn: BusinessDate?
    package var signedOn: BusinessDate?
    package var expectedAnnounceOn: BusinessDate?
    package var announcedOn: BusinessDate?
    package var expectedCloseOn: BusinessDate?
    package var closedOn: BusinessDate?
    package var nextStep: String?
    package var nextMilestoneOn: BusinessDate?
    /// When a deal on hold is looked at again.
    package var reviewOn: BusinessDate?
    package var outcomeReason: String?
    /// The competitor who won it.
    package var lostTo: String?
    package var stageEnteredOn: BusinessDate
    /// When the latest of its activities happened. Not a change of the deal: `version` and `updatedAt` do not follow it.
    package var lastActivityAt: Instant?

    /// Sorted.
    package var tags: [String] = []
    /// By the keys of their definitions.
    package var customFields: [String: CustomValue] = [:]

    /// While it is on, or the day has not come, the deal is not deleted.
    package var legalHold = false
    package var retentionUntil: BusinessDate?
    /// Of a deleted deal, which those see who could restore it.
    package var deletedAt: Instant?
    package var deletedBy: UUID?
    package var version: Int64 = 1
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { id.text }

    /// A deal as it begins. Whatever else it has is set afterwards.
    package init(
        id: UUID, number: String, codeName: String, type: DealType, stage: String, clientName: String, probability: Int,
        leadId: UUID, originatedOn: BusinessDate, createdAt: Instant
    ) {
        self.id = id
        self.number = number
        self.codeName = codeName
        self.type = type
        self.stage = stage
        self.clientName = clientName
        self.probability = probability
        self.leadId = leadId
        self.originatedOn = originatedOn
        stageEnteredOn = originatedOn
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}
