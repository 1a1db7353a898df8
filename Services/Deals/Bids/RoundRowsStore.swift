import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_round`, row by row.
enum RoundRows {
    private static let selected = """
        SELECT id, number, name, kind, bids_due_on, process_letter_id, status, added_by, added_ms, updated_ms, version
        FROM deal_round
        """

    /// By number; at most `RoundStore.roundsMax`.
    static func all(of deal: UUID, in db: Database) throws -> [DealRound] {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE deal_id = ? ORDER BY number")
        return try Row.fetchAll(statement, arguments: [deal]).map(round)
    }

    /// - Throws: the same `notFound` for what is not there and for what belongs to another deal.
    static func round(_ id: UUID?, of deal: UUID, in db: Database) throws -> DealRound {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE id = ? AND deal_id = ?")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("round")
        }
        return try round(row)
    }

    static func round(number: Int, of deal: UUID, in db: Database) throws -> DealRound? {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE deal_id = ? AND number = ?")
        return try Row.fetchOne(statement, arguments: [deal, number]).map(round)
    }

    static func insert(_ round: DealRound, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_round (id, deal_id, number, name, kind, bids_due_on, process_letter_id, status, added_by,
                    added_ms, updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            round.id, deal, round.number, round.name, round.kind.rawValue, round.bidsDueOn?.text,
            round.processLetterId, round.status.rawValue, round.addedBy, round.addedAt.milliseconds,
            round.updatedAt.milliseconds, round.version,
        ])
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: DealRound, at now: Instant, in db: Database) throws -> DealRound {
        var round = changed
        round.version += 1
        // A clock that was set back must not make the round look older than it was.
        round.updatedAt = max(now, changed.updatedAt)
        try db.cachedStatement(
            sql: """
                UPDATE deal_round SET name = ?, kind = ?, bids_due_on = ?, process_letter_id = ?, status = ?,
                    updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            round.name, round.kind.rawValue, round.bidsDueOn?.text, round.processLetterId, round.status.rawValue,
            round.updatedAt.milliseconds, round.version, round.id, changed.version,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return round
    }

    private static func round(_ row: Row) throws -> DealRound {
        var round = DealRound(
            id: row[0], number: row[1], name: row[2], kind: try row.choice(3), status: try row.choice(6),
            addedBy: row[7], addedAt: Instant(milliseconds: row[8]), updatedAt: Instant(milliseconds: row[9]),
            version: row[10])
        round.bidsDueOn = try row.optionalDay(4)
        round.processLetterId = row[5]
        return round
    }
}
