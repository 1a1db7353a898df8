import Contracts
import Foundation
import GRDB
import RPC

/// The table `custom_field`, row by row.
enum CustomFieldRows {
    private static let selected = "key, label, type, options, required_for, archived, version, created_ms, updated_ms"

    /// At most `CustomFieldStore.fieldsMax`.
    static func all(in db: Database) throws -> [CustomField] {
        let statement = try db.cachedStatement(sql: "SELECT \(selected) FROM custom_field ORDER BY position")
        return try Row.fetchAll(statement).map(field)
    }

    static func field(_ key: String, in db: Database) throws -> CustomField? {
        let statement = try db.cachedStatement(sql: "SELECT \(selected) FROM custom_field WHERE key = ?")
        return try Row.fetchOne(statement, arguments: [key]).map(field)
    }

    static func count(in db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT COUNT(*) FROM custom_field")) ?? 0
    }

    static func insert(_ field: CustomField, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO custom_field (key, label, type, options, required_for, archived, version, created_ms,
                    updated_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            field.key, field.label, field.type.rawValue, try json(field.options), try json(field.requiredFor),
            field.archived, field.version, field.createdAt.milliseconds, field.updatedAt.milliseconds,
        ])
    }

    /// Writes a field whose version was counted up by one.
    static func update(_ field: CustomField, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE custom_field SET label = ?, options = ?, required_for = ?, archived = ?, version = ?, updated_ms = ?
                WHERE key = ? AND version = ?
                """
        ).execute(arguments: [
            field.label, try json(field.options), try json(field.requiredFor), field.archived, field.version,
            field.updatedAt.milliseconds, field.key, field.version - 1,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    private static func field(_ row: Row) throws -> CustomField {
        CustomField(
            key: row[0], label: row[1], type: try row.choice(2), options: try list(row[3]),
            requiredFor: try list(row[4]), archived: row[5], version: row[6],
            createdAt: Instant(milliseconds: row[7]), updatedAt: Instant(milliseconds: row[8]))
    }

    private static func list<Item: Decodable>(_ text: String) throws -> [Item] {
        text == "[]" ? [] : try JSONDecoder().decode([Item].self, from: Data(text.utf8))
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try StrictJSON.encode(value), as: UTF8.self)
    }
}
