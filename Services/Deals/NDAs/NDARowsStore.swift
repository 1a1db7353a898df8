import Contracts
import Foundation
import GRDB
import RPC

/// The table `nda`, row by row, with the names of the counterparties.
enum NDARows {
    /// Of one deal: the register is answered whole.
    static let ndasMax = 4000

    /// With the table as `n` and its counterparty as `c`.
    static let selected = """
        n.id, n.counterparty_id, c.name, n.status, n.executed_on, n.expires_on, n.standstill_until, n.non_solicit_until,
        n.document_id, n.added_by, n.added_ms, n.updated_ms, n.version
        """
    private static let tables = "SELECT \(selected) FROM nda n CROSS JOIN counterparty c ON c.id = n.counterparty_id"

    /// By name of the counterparty, then as they were entered.
    static func all(of deal: UUID, on today: BusinessDate, in db: Database) throws -> [DealNDA] {
        let statement = try db.cachedStatement(
            sql: "\(tables) WHERE n.deal_id = ? ORDER BY c.name_key, n.counterparty_id, n.added_ms, n.rowid")
        return try Row.fetchAll(statement, arguments: [deal]).map { try nda($0).asOf(today) }
    }

    /// Executed ones whose last day is one of these, the next first.
    static func expiring(
        of deal: UUID, in days: ClosedRange<BusinessDate>, _ db: Database
    ) throws -> [DealNDA] {
        let statement = try db.cachedStatement(
            sql: """
                \(tables) WHERE n.deal_id = ? AND n.status = 'executed' AND n.expires_on BETWEEN ? AND ?
                ORDER BY n.expires_on, n.id
                """)
        let arguments: StatementArguments = [deal, days.lowerBound.text, days.upperBound.text]
        return try Row.fetchAll(statement, arguments: arguments).map { try nda($0) }
    }

    static func all(of counterparty: Counterparty, in db: Database) throws -> [DealNDA] {
        let statement = try db.cachedStatement(sql: "\(tables) WHERE n.counterparty_id = ? ORDER BY n.id")
        return try Row.fetchAll(statement, arguments: [counterparty.id]).map { try nda($0) }
    }

    /// Those that were executed, as guards judge them.
    static func signed(with counterparty: Counterparty, in db: Database) throws -> [StepGuards.SignedNDA] {
        try all(of: counterparty, in: db).compactMap { nda in
            guard nda.status == .executed, let executed = nda.executedOn else { return nil }
            return StepGuards.SignedNDA(executedOn: executed, expiresOn: nda.expiresOn)
        }
    }

    /// - Throws: the same `notFound` for what is not there and what belongs to another deal.
    static func nda(_ id: UUID?, of deal: UUID, on today: BusinessDate, in db: Database) throws -> DealNDA {
        let statement = try db.cachedStatement(sql: "\(tables) WHERE n.id = ? AND n.deal_id = ?")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("NDA")
        }
        return try nda(row).asOf(today)
    }

    static func count(of deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT COUNT(*) FROM nda WHERE deal_id = ?")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    static func insert(_ nda: DealNDA, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO nda (id, deal_id, counterparty_id, status, executed_on, expires_on, standstill_until,
                    non_solicit_until, document_id, added_by, added_ms, updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            nda.id, deal, nda.counterpartyId, nda.status.rawValue, nda.executedOn?.text, nda.expiresOn?.text,
            nda.standstillUntil?.text, nda.nonSolicitUntil?.text, nda.documentId, nda.addedBy,
            nda.addedAt.milliseconds, nda.updatedAt.milliseconds, nda.version,
        ])
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: DealNDA, at now: Instant, in db: Database) throws -> DealNDA {
        var nda = changed
        nda.version += 1
        // A clock that was set back must not make the NDA look older than it was.
        nda.updatedAt = max(now, changed.updatedAt)
        try db.cachedStatement(
            sql: """
                UPDATE nda SET status = ?, executed_on = ?, expires_on = ?, standstill_until = ?, non_solicit_until = ?,
                    document_id = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            nda.status.rawValue, nda.executedOn?.text, nda.expiresOn?.text, nda.standstillUntil?.text,
            nda.nonSolicitUntil?.text, nda.documentId, nda.updatedAt.milliseconds, nda.version, nda.id,
            changed.version,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return nda
    }

    /// Reads a row that has `selected` from some column on, as it is stored.
    static func nda(_ row: Row, from first: Int = 0) throws -> DealNDA {
        var nda = DealNDA(
            id: row[first], counterpartyId: row[first + 1], counterpartyName: row[first + 2],
            status: try row.choice(first + 3), addedBy: row[first + 9],
            addedAt: Instant(milliseconds: row[first + 10]), updatedAt: Instant(milliseconds: row[first + 11]),
            version: row[first + 12])
        nda.executedOn = try row.optionalDay(first + 4)
        nda.expiresOn = try row.optionalDay(first + 5)
        nda.standstillUntil = try row.optionalDay(first + 6)
        nda.nonSolicitUntil = try row.optionalDay(first + 7)
        nda.documentId = row[first + 8]
        return nda
    }
}
