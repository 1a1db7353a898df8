import Contracts
import Foundation
import GRDB
import RPC

/// The table `saved_view`, row by row.
enum ViewRows {
    private static let columns = """
        id, owner_id, name, scope, filter, sort, columns, layout, pinned, version, created_ms, updated_ms, name_key
        """

    /// The caller's own, the firm's, and those of people who are on a deal's team with him.
    static let pageSQL = """
        SELECT \(columns) FROM saved_view WHERE owner_id = ?1 AND (name_key, id) > (?2, ?3)
        UNION ALL
        SELECT \(columns) FROM saved_view WHERE scope = 'firm' AND owner_id <> ?1 AND (name_key, id) > (?2, ?3)
        UNION ALL
        SELECT \(columns) FROM saved_view
        WHERE scope = 'team' AND owner_id <> ?1 AND (name_key, id) > (?2, ?3) AND owner_id IN (
            SELECT b.user_id FROM team_member a CROSS JOIN deal d ON d.id = a.deal_id
                CROSS JOIN team_member b ON b.deal_id = a.deal_id AND b.removed_ms IS NULL
            WHERE a.user_id = ?1 AND a.removed_ms IS NULL AND d.deleted_ms IS NULL)
        ORDER BY name_key, id LIMIT ?4
        """

    private static let isColleagueSQL = """
        SELECT EXISTS (
            SELECT 1 FROM team_member a CROSS JOIN deal d ON d.id = a.deal_id
                CROSS JOIN team_member b ON b.deal_id = a.deal_id AND b.user_id = ? AND b.removed_ms IS NULL
            WHERE a.user_id = ? AND a.removed_ms IS NULL AND d.deleted_ms IS NULL)
        """

    static func isColleague(_ owner: UUID, of user: UUID, in db: Database) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: isColleagueSQL), arguments: [user, owner]) ?? false
    }

    static func view(_ id: UUID, in db: Database) throws -> DealView? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(columns) FROM saved_view WHERE id = ?"), arguments: [id]
        ).map(view)
    }

    static func insert(_ view: DealView, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT INTO saved_view (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: StatementArguments(try values(view)))
    }

    /// Writes a view whose version was counted up by one.
    static func update(_ view: DealView, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE saved_view SET (\(columns)) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: StatementArguments(try values(view) + [view.id, view.version - 1]))
    }

    private static func values(_ view: DealView) throws -> [(any DatabaseValueConvertible)?] {
        [
            view.id, view.ownerId, view.name, view.scope.rawValue, try view.filter.map(json), view.sort,
            try json(view.columns), view.layout.rawValue, view.pinned, view.version, view.createdAt.milliseconds,
            view.updatedAt.milliseconds, FoldedText.of(view.name),
        ]
    }

    /// Reads a row that begins with `columns`.
    static func view(_ row: Row) throws -> DealView {
        DealView(
            id: row[0], ownerId: row[1], name: row[2], scope: try row.choice(3),
            filter: row.hasNull(atIndex: 4) ? nil : try read(row[4], "filter"), sort: row[5],
            columns: try read(row[6], "columns"), layout: try row.choice(7), pinned: row[8], version: row[9],
            createdAt: Instant(milliseconds: row[10]), updatedAt: Instant(milliseconds: row[11]))
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try StrictJSON.encode(value), as: UTF8.self)
    }

    private static func read<Value: Decodable>(_ text: String, _ column: String) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(text.utf8)) } catch {
            throw StoredValueFault(column: column)
        }
    }
}
