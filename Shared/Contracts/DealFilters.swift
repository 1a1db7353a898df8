/// The filters of lists and boards: each that is set must hold, and one with several values holds for any of them.
package struct DealFilters: Codable, Sendable, Hashable {
    package var type: [DealType]?
    package var product: [DealProduct]?
    package var stage: [String]?
    package var stageCategory: [DealStageCategory]?
    package var status: [DealStatus]?
    /// Ids of users, or `me`.
    package var lead: [String]?
    /// Who is on the team: ids of users, or `me`.
    package var member: [String]?
    /// Deals that the caller himself is on.
    package var me: Bool?
    package var sector: [String]?
    package var country: [String]?
    /// How the client's name begins, in any case.
    package var client: String?
    package var tag: [String]?
    package var priority: [DealPriority]?
    package var forecastCategory: [ForecastCategory]?
    package var confidentiality: [Confidentiality]?
    package var conflictStatus: [ConflictStatus]?
    /// Decimal strings; they want `currency`.
    package var valueMin: String?
    package var valueMax: String?
    package var currency: String?
    package var probabilityMin: Int?
    /// Both inclusive.
    package var expectedCloseFrom: BusinessDate?
    package var expectedCloseTo: BusinessDate?
    /// Inclusive, and exclusive.
    package var createdFrom: Instant?
    package var createdTo: Instant?
    package var updatedSince: Instant?
    /// Active, and for at least so many days in its stage.
    package var stale: Int?
    /// Whether a task is open that was due.
    package var overdue: Bool?
    /// Part of a code name, number or client, or words of the deal's texts and activities by their beginnings.
    package var q: String?

    package init() {}
}

/// What the bank sells: deal types, coarsely.
package enum DealProduct: String, Codable, Sendable, CaseIterable {
    case mergersAcquisitions = "ma"
    case ecm, dcm, levfin
    case restructuring = "rx"
    case advisory

    package init(_ type: DealType) {
        switch type {
        case .sellSideMA, .buySideMA: self = .mergersAcquisitions
        case .ecmIPO, .ecmFollowOn, .ecmConvertible: self = .ecm
        case .dcmInvestmentGrade, .dcmHighYield: self = .dcm
        case .leveragedFinance, .privatePlacement: self = .levfin
        case .restructuring: self = .restructuring
        case .fairnessOpinion, .strategicAdvisory: self = .advisory
        }
    }

    package var types: [DealType] { DealType.allCases.filter { DealProduct($0) == self } }
}

/// What kind of work a stage is, in the order in which a deal lives through them.
package enum DealStageCategory: String, Codable, Sendable, CaseIterable {
    case origination, pitch, mandate, execution, signed, closed
}

/// What deals can be sorted by.
package enum DealSortField: String, Codable, Sendable, CaseIterable {
    case updatedAt, createdAt, codeName, number, probability, stageEnteredOn
    /// Deals without such a day come as if it were the last.
    case expectedCloseOn
}
