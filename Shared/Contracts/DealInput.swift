package import Foundation

/// What a deal is created from; what is left out is empty or, as the confidentiality, has a default.
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
    package var targetName: String?
    package var subSector: String?
    package var region: String?
    package var office: String?
    package var coverageGroup: String?
    package var source: String?
    package var priority: DealPriority?
    package var enterpriseValue: Money?
    package var equityValue: Money?
    package var valueBasis: ValueBasis?
    /// 0 ... 10 000.
    package var stakeBps: Int?
    package var forecastCategory: ForecastCategory?
    package var mandatedOn: BusinessDate?
    package var signedOn: BusinessDate?
    package var expectedAnnounceOn: BusinessDate?
    package var announcedOn: BusinessDate?
    package var nextMilestoneOn: BusinessDate?
    package var legalHold: Bool?
    package var retentionUntil: BusinessDate?
    /// At most 20, in any case and order.
    package var tags: [String]?
    package var customFields: [String: CustomValue]?

    /// What came to the deal later is set afterwards.
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
    package var targetName: Patch<String>?
    package var subSector: Patch<String>?
    package var region: Patch<String>?
    package var office: Patch<String>?
    package var coverageGroup: Patch<String>?
    package var source: Patch<String>?
    package var priority: Patch<DealPriority>?
    package var enterpriseValue: Patch<Money>?
    package var equityValue: Patch<Money>?
    package var valueBasis: Patch<ValueBasis>?
    package var stakeBps: Patch<Int>?
    package var forecastCategory: Patch<ForecastCategory>?
    package var mandatedOn: Patch<BusinessDate>?
    package var signedOn: Patch<BusinessDate>?
    package var expectedAnnounceOn: Patch<BusinessDate>?
    package var announcedOn: Patch<BusinessDate>?
    package var nextMilestoneOn: Patch<BusinessDate>?
    package var reviewOn: Patch<BusinessDate>?
    package var lostTo: Patch<String>?
    package var legalHold: Patch<Bool>?
    package var retentionUntil: Patch<BusinessDate>?
    /// All of them; `null` takes them off.
    package var tags: Patch<[String]>?
    /// Those that are named; `null` empties one, and instead of the object all.
    package var customFields: Patch<[String: Patch<CustomValue>]>?

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
