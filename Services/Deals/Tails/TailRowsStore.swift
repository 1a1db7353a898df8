import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_tail`, row by row, with whom each covers.
enum TailRows {
    /// Nil where none was agreed, or it was removed.
    static func tail(of deal: UUID, in db: Database) throws -> DealTail? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT months, starts_on, ends_on, start_agreed, added_by, added_ms, updated_ms, version FROM deal_tail
                WHERE deal_id = ? AND removed_ms IS NULL
                """)
        guard let row = try Row.fetchOne(statement, arguments: [deal]) else { return nil }
        let covered = try counterparties(of: deal, in: db)
        return DealTail(
            dealId: deal, months: row[0], startsOn: try row.optionalDay(1), endsOn: try row.optionalDay(2),
            startAgreed: row[3], counterparties: covered.isEmpty ? nil : covered, addedBy: row[4],
            addedAt: Instant(milliseconds: row[5]), updatedAt: Instant(milliseconds: row[6]), version: row[7])
    }

    /// Of the row, live or removed; 0 where there is none.
    static func version(of deal: UUID, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT version FROM deal_tail WHERE deal_id = ?")
        return try Int64.fetchOne(statement, arguments: [deal]) ?? 0
    }

    /// Those of the ids that are counterparties of the deal.
    static func known(_ ids: [UUID], of deal: UUID, in db: Database) throws -> Set<UUID> {
        let statement = try db.cachedStatement(
            sql: "SELECT id FROM counterparty WHERE id = ? AND deal_id = ? AND removed_ms IS NULL")
        return Set(try ids.compactMap { try UUID.fetchOne(statement, arguments: [$0, deal]) })
    }

    /// Writes the tail with a version that was counted up by one, and whom it covers.
    static func put(_ tail: DealTail, counterparties: [UUID], in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_tail (deal_id, months, starts_on, ends_on, start_agreed, added_by, added_ms, updated_ms,
                    version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET months = excluded.months, starts_on = excluded.starts_on,
                    ends_on = excluded.ends_on, start_agreed = excluded.start_agreed, added_by = excluded.added_by,
                    added_ms = excluded.added_ms, updated_ms = excluded.updated_ms, version = excluded.version,
                    removed_by = NULL, removed_ms = NULL
                """
        ).execute(arguments: [
            tail.dealId, tail.months, tail.startsOn?.text, tail.endsOn?.text, tail.startAgreed, tail.addedBy,
            tail.addedAt.milliseconds, tail.updatedAt.milliseconds, tail.version,
        ])
        try db.cachedStatement(sql: "DELETE FROM deal_tail_counterparty WHERE deal_id = ?")
            .execute(arguments: [tail.dealId])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO deal_tail_counterparty (deal_id, counterparty_id) VALUES (?, ?)")
        for id in counterparties { try insert.execute(arguments: [tail.dealId, id]) }
    }

    static func remove(_ tail: DealTail, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_tail SET removed_ms = max(?, added_ms), removed_by = ?, version = version + 1
                WHERE deal_id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, tail.dealId])
    }

    /// The day on which a deal that is lost or withdrawn came to that.
    static func endDay(of deal: UUID, in db: Database) throws -> BusinessDate? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT effective_on FROM stage_transition WHERE deal_id = ? AND direction = 'end'
                ORDER BY seq DESC LIMIT 1
                """)
        return try Row.fetchOne(statement, arguments: [deal]).map { try $0.day(0) }
    }

    private static func counterparties(of deal: UUID, in db: Database) throws -> [TailCounterparty] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.id, c.name FROM deal_tail_counterparty t CROSS JOIN counterparty c ON c.id = t.counterparty_id
                WHERE t.deal_id = ? ORDER BY c.name, c.id
                """)
        return try Row.fetchAll(statement, arguments: [deal]).map { TailCounterparty(id: $0[0], name: $0[1]) }
    }
}
