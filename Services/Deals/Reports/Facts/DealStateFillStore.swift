import Contracts
import Foundation
import GRDB

/// Fills `deal_state` and `report_fact` of a file from before there were any, from what is on record: the changes of
/// stage, status, value, chance and expected close. Of deals that are older than that record, those fields count as having
/// always been what they were when it began. Reads by SQL of its own, for a later version of the code has other columns.
enum DealStateFill {
    /// Newest first, with what each field was before it.
    private static let changes = """
        SELECT v.version, v.at_ms, c.field, c.before FROM deal_change c
        JOIN deal_version v ON v.deal_id = c.deal_id AND v.version = c.version
        WHERE c.deal_id = ? AND c.field IN ('stage', 'status', 'value', 'probability', 'expectedCloseOn')
        ORDER BY c.version DESC
        """
    private static let reasons = """
        SELECT at_ms, reason_code FROM stage_transition
        WHERE deal_id = ? AND direction = 'end' AND reason_code IS NOT NULL ORDER BY seq
        """
    private static let deals = """
        SELECT d.id, \(DealStates.attributes), d.stage, d.status, d.value_minor, d.value_currency, d.probability,
            d.expected_close_on, d.created_ms
        FROM deal d ORDER BY d.number_order
        """

    /// So many facts are gathered in memory, some tens of megabytes: those of many deals are the same ones.
    private static let gatheredMax = 100_000

    static func write(in db: Database) throws {
        var gathered: ReportFacts = [:]
        let rows = try Row.fetchCursor(db, sql: deals)
        while let row = try rows.next() {
            let id: UUID = row[0]
            var story = try DealStates.story(row, from: 1, id, in: db)
            let face = DealFace(
                type: story.type, stage: row[7], status: try row.choice(8),
                value: try row.money(minor: 9, currency: 10),
                probability: row[11], expectedClose: try row.optionalDay(12))
            let createdAt = Instant(milliseconds: row[13])
            for past in try faces(of: id, face, createdAt, in: db) {
                try DealStates.append(past, to: &story, id, in: db)
            }
            guard row[6] else { continue }
            for (fact, sum) in story.facts { gathered[fact, default: ReportSum()] += sum }
            guard gathered.count > gatheredMax else { continue }
            try DealStates.add(gathered, minus: [:], in: db)
            gathered = [:]
        }
        try DealStates.add(gathered, minus: [:], in: db)
    }

    /// Oldest first.
    private static func faces(
        of id: UUID, _ now: DealFace, _ createdAt: Instant, in db: Database
    ) throws -> [(face: DealFace, day: Int, reason: String?)] {
        let rows = try Row.fetchAll(db.cachedStatement(sql: changes), arguments: [id])
        let reasons = try Row.fetchAll(db.cachedStatement(sql: reasons), arguments: [id])
        var (face, faces, index) = (now, [(face: DealFace, day: Int, reason: String?)](), rows.startIndex)
        while index < rows.endIndex {
            let (version, at): (Int64, Int64) = (rows[index][0], rows[index][1])
            let reason: String? = reasons.last { $0[0] == at }?[1]
            faces.append(
                (face, Instant(milliseconds: at).day.daysSince1970, face.status.isEnded ? reason : nil))
            while index < rows.endIndex, rows[index][0] == version {
                try face.set(rows[index][2], json: rows[index][3])
                index += 1
            }
        }
        faces.append((face, createdAt.day.daysSince1970, nil))
        return faces.reversed()
    }
}

extension DealFace {
    /// - Parameter json: as `deal_change` keeps it; nil where there was none.
    fileprivate mutating func set(_ field: String, json: String?) throws {
        // Most are keys and numbers, which are what they say.
        let key = json.flatMap { $0.hasPrefix("\"") && !$0.contains("\\") ? String($0.dropFirst().dropLast()) : nil }
        if field == "stage", let key {
            stage = key
            return
        }
        if field == "status", let known = key.flatMap(DealStatus.init(rawValue:)) {
            status = known
            return
        }
        if field == "probability", let number = json.flatMap({ Int($0) }) {
            probability = number
            return
        }
        let data = json.map { Data($0.utf8) }
        let decoder = JSONDecoder()
        switch (field, data) {
        case ("stage", let data?): stage = try decoder.decode(String.self, from: data)
        case ("status", let data?): status = try decoder.decode(DealStatus.self, from: data)
        case ("probability", let data?): probability = try decoder.decode(Int.self, from: data)
        case ("value", let data): value = try data.map { try decoder.decode(Money.self, from: $0) }
        case ("expectedCloseOn", let data):
            expectedClose = try data.map { try decoder.decode(BusinessDate.self, from: $0) }
        default: break
        }
    }
}
