import Contracts
import Foundation
import GRDB
import RPC

/// The table `counterparty_step`, row by row: only ever added to, and made void.
enum CounterpartyStepRows {
    private static let selected = """
        SELECT id, counterparty_id, step, on_day, direction, note, document_id, reason, recorded_by, recorded_ms,
            voided_by, voided_ms, void_reason
        FROM counterparty_step
        """

    /// The latest day first, void ones too; at most `CounterpartyStepStore.stepsMax`.
    static func all(of counterparty: UUID, in db: Database) throws -> [CounterpartyStep] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE counterparty_id = ? ORDER BY on_day DESC, recorded_ms DESC, rowid DESC")
        return try Row.fetchAll(statement, arguments: [counterparty]).map(step)
    }

    static func insert(_ step: CounterpartyStep, on deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO counterparty_step (id, deal_id, counterparty_id, step, on_day, direction, note, document_id,
                    reason, recorded_by, recorded_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            step.id, deal, step.counterpartyId, step.step.rawValue, step.on.text, step.direction?.rawValue, step.note,
            step.documentId, step.reason, step.recordedBy, step.recordedAt.milliseconds,
        ])
    }

    /// - Parameter step: with who made it void, when and why.
    static func void(_ step: CounterpartyStep, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE counterparty_step SET voided_by = ?, voided_ms = ?, void_reason = ?
                WHERE id = ? AND voided_ms IS NULL
                """
        ).execute(arguments: [step.voidedBy, step.voidedAt?.milliseconds, step.voidReason, step.id])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "voided_ms") }
    }

    private static func step(_ row: Row) throws -> CounterpartyStep {
        var step = CounterpartyStep(
            id: row[0], counterpartyId: row[1], step: try row.choice(2), on: try row.day(3), recordedBy: row[8],
            recordedAt: Instant(milliseconds: row[9]))
        step.direction = try row.optionalChoice(4)
        (step.note, step.documentId, step.reason) = (row[5], row[6], row[7])
        let voided: Int64? = row[11]
        (step.voidedBy, step.voidedAt, step.voidReason) = (row[10], voided.map(Instant.init(milliseconds:)), row[12])
        return step
    }
}
