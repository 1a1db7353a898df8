import Contracts
import Foundation
import GRDB
import RPC

/// The table `person`, row by row. Who may know of a person, the sight of the organization says.
enum PersonRows {
    private static let selected = "id, organization_id, name, title, email, phone, updated_ms, version"
    static let columns = 8
    /// As `person(_:)` reads it, of the person `p`, and the name of his organization `o`.
    static let found = """
        p.id, p.organization_id, p.name, p.title, p.email, p.phone, p.updated_ms, p.version, o.name
        """

    /// By name, at most `limit`, of those after a place in the list.
    static func page(
        of organization: UUID, after: NameCursor, limit: Int, in db: Database
    ) throws -> [ContactPerson] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(selected) FROM person
                WHERE organization_id = ? AND deleted_ms IS NULL AND (name_key, id) > (?, ?)
                ORDER BY name_key, id LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [organization, after.name, after.id, limit]).map(person)
    }

    /// Nil for what is not there, and for what is deleted.
    static func person(_ id: UUID?, in db: Database) throws -> ContactPerson? {
        guard let id else { return nil }
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM person WHERE id = ? AND deleted_ms IS NULL")
        return try Row.fetchOne(statement, arguments: [id]).map(person)
    }

    static func insert(_ person: ContactPerson, by caller: Caller, in db: Database) throws {
        let now = person.updatedAt.milliseconds
        try db.cachedStatement(
            sql: """
                INSERT INTO person (id, organization_id, name, name_key, title, email, phone, created_by, created_ms,
                    updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            person.id, person.organizationId, person.name, FoldedText.of(person.name), person.title, person.email,
            person.phone, caller.id, now, now, person.version,
        ])
        try writeWords(person, in: db)
    }

    /// Writes a person whose version was counted up by one.
    static func update(_ person: ContactPerson, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE person SET name = ?, name_key = ?, title = ?, email = ?, phone = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            person.name, FoldedText.of(person.name), person.title, person.email, person.phone,
            person.updatedAt.milliseconds, person.version, person.id, person.version - 1,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        try writeWords(person, in: db)
    }

    static func remove(_ person: ContactPerson, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE person SET deleted_ms = max(?, created_ms), deleted_by = ?, version = version + 1 WHERE id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, person.id])
        try forgetWords(of: person.id, in: db)
    }

    private static func writeWords(_ person: ContactPerson, in db: Database) throws {
        try forgetWords(of: person.id, in: db)
        let insert = try db.cachedStatement(
            sql: "INSERT INTO person_word SELECT o.shared, ?, ? FROM organization o WHERE o.id = ?")
        for word in PersonWords.of(person) { try insert.execute(arguments: [word, person.id, person.organizationId]) }
    }

    private static func forgetWords(of person: UUID, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM person_word WHERE person_id = ?").execute(arguments: [person])
    }

    /// For a file from before there were words.
    static func fillWords(in db: Database) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT \(selected) FROM person WHERE deleted_ms IS NULL")
        while let row = try rows.next() { try writeWords(person(row), in: db) }
    }

    static func person(_ row: Row) throws -> ContactPerson {
        ContactPerson(
            id: row[0], organizationId: row[1], name: row[2], title: row[3], email: row[4], phone: row[5],
            updatedAt: Instant(milliseconds: row[6]), version: row[7])
    }
}
