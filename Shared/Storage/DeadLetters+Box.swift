import Foundation
package import GRDB

extension DeadLetters {
    /// The letters of one group and source.
    package struct Box: Sendable, Hashable {
        package let group: String
        package let source: String

        package init(group: String, source: String) {
            self.group = group
            self.source = source
        }
    }
}

/// Each of these belongs into the transaction of the effect that it goes with.
extension DeadLetters.Box {
    package func count(in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT count(*) FROM dead_letter WHERE grp = ? AND source = ?")
        return try Int.fetchOne(statement, arguments: [group, source]) ?? 0
    }

    /// The number of the first letter of an aggregate: what comes later of it must wait. Nil when nothing is parked.
    package func head(of aggregate: String, in db: Database) throws -> Int64? {
        let statement = try db.cachedStatement(
            sql: "SELECT min(seq) FROM dead_letter WHERE grp = ? AND source = ? AND aggregate = ?")
        return try Int64.fetchOne(statement, arguments: [group, source, aggregate])
    }

    /// Throws `DeadLetters.Full`.
    package func add(_ letter: DeadLetters.Letter, in db: Database) throws {
        guard try count(in: db) < DeadLetters.lettersMax else { throw DeadLetters.Full() }
        try db.execute(
            sql: """
                INSERT INTO dead_letter (grp, source, seq, aggregate, attempts, error, first_ms, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                group, source, letter.sequence, letter.aggregate, letter.attempts, Self.cut(letter.error),
                letter.firstMilliseconds, letter.payload,
            ])
    }

    /// Oldest first, behind a sequence number.
    package func letters(
        after sequence: Int64, aggregate: String? = nil, limit: Int, in db: Database
    ) throws -> [DeadLetters.Letter] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT seq, aggregate, attempts, error, first_ms, payload FROM dead_letter
                WHERE grp = ?1 AND source = ?2 AND seq > ?3 AND (?4 IS NULL OR aggregate = ?4) ORDER BY seq LIMIT ?5
                """,
            arguments: [group, source, sequence, aggregate, limit])
        return rows.map { row in
            DeadLetters.Letter(
                sequence: row[0], aggregate: row[1], attempts: row[2], error: row[3], firstMilliseconds: row[4],
                payload: row[5])
        }
    }

    package func failedAgain(_ sequence: Int64, error: String, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE dead_letter SET attempts = attempts + 1, error = ? WHERE grp = ? AND source = ? AND seq = ?
                """,
            arguments: [Self.cut(error), group, source, sequence])
    }

    /// Takes the letter away and notes what became of it. False when there is none.
    package func settle(
        _ sequence: Int64, _ outcome: DeadLetters.Outcome, reason: String, now milliseconds: Int64, in db: Database
    ) throws -> Bool {
        try db.execute(
            sql: "DELETE FROM dead_letter WHERE grp = ? AND source = ? AND seq = ?",
            arguments: [group, source, sequence])
        guard db.changesCount == 1 else { return false }
        try db.execute(
            sql: """
                INSERT INTO settled_letter (grp, source, seq, outcome, reason, settled_ms) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [group, source, sequence, outcome.rawValue, reason, milliseconds])
        return true
    }

    /// The highest number of an event that was read but had no effect at its turn; 0 for none.
    package func last(in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT max(seq) FROM (
                    SELECT max(seq) AS seq FROM dead_letter WHERE grp = ?1 AND source = ?2
                    UNION ALL SELECT max(seq) FROM settled_letter WHERE grp = ?1 AND source = ?2)
                """)
        return try Int64.fetchOne(statement, arguments: [group, source]) ?? 0
    }

    /// The numbers of all events that took effect after their turn.
    package func redriven(in db: Database) throws -> Set<Int64> {
        Set(
            try Int64.fetchAll(
                db, sql: "SELECT seq FROM settled_letter WHERE grp = ? AND source = ? AND outcome = 'redriven'",
                arguments: [group, source]))
    }

    private static func cut(_ error: String) -> String {
        error.isEmpty ? "unknown" : String(error.unicodeScalars.prefix(DeadLetters.errorCharactersMax))
    }
}
