import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct ApprovalSchemaTests {
    /// A rejected, an approved and an open request, and a move that an override let pass.
    private static func with(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            for choice in [ApprovalChoice.reject, .approve] {
                _ = try await desk.decide(
                    choice, desk.ask(.engagement, on: deal, by: banker), on: deal, as: compliance)
            }
            _ = try await desk.ask(.stage, stage: "pitch", on: deal, by: banker)
            _ = try await desk.decide(.cleared, deal, as: compliance)
            let override = MoveOverride(reason: "the letter follows tomorrow")
            _ = try await desk.moved(
                deal, Move(toStage: "mandated", reason: "in a hurry", override: override), as: banker)
            try await body(desk)
        }
    }

    private static let insert = """
        INSERT INTO stage_transition (id, deal_id, from_stage, to_stage, from_status, to_status, direction, reason,
            effective_on, days_in_from, by_user_id, at_ms
        """

    @Test(arguments: [
        "DELETE FROM approval", "INSERT OR REPLACE INTO approval SELECT * FROM approval",
        "UPDATE approval SET until_ms = until_ms + 1", "UPDATE approval SET reason = 'x'",
        "UPDATE approval SET kind = 'reopen', stage = NULL", "UPDATE approval SET requested_by = id",
        "UPDATE approval SET after_seq = 0",
        "UPDATE approval SET decision = 'approve' WHERE decision = 'reject'",
        "UPDATE approval SET decision = NULL, note = NULL, decided_by = NULL, decided_ms = NULL WHERE decision = 'reject'",
        "UPDATE approval SET decision = 'approve', decided_by = requested_by, decided_ms = requested_ms, "
            + "by_compliance = 0 WHERE decision IS NULL",
        "UPDATE approval SET decision = 'reject', decided_by = id, decided_ms = requested_ms, by_compliance = 0 "
            + "WHERE decision IS NULL",
        "UPDATE approval SET decision = 'approve', decided_by = id, decided_ms = requested_ms WHERE decision IS NULL",
        "UPDATE stage_transition SET override_reason = NULL", "UPDATE stage_transition SET unmet = '[]'",
        insert + ", override_reason, overridden_by) SELECT randomblob(16), deal_id, from_stage, to_stage, from_status, "
            + "to_status, direction, reason, effective_on, 0, by_user_id, at_ms, 'nothing was unmet', by_user_id "
            + "FROM stage_transition WHERE override_reason IS NOT NULL",
        insert + ", unmet) SELECT randomblob(16), deal_id, from_stage, to_stage, from_status, to_status, direction, "
            + "reason, effective_on, 0, by_user_id, at_ms, unmet FROM stage_transition WHERE override_reason IS NOT NULL",
        insert
            + ", review_on) SELECT randomblob(16), deal_id, from_stage, to_stage, from_status, to_status, direction, "
            + "reason, effective_on, 0, by_user_id, at_ms, '2026-12-01' FROM stage_transition WHERE reason IS NOT NULL",
        insert
            + ", reason_code) SELECT randomblob(16), deal_id, from_stage, to_stage, from_status, to_status, direction,"
            + " reason, effective_on, 0, by_user_id, at_ms, 'price' FROM stage_transition WHERE reason IS NOT NULL",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk in
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test func everyQueryWalksAnIndex() async throws {
        try await Self.with { desk in
            for query in ApprovalRows.queries {
                let sql = query.split(separator: "?", omittingEmptySubsequences: false).joined(separator: "1")
                let plan = try await desk.store.read { db in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
                }
                #expect(!plan.contains { $0.hasPrefix("SCAN a") || $0.hasPrefix("SCAN t") }, "\(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            }
        }
    }
}
