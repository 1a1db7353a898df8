import Contracts
import Foundation
import GRDB
import RPC

/// The table `fee`, row by row.
enum FeeRows {
    private static let selected = """
        SELECT id, terms, title, status, expected_on, actual_minor, currency, paid_on, waive_reason, due_minor, ours_minor,
            added_by, added_ms, updated_ms, version
        FROM fee
        """

    /// As they were added; at most `FeeRules.feesMax`.
    static func all(of deal: UUID, in db: Database) throws -> [DealFee] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE deal_id = ? AND removed_ms IS NULL ORDER BY position")
        return try Row.fetchAll(statement, arguments: [deal]).map(fee)
    }

    /// Behind those that the deal has had before.
    static func insert(_ fee: DealFee, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO fee (id, deal_id, position, terms, kind, currency, title, status, expected_on, actual_minor,
                    paid_on, waive_reason, due_minor, ours_minor, added_by, added_ms, updated_ms, version)
                VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM fee WHERE deal_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            fee.id, deal, deal, try terms(fee), fee.terms.kind.rawValue, fee.terms.currency, fee.title,
            fee.status.rawValue, fee.expectedOn?.text, fee.actual?.minorUnits, fee.paidOn?.text, fee.waiveReason,
            fee.due?.minorUnits, fee.ours?.minorUnits, fee.addedBy, fee.addedAt.milliseconds,
            fee.updatedAt.milliseconds, fee.version,
        ])
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: DealFee, at now: Instant, in db: Database) throws -> DealFee {
        var fee = changed
        fee.version += 1
        // A clock that was set back must not make the fee look older than it was.
        fee.updatedAt = max(now, changed.updatedAt)
        try db.cachedStatement(
            sql: """
                UPDATE fee SET terms = ?, kind = ?, currency = ?, title = ?, status = ?, expected_on = ?, actual_minor = ?,
                    paid_on = ?, waive_reason = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            try terms(fee), fee.terms.kind.rawValue, fee.terms.currency, fee.title, fee.status.rawValue,
            fee.expectedOn?.text, fee.actual?.minorUnits, fee.paidOn?.text, fee.waiveReason,
            fee.updatedAt.milliseconds, fee.version, fee.id, changed.version,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return fee
    }

    static func remove(_ fee: DealFee, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE fee SET removed_ms = max(?, added_ms), removed_by = ?, version = version + 1 WHERE id = ?"
        ).execute(arguments: [caller.now.milliseconds, caller.id, fee.id])
    }

    /// Writes what the fees of a deal come to at its values, where that has changed; no new versions, for nobody agreed anything.
    static func settle(_ deal: Deal, in db: Database) throws {
        let fees = try all(of: deal.id, in: db)
        guard !fees.isEmpty else { return }
        let lines = FeePreview(fees.filter { $0.status != .waived }, at: FeeEngine.Values(deal)).lines
        let found = Dictionary(uniqueKeysWithValues: lines.map { ($0.feeId, $0) })
        let write = try db.cachedStatement(sql: "UPDATE fee SET due_minor = ?, ours_minor = ? WHERE id = ?")
        for fee in fees {
            let line = found[fee.id]
            guard line?.due != fee.due || line?.ours != fee.ours else { continue }
            try write.execute(arguments: [line?.due?.minorUnits, line?.ours?.minorUnits, fee.id])
        }
    }

    private static func terms(_ fee: DealFee) throws -> String {
        String(decoding: try StrictJSON.encode(fee.terms), as: UTF8.self)
    }

    private static func fee(_ row: Row) throws -> DealFee {
        guard let terms = try? JSONDecoder().decode(FeeTerms.self, from: Data((row[1] as String).utf8)) else {
            throw StoredValueFault(column: "terms")
        }
        var fee = DealFee(
            id: row[0], terms: terms, status: try row.choice(3), addedBy: row[11],
            addedAt: Instant(milliseconds: row[12]), updatedAt: Instant(milliseconds: row[13]), version: row[14])
        fee.title = row[2]
        fee.expectedOn = try row.optionalDay(4)
        fee.actual = try row.money(minor: 5, currency: 6)
        fee.paidOn = try row.optionalDay(7)
        fee.waiveReason = row[8]
        fee.due = try row.money(minor: 9, currency: 6)
        fee.ours = try row.money(minor: 10, currency: 6)
        return fee
    }
}

extension FeeEngine.Values {
    /// As the deal stands: what an issue raises is its value.
    init(_ deal: Deal) {
        self.init(enterpriseValue: deal.enterpriseValue, equityValue: deal.equityValue, proceeds: deal.value)
    }
}
