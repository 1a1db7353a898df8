import Contracts
import Foundation
import GRDB
import RPC

/// The table `stage_transition`, row by row.
enum TransitionRows {
    static let newest = """
        SELECT id, from_stage, to_stage, from_status, to_status, direction, reason, effective_on, days_in_from,
            by_user_id, at_ms, reason_code, lost_to, review_on, override_reason, overridden_by, unmet, warnings
        FROM stage_transition WHERE deal_id = ? ORDER BY seq DESC LIMIT ?
        """

    static func insert(_ transition: StageTransition, of deal: UUID, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO stage_transition (id, deal_id, from_stage, to_stage, from_status, to_status, direction,
                    reason, effective_on, days_in_from, by_user_id, at_ms, reason_code, lost_to, review_on,
                    override_reason, overridden_by, unmet, warnings)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            transition.id, deal, transition.fromStage, transition.toStage, transition.fromStatus?.rawValue,
            transition.toStatus.rawValue, transition.direction.rawValue, transition.reason, transition.effectiveOn.text,
            transition.daysInFrom, transition.by, transition.at.milliseconds, transition.reasonCode?.rawValue,
            transition.lostTo, transition.reviewOn?.text, transition.override?.reason, transition.overriddenBy,
            try json(transition.unmet), try json(transition.warnings),
        ])
    }

    static func transition(_ row: Row) throws -> StageTransition {
        let override: String? = row[14]
        return StageTransition(
            id: row[0], fromStage: row[1], toStage: row[2], fromStatus: try row.optionalChoice(3),
            toStatus: try row.choice(4), direction: try row.choice(5), reason: row[6],
            reasonCode: try row.optionalChoice(11), lostTo: row[12], reviewOn: try row.optionalDay(13),
            effectiveOn: try row.day(7), daysInFrom: row[8], by: row[9], at: Instant(milliseconds: row[10]),
            override: override.map(MoveOverride.init(reason:)), overriddenBy: row[15],
            unmet: try faults(row[16]), warnings: try faults(row[17]))
    }

    private static func json(_ faults: [FieldFault]) throws -> String {
        faults.isEmpty ? "[]" : String(decoding: try StrictJSON.encode(faults), as: UTF8.self)
    }

    private static func faults(_ json: String) throws -> [FieldFault] {
        json == "[]" ? [] : try JSONDecoder().decode([FieldFault].self, from: Data(json.utf8))
    }
}
