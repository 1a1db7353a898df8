import Contracts
import Foundation
import GRDB
import RPC

/// The table `list_entry`, row by row.
enum ListEntryRows {
    private static let selected = """
        id, list, organization_id, name, reason, deal_id, from_day, to_day, placed_by, placed_ms, lifted_by, lifted_ms,
        lift_reason, version
        """

    /// The newest first.
    static func page(
        of list: ControlList, _ query: ListEntryQuery, after: UUID?, limit: Int, on today: BusinessDate,
        in db: Database
    ) throws -> [ListEntry] {
        var sql = "SELECT \(selected) FROM list_entry WHERE list = ? AND (? IS NULL OR id < ?)"
        var arguments: [(any DatabaseValueConvertible)?] = [list.rawValue, after, after]
        if let isActive = query.active {
            sql += """
                 AND (lifted_ms IS NULL AND from_day <= ? AND (to_day IS NULL OR to_day >= ?)) = ?
                """
            arguments += [today.text, today.text, isActive] as [(any DatabaseValueConvertible)?]
        }
        if let q = query.q.map(FoldedText.of), !q.isEmpty {
            sql += " AND name_key >= ? AND name_key < ?"
            arguments += [q, q + "\u{10FFFF}"] as [(any DatabaseValueConvertible)?]
        }
        sql += " ORDER BY id DESC LIMIT ?"
        arguments.append(limit)
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
            .map { try entry($0, on: today) }
    }

    /// - Throws: the same `notFound` for what is not there and what stands on another list.
    static func entry(_ reference: ListReference, on today: BusinessDate, in db: Database) throws -> ListEntry {
        let statement = try db.cachedStatement(sql: "SELECT \(selected) FROM list_entry WHERE id = ? AND list = ?")
        guard let id = reference.id,
            let row = try Row.fetchOne(statement, arguments: [id, reference.list.rawValue])
        else { throw RPCFault.notFound("entry") }
        return try entry(row, on: today)
    }

    static func insert(_ entry: ListEntry, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO list_entry (id, list, organization_id, name, name_key, match_key, reason, deal_id, from_day,
                    to_day, placed_by, placed_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            entry.id, entry.list.rawValue, entry.organizationId, entry.name, FoldedText.of(entry.name),
            MatchKey.of(entry.name), entry.reason, entry.dealId, entry.from.text, entry.to?.text, entry.placedBy,
            entry.placedAt.milliseconds, entry.version,
        ])
    }

    /// Writes an entry whose version was counted up by one.
    static func update(_ entry: ListEntry, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE list_entry SET reason = ?, from_day = ?, to_day = ?, lifted_by = ?, lifted_ms = ?, lift_reason = ?,
                    version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            entry.reason, entry.from.text, entry.to?.text, entry.liftedBy, entry.liftedAt?.milliseconds,
            entry.liftReason, entry.version, entry.id, entry.version - 1,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    private static func entry(_ row: Row, on today: BusinessDate) throws -> ListEntry {
        var entry = ListEntry(
            id: row[0], list: try row.choice(1), organizationId: row[2], name: row[3], reason: row[4], dealId: row[5],
            from: try row.day(6), to: try row.optionalDay(7), active: false, placedBy: row[8],
            placedAt: Instant(milliseconds: row[9]), liftedBy: row[10],
            liftedAt: (row[11] as Int64?).map(Instant.init(milliseconds:)), liftReason: row[12], version: row[13])
        entry.active = entry.holds(on: today)
        return entry
    }
}
