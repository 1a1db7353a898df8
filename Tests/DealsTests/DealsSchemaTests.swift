import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct DealsSchemaTests {
    /// A desk with one deal that has been paused once, and a former member.
    private static func with(_ body: (Desk, Deal) async throws -> Void) async throws {
        try await Desk.with { desk in
            let (banker, second, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            try await desk.remove(second, from: deal, by: banker)
            _ = try await desk.decide(.cleared, deal, as: compliance)
            let asked = try await desk.ask(for: desk.person(.banker), on: deal, by: banker)
            let crossing = try await desk.decide(.approve, asked, on: deal, as: compliance)
            _ = try await desk.end(crossing, on: deal, as: banker)
            _ = try await desk.decide(
                .refuse, desk.ask(for: desk.person(.banker), on: deal, by: banker), on: deal, as: compliance)
            _ = try await desk.ask(for: desk.person(.banker), on: deal, by: banker)
            try await body(desk, try await desk.move(deal, to: "on_hold", as: banker, reason: "markets"))
        }
    }

    @Test(arguments: [
        "UPDATE stage_transition SET reason = 'x'", "DELETE FROM stage_transition",
        "INSERT OR REPLACE INTO stage_transition SELECT * FROM stage_transition",
        "DELETE FROM team_member", "UPDATE team_member SET access = 'manage'",
        "UPDATE team_member SET removed_ms = NULL, removed_by = NULL WHERE removed_ms IS NOT NULL",
        "UPDATE conflict_decision SET note = 'x'", "DELETE FROM conflict_decision",
        "DELETE FROM wall_crossing", "UPDATE wall_crossing SET until_ms = until_ms + 1",
        "INSERT OR REPLACE INTO wall_crossing SELECT * FROM wall_crossing",
        "UPDATE wall_crossing SET decision = 'approve' WHERE decision = 'refuse'",
        "UPDATE wall_crossing SET decision = 'approve', decided_by = requested_by, decided_ms = requested_ms "
            + "WHERE decision IS NULL",
        "UPDATE wall_crossing SET ended_by = NULL, ended_ms = NULL WHERE ended_ms IS NOT NULL",
        "UPDATE wall_crossing SET ended_by = requested_by, ended_ms = requested_ms WHERE decision = 'refuse'",
        "DELETE FROM timed_access", "UPDATE timed_access SET user_id = deal_id",
        "INSERT OR REPLACE INTO timed_access SELECT * FROM timed_access",
        "UPDATE timed_access SET closes_ms = until_ms, ended_by = NULL",
        "UPDATE confidentiality_change SET confidentiality = 'secret'", "DELETE FROM confidentiality_change",
        "INSERT OR REPLACE INTO confidentiality_change SELECT * FROM confidentiality_change",
        "DELETE FROM outbox", "DELETE FROM deal", "UPDATE deal SET sector = 'x'",
        "UPDATE deal SET number = 'D-2026-0099', version = version + 1",
        "UPDATE deal SET status = 'won', version = version + 1",
        "UPDATE deal SET status = 'lost', version = version + 1",
        "UPDATE deal SET value_minor = 1, version = version + 1",
        "UPDATE deal SET value_minor = -1, value_currency = 'USD', version = version + 1",
        "UPDATE deal SET probability = 101, version = version + 1",
        "UPDATE deal SET deleted_ms = updated_ms, version = version + 1",
        "UPDATE deal SET legal_hold = 1, deleted_ms = updated_ms, deleted_by = id, version = version + 1",
        "UPDATE deal SET enterprise_value_minor = 1, version = version + 1",
        "UPDATE deal SET equity_value_currency = 'USD', version = version + 1",
        "UPDATE deal SET stake_bps = 10001, version = version + 1",
        "UPDATE deal SET priority = 'huge', version = version + 1",
        "UPDATE deal SET tags = 'food', version = version + 1",
        "UPDATE deal SET tags = '[\"\"]', version = version + 1",
        "UPDATE deal SET custom_fields = '[]', version = version + 1", "UPDATE deal SET target_name = 'x'",
        "UPDATE code_name_salt SET salt = randomblob(16)",
        "UPDATE deal SET closed_on = '2026-1-1', version = version + 1",
        "UPDATE deal SET probability = 'many', version = version + 1",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk, _ in
            // So that there is a row to guard.
            try await desk.store.write { db in
                try db.execute(sql: "UPDATE deal SET confidentiality = 'secret', version = version + 1")
            }
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test func membershipsFollowTheirDealsChange() async throws {
        try await Self.with { desk, deal in
            let rows = try await desk.store.read { db in
                try Row.fetchAll(db, sql: "SELECT removed_ms, deal_updated_ms FROM team_member").map {
                    (isActive: $0["removed_ms"] as Int64? == nil, updated: $0["deal_updated_ms"] as Int64)
                }
            }
            #expect(rows.filter(\.isActive).map(\.updated) == [deal.updatedAt.milliseconds])
            #expect(rows.count == 2)
        }
    }
}
