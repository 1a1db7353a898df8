import Contracts
import Foundation
import GRDB
import RPC

/// A deal as a row of the table `deal`: what is read into it, in this order, and what is written of it.
enum DealColumns {
    static let read = both + ["last_activity_ms"]
    static let written = both + ["number_order", "code_key", "search_key"]

    private static let both = [
        "id", "number", "code_name", "type", "stage", "client_name", "probability", "lead_user_id", "originated_on",
        "created_ms",
        "real_name", "status", "sector", "country", "description", "value_minor", "value_currency",
        "probability_source", "confidentiality", "conflict_status", "conflict_expires_on",
        "engagement_letter_signed_on", "expected_close_on", "closed_on", "outcome_reason", "next_step",
        "stage_entered_on", "version", "updated_ms",
        "target_name", "sub_sector", "region", "office", "coverage_group", "source", "priority",
        "enterprise_value_minor", "enterprise_value_currency", "equity_value_minor", "equity_value_currency",
        "value_basis", "stake_bps", "forecast_category", "mandated_on", "signed_on", "expected_announce_on",
        "announced_on", "next_milestone_on", "review_on", "lost_to", "legal_hold", "retention_until", "tags",
        "custom_fields", "deleted_ms", "deleted_by",
    ]

    static func values(_ deal: Deal) throws -> [(any DatabaseValueConvertible)?] {
        let core: [(any DatabaseValueConvertible)?] = [
            deal.id, deal.number, deal.codeName, deal.type.rawValue, deal.stage, deal.clientName, deal.probability,
            deal.leadId, deal.originatedOn.text, deal.createdAt.milliseconds,
            deal.realName, deal.status.rawValue, deal.sector, deal.country, deal.description, deal.value?.minorUnits,
            deal.value?.currency.code, deal.probabilitySource.rawValue, deal.confidentiality.rawValue,
            deal.conflictStatus.rawValue, deal.conflictExpiresOn?.text, deal.engagementLetterSignedOn?.text,
            deal.expectedCloseOn?.text, deal.closedOn?.text, deal.outcomeReason, deal.nextStep,
            deal.stageEnteredOn.text, deal.version, deal.updatedAt.milliseconds,
        ]
        let keys: [(any DatabaseValueConvertible)?] = [
            DealNumber(text: deal.number)?.order, FoldedText.of(deal.codeName), searchKey(of: deal),
        ]
        return try core + facts(deal) + keys
    }

    static func searchKey(of deal: Deal) -> String {
        // The client stands last, so that his name can be told from the others.
        let names = [deal.targetName ?? "", deal.clientName].map(FoldedText.of)
        return ([FoldedText.of(deal.codeName), deal.number.lowercased()] + names).joined(separator: "\n")
    }

    private static func facts(_ deal: Deal) throws -> [(any DatabaseValueConvertible)?] {
        [
            deal.targetName, deal.subSector, deal.region, deal.office, deal.coverageGroup, deal.source,
            deal.priority.rawValue, deal.enterpriseValue?.minorUnits, deal.enterpriseValue?.currency.code,
            deal.equityValue?.minorUnits, deal.equityValue?.currency.code, deal.valueBasis.rawValue, deal.stakeBps,
            deal.forecastCategory.rawValue, deal.mandatedOn?.text, deal.signedOn?.text, deal.expectedAnnounceOn?.text,
            deal.announcedOn?.text, deal.nextMilestoneOn?.text, deal.reviewOn?.text, deal.lostTo, deal.legalHold,
            deal.retentionUntil?.text, deal.tags.isEmpty ? "[]" : try json(deal.tags),
            deal.customFields.isEmpty ? "{}" : try json(deal.customFields),
            deal.deletedAt?.milliseconds, deal.deletedBy,
        ]
    }

    /// Reads a row that begins with `read`.
    static func deal(_ row: Row) throws -> Deal {
        var deal = Deal(
            id: row[0], number: row[1], codeName: row[2], type: try row.choice(3), stage: row[4], clientName: row[5],
            probability: row[6], leadId: row[7], originatedOn: try row.day(8),
            createdAt: Instant(milliseconds: row[9]))
        var columns = RowReader(row, from: 10)
        deal.realName = columns.optional()
        deal.status = try columns.choice()
        deal.sector = columns.optional()
        deal.country = columns.optional()
        deal.description = columns.optional()
        deal.value = try columns.money()
        deal.probabilitySource = try columns.choice()
        deal.confidentiality = try columns.choice()
        deal.conflictStatus = try columns.choice()
        deal.conflictExpiresOn = try columns.optionalDay()
        deal.engagementLetterSignedOn = try columns.optionalDay()
        deal.expectedCloseOn = try columns.optionalDay()
        deal.closedOn = try columns.optionalDay()
        deal.outcomeReason = columns.optional()
        deal.nextStep = columns.optional()
        deal.stageEnteredOn = try columns.day()
        deal.version = columns.value()
        deal.updatedAt = Instant(milliseconds: columns.value())
        try readFacts(of: &deal, &columns)
        deal.lastActivityAt = columns.optionalInstant()
        return deal
    }

    private static func readFacts(of deal: inout Deal, _ columns: inout RowReader) throws {
        deal.targetName = columns.optional()
        deal.subSector = columns.optional()
        deal.region = columns.optional()
        deal.office = columns.optional()
        deal.coverageGroup = columns.optional()
        deal.source = columns.optional()
        deal.priority = try columns.choice()
        deal.enterpriseValue = try columns.money()
        deal.equityValue = try columns.money()
        deal.valueBasis = try columns.choice()
        deal.stakeBps = columns.optional()
        deal.forecastCategory = try columns.choice()
        deal.mandatedOn = try columns.optionalDay()
        deal.signedOn = try columns.optionalDay()
        deal.expectedAnnounceOn = try columns.optionalDay()
        deal.announcedOn = try columns.optionalDay()
        deal.nextMilestoneOn = try columns.optionalDay()
        deal.reviewOn = try columns.optionalDay()
        deal.lostTo = columns.optional()
        deal.legalHold = columns.value()
        deal.retentionUntil = try columns.optionalDay()
        deal.tags = try columns.json(orIfIs: "[]", [])
        deal.customFields = try columns.json(orIfIs: "{}", [:])
        deal.deletedAt = columns.optionalInstant()
        deal.deletedBy = columns.optional()
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try StrictJSON.encode(value), as: UTF8.self)
    }
}

/// Reads a row column by column, so that the order of the lines is the order of the columns.
struct RowReader {
    private let row: Row
    private var index: Int

    init(_ row: Row, from index: Int) {
        self.row = row
        self.index = index
    }

    private mutating func next() -> Int {
        defer { index += 1 }
        return index
    }

    mutating func value<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value { row[next()] }
    mutating func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>() -> Value? { row[next()] }

    mutating func choice<Choice: RawRepresentable<String>>() throws -> Choice { try row.choice(next()) }
    mutating func day() throws -> BusinessDate { try row.day(next()) }
    mutating func optionalDay() throws -> BusinessDate? { try row.optionalDay(next()) }
    mutating func money() throws -> Money? { try row.money(minor: next(), currency: next()) }

    mutating func optionalInstant() -> Instant? {
        let milliseconds: Int64? = optional()
        return milliseconds.map(Instant.init(milliseconds:))
    }

    /// Most deals have none, and reading JSON costs more than all the rest of a row.
    mutating func json<Value: Decodable>(orIfIs empty: String, _ none: Value) throws -> Value {
        let text: String = value()
        return text == empty ? none : try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
