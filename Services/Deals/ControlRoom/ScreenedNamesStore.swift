import Contracts
import Foundation
import GRDB

/// The tables `deal_name` and `organization_name`: by which names deals and organizations are found, each written in the
/// transaction in which the name is.
enum ScreenedNames {
    static func add(_ name: String, _ role: CheckedRole, of deal: Deal, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO deal_name (deal_id, role, match_key, live) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [deal.id, role.rawValue, MatchKey.of(name), deal.isLive])
    }

    static func remove(_ name: String, _ role: CheckedRole, of deal: Deal, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM deal_name WHERE deal_id = ? AND role = ? AND match_key = ?")
            .execute(arguments: [deal.id, role.rawValue, MatchKey.of(name)])
    }

    /// An organization is found by every name that it was given; one that is wrong hits too much rather than too little.
    static func add(_ name: String, of organization: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO organization_name (match_key, organization_id) VALUES (?, ?)"
        ).execute(arguments: [MatchKey.of(name), organization])
    }

    /// The names that a file had before they were kept.
    static func fill(in db: Database) throws {
        let add = try db.makeStatement(
            sql: """
                INSERT OR IGNORE INTO deal_name (deal_id, role, match_key, live)
                SELECT id, ?2, ?3, status IN ('active', 'on_hold') AND deleted_ms IS NULL FROM deal WHERE id = ?1
                """)
        let names = [
            "SELECT id, 'client', client_name FROM deal",
            "SELECT id, 'target', target_name FROM deal WHERE target_name IS NOT NULL",
            "SELECT deal_id, 'counterparty', name FROM counterparty",
        ]
        for sql in names {
            let rows = try Row.fetchCursor(db, sql: sql)
            while let row = try rows.next() {
                try add.execute(arguments: [row[0] as UUID, row[1] as String, MatchKey.of(row[2])])
            }
        }
        let organizations = try Row.fetchCursor(db, sql: "SELECT name, id FROM organization")
        while let row = try organizations.next() { try Self.add(row[0], of: row[1], in: db) }
    }
}

extension Deal {
    /// Whether the firm works on it, or may again.
    var isLive: Bool { !status.isEnded && deletedAt == nil }
}
