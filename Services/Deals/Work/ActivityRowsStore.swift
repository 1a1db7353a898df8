import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_activity`, row by row.
enum ActivityRows {
    private static let selected =
        "id, kind, subject, text, participants, occurred_ms, created_by, created_ms, updated_ms, version"

    private static let pageSQL = """
        SELECT \(selected) FROM deal_activity WHERE deal_id = ? AND deleted_ms IS NULL AND (occurred_ms, id) < (?, ?)
        ORDER BY occurred_ms DESC, id DESC LIMIT ?
        """
    private static let pageOfKindSQL = """
        SELECT \(selected) FROM deal_activity
        WHERE deal_id = ? AND kind = ? AND deleted_ms IS NULL AND (occurred_ms, id) < (?, ?)
        ORDER BY occurred_ms DESC, id DESC LIMIT ?
        """

    /// The latest first, and at most `limit`, of those that happened before a place in the list.
    static func page(
        of deal: UUID, _ kind: ActivityKind?, before: (milliseconds: Int64, id: UUID), limit: Int, in db: Database
    ) throws -> RowCursor {
        var arguments: [(any DatabaseValueConvertible)?] = [deal]
        if let kind { arguments.append(kind.rawValue) }
        arguments += [before.milliseconds, before.id, limit] as [(any DatabaseValueConvertible)?]
        let statement = try db.cachedStatement(sql: kind == nil ? pageSQL : pageOfKindSQL)
        return try Row.fetchCursor(statement, arguments: StatementArguments(arguments))
    }

    /// - Throws: the same `notFound` for what is not there, is deleted, or belongs to another deal.
    static func activity(_ id: UUID?, of deal: UUID, in db: Database) throws -> DealActivity {
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM deal_activity WHERE id = ? AND deal_id = ? AND deleted_ms IS NULL")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("activity")
        }
        return try activity(row)
    }

    static func insert(_ activity: DealActivity, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_activity (id, deal_id, kind, subject, text, participants, occurred_ms, created_by,
                    created_ms, updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            activity.id, deal, activity.kind.rawValue, activity.subject, activity.text,
            try json(activity.participants), activity.occurredAt.milliseconds, activity.createdBy,
            activity.createdAt.milliseconds, activity.updatedAt.milliseconds, activity.version,
        ])
        try WordIndex.add(activity, to: deal, in: db)
    }

    /// Writes an activity whose version was counted up by one.
    static func update(_ activity: DealActivity, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_activity SET kind = ?, subject = ?, text = ?, participants = ?, occurred_ms = ?,
                    updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            activity.kind.rawValue, activity.subject, activity.text, try json(activity.participants),
            activity.occurredAt.milliseconds, activity.updatedAt.milliseconds, activity.version, activity.id,
            activity.version - 1,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        try WordIndex.follow(activity, in: db)
    }

    static func remove(_ activity: DealActivity, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_activity SET deleted_ms = max(?, created_ms), deleted_by = ?, version = version + 1
                WHERE id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, activity.id])
    }

    static func activity(_ row: Row) throws -> DealActivity {
        let participants: String = row[4]
        return DealActivity(
            id: row[0], kind: try row.choice(1), subject: row[2], text: row[3],
            participants: try JSONDecoder().decode([String].self, from: Data(participants.utf8)),
            occurredAt: Instant(milliseconds: row[5]), createdBy: row[6], createdAt: Instant(milliseconds: row[7]),
            updatedAt: Instant(milliseconds: row[8]), version: row[9])
    }

    private static func json(_ participants: [String]) throws -> String {
        String(decoding: try StrictJSON.encode(participants), as: UTF8.self)
    }
}
