import Foundation
import GRDB

/// The two indexes of what search looks at. Every write of a row stands between `leave`, which takes out what the index
/// has of it, and `enter`.
enum OrganizationTexts {
    static func enter(_ organization: UUID, in db: Database) throws {
        for sql in [
            """
            INSERT INTO organization_shared_text (rowid, search_key)
            SELECT seq, search_key FROM organization WHERE id = ? AND shared = 1 AND merged_into IS NULL
            """,
            """
            INSERT INTO organization_hidden_text (rowid, search_key)
            SELECT seq, search_key FROM organization WHERE id = ? AND shared = 0
            """,
        ] {
            try db.cachedStatement(sql: sql).execute(arguments: [organization])
        }
    }

    /// Before the row is changed: an index without content is told what it has.
    static func leave(_ organization: UUID, in db: Database) throws {
        for sql in [
            """
            INSERT INTO organization_shared_text (organization_shared_text, rowid, search_key)
            SELECT 'delete', seq, search_key FROM organization WHERE id = ? AND shared = 1 AND merged_into IS NULL
            """,
            """
            INSERT INTO organization_hidden_text (organization_hidden_text, rowid, search_key)
            SELECT 'delete', seq, search_key FROM organization WHERE id = ? AND shared = 0
            """,
        ] {
            try db.cachedStatement(sql: sql).execute(arguments: [organization])
        }
    }
}
