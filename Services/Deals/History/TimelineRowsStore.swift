import Contracts
import Foundation
import GRDB

/// The streams of the timeline, each as one statement that walks one index, the newest first. Columns: instant, key, by,
/// title, text, type, and of moves and people what the entry wants beside them.
enum TimelineRows {
    /// At most `limit` entries of one stream, below a place.
    static func entries(
        _ stream: TimelineStream, of deal: UUID, after place: TimelinePlace?, limit: Int, in db: Database
    ) throws -> [(place: TimelinePlace, entry: TimelineEntry)] {
        let bound = place?.bound(of: stream) ?? (milliseconds: .max, key: nil)
        let key: any DatabaseValueConvertible =
            switch bound.key {
            case .version(let version): version
            case .id(let id): id
            // Below every key.
            case nil: stream == .changes ? Int64(0) : Data()
            }
        let statement = try db.cachedStatement(sql: sql(stream))
        return try Row.fetchAll(statement, arguments: [deal, bound.milliseconds, key, limit]).map { row in
            let key: TimelineKey = stream == .changes ? .version(row[1]) : .id(row[1])
            let place = TimelinePlace(milliseconds: row[0], stream: stream, key: key)
            return (place, try entry(row, stream))
        }
    }

    static func sql(_ stream: TimelineStream) -> String {
        switch stream {
        case .moves:
            """
            SELECT at_ms, id, by_user_id, NULL, \(cut("reason")), NULL, from_stage, to_stage, from_status, to_status
            FROM stage_transition WHERE deal_id = ? AND (at_ms, id) < (?, ?) ORDER BY at_ms DESC, id DESC LIMIT ?
            """
        case .changes: changes
        case .activities:
            """
            SELECT occurred_ms, id, created_by, subject, \(cut("text")), kind FROM deal_activity
            WHERE deal_id = ? AND deleted_ms IS NULL AND (occurred_ms, id) < (?, ?)
            ORDER BY occurred_ms DESC, id DESC LIMIT ?
            """
        case .removedActivities: removed("deal_activity", "deleted", ["NULL", "NULL", "kind"])
        case .tasks:
            """
            SELECT created_ms, id, created_by, title, NULL, NULL FROM deal_task
            WHERE deal_id = ? AND deleted_ms IS NULL AND (created_ms, id) < (?, ?)
            ORDER BY created_ms DESC, id DESC LIMIT ?
            """
        case .doneTasks:
            """
            SELECT done_ms, id, done_by, title, NULL, NULL FROM deal_task
            WHERE deal_id = ? AND done_ms IS NOT NULL AND deleted_ms IS NULL AND (done_ms, id) < (?, ?)
            ORDER BY done_ms DESC, id DESC LIMIT ?
            """
        case .removedTasks: removed("deal_task", "deleted", ["NULL", "NULL", "NULL"])
        case .documents:
            """
            SELECT added_ms, id, added_by, title, NULL, type FROM document
            WHERE deal_id = ? AND removed_ms IS NULL AND (added_ms, id) < (?, ?)
            ORDER BY added_ms DESC, id DESC LIMIT ?
            """
        case .removedDocuments: removed("document", "removed", ["NULL", cut("removal_reason"), "type"])
        case .joined:
            """
            SELECT added_ms, id, added_by, name, \(cut("reason")), role, user_id FROM team_member
            WHERE deal_id = ? AND removed_ms IS NULL AND (added_ms, id) < (?, ?)
            ORDER BY added_ms DESC, id DESC LIMIT ?
            """
        case .left: removed("team_member", "removed", ["name", "NULL", "role", "user_id"])
        }
    }

    /// Without the creation and without moves that set nothing but what a move sets: the moves tell those.
    private static let changes = """
        SELECT v.at_ms, v.version, v.by_user_id FROM deal_version v
        WHERE v.deal_id = ? AND (v.at_ms, v.version) < (?, ?) AND v.event_type <> 'deal.created'
            AND (v.event_type <> 'deal.stage.changed' OR EXISTS (
                SELECT 1 FROM deal_change c WHERE c.deal_id = v.deal_id AND c.version = v.version
                    AND c.field NOT IN (\(ofMoves.map { "'\($0)'" }.joined(separator: ", ")))))
        ORDER BY v.at_ms DESC, v.version DESC LIMIT ?
        """

    /// What a move itself sets.
    static let ofMoves = ["outcomeReason", "probability", "probabilitySource", "stage", "stageEnteredOn", "status"]

    /// - Parameters:
    ///   - mark: before `_ms` and `_by`.
    ///   - columns: from the fourth on.
    private static func removed(_ table: String, _ mark: String, _ columns: [String]) -> String {
        """
        SELECT \(mark)_ms, id, \(mark)_by, \(columns.joined(separator: ", ")) FROM \(table)
        WHERE deal_id = ? AND \(mark)_ms IS NOT NULL AND (\(mark)_ms, id) < (?, ?)
        ORDER BY \(mark)_ms DESC, id DESC LIMIT ?
        """
    }

    /// One more than is shown tells that there is more.
    private static func cut(_ column: String) -> String { "substr(\(column), 1, \(DealChanges.displayScalarsMax + 1))" }

    private static func entry(_ row: Row, _ stream: TimelineStream) throws -> TimelineEntry {
        let at = Instant(milliseconds: row[0])
        if stream == .changes {
            return TimelineEntry(kind: .changes, act: .changed, at: at, by: row[2], id: nil, version: row[1])
        }
        var entry = TimelineEntry(
            kind: stream.kind, act: stream.act, at: at, by: row[2], id: row[1], type: row[5], title: row[3],
            text: DealChanges.shown(row[4]))
        switch stream {
        case .moves:
            let (from, to): (String?, String) = (row[6], row[7])
            let (fromStatus, toStatus): (String?, String) = (row[8], row[9])
            if from == nil { entry.act = .created }
            entry.changes = [
                FieldChange("stage", before: from, after: to),
                FieldChange("status", before: fromStatus, after: toStatus),
            ].filter { $0.before != $0.after }
        case .joined, .left: entry.id = row[6]
        default: break
        }
        return entry
    }
}
