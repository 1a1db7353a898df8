import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

private let isOpen = "t.deleted_ms IS NULL AND t.done_ms IS NULL AND (t.due_key, t.id) > ('', x'00')"

struct WorkSchemaTests {
    /// A desk with one activity, and two tasks of which one waits for the other; one more of each is removed.
    private static func with(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            _ = try await desk.write("a note", on: deal, as: banker)
            let note = try await desk.write("gone", on: deal, as: banker)
            try await desk.remove(note, from: deal, as: banker)
            let first = try await desk.task("NDA", on: deal, as: banker)
            _ = try await desk.task("CIM", on: deal, as: banker, dependsOn: first)
            let task = try await desk.task("gone", on: deal, as: banker)
            try await desk.remove(task, from: deal, as: banker)
            _ = try await desk.template(other, as: banker)
            try await body(desk)
        }
    }

    @Test(arguments: [
        "DELETE FROM deal_activity", "UPDATE deal_activity SET text = 'x'",
        "UPDATE deal_activity SET created_by = x'00', version = version + 1",
        "UPDATE deal_activity SET version = version + 1 WHERE deleted_ms IS NOT NULL",
        "UPDATE deal_activity SET deleted_ms = updated_ms, version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_activity SET kind = 'rumour', version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_activity SET participants = '{}', version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_activity SET participants = 'Ada', version = version + 1 WHERE deleted_ms IS NULL",
        "DELETE FROM deal_task", "UPDATE deal_task SET title = 'x'",
        "UPDATE deal_task SET version = version + 1 WHERE deleted_ms IS NOT NULL",
        "UPDATE deal_task SET deal_id = deal_id, version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_task SET done_ms = updated_ms, version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_task SET depends_on = id, version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_task SET due_on = 'soon', version = version + 1 WHERE deleted_ms IS NULL",
        "UPDATE deal_task SET critical = 2, version = version + 1 WHERE deleted_ms IS NULL",
        """
        UPDATE deal_task SET depends_on = (SELECT id FROM deal_task WHERE template_key = 'cim'), version = version + 1
        WHERE title = 'NDA'
        """,
        """
        INSERT INTO deal_task (id, deal_id, position, title, milestone, critical, template_key, created_by, created_ms,
            updated_ms, version)
        SELECT randomblob(16), deal_id, 99, title, 1, 0, template_key, created_by, 0, 0, 1 FROM deal_task
        WHERE template_key = 'cim'
        """,
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk in
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test(arguments: [
        (
            """
            SELECT * FROM deal_activity WHERE deal_id = x'00' AND deleted_ms IS NULL AND (occurred_ms, id) < (1, x'00')
            ORDER BY occurred_ms DESC, id DESC LIMIT 51
            """, "deal_activity_latest "
        ),
        (
            """
            SELECT * FROM deal_activity
            WHERE deal_id = x'00' AND kind = 'note' AND deleted_ms IS NULL AND (occurred_ms, id) < (1, x'00')
            ORDER BY occurred_ms DESC, id DESC LIMIT 51
            """, "deal_activity_latest_of_kind "
        ),
        (
            "SELECT * FROM deal_task WHERE deal_id = x'00' AND deleted_ms IS NULL ORDER BY due_key, position",
            "deal_task_due "
        ),
        (
            """
            SELECT title FROM deal_task WHERE deal_id = x'00' AND deleted_ms IS NULL AND done_ms IS NULL AND critical = 1
            ORDER BY due_key, position
            """, "deal_task_due "
        ),
        (
            """
            SELECT * FROM deal_task t INDEXED BY deal_task_open CROSS JOIN deal d ON d.id = t.deal_id
            WHERE TRUE AND \(isOpen) AND t.due_key < '2027-01-01' ORDER BY t.due_key, t.id LIMIT 51
            """, "deal_task_open "
        ),
        (
            """
            SELECT * FROM deal_task t INDEXED BY deal_task_open_of_owner CROSS JOIN deal d ON d.id = t.deal_id
            WHERE t.owner_user_id = x'00' AND \(isOpen) ORDER BY t.due_key, t.id LIMIT 51
            """, "deal_task_open_of_owner "
        ),
    ])
    func listsAreWalkedAlongAnIndexInTheirOrder(sql: String, index: String) async throws {
        try await Desk.with { desk in
            let plan = try await Self.plan(sql, desk)
            #expect(plan.contains { $0.contains("USING INDEX \(index)") })
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("SCAN") })
        }
    }

    @Test func aMembersTasksAreFoundDealByDeal() async throws {
        try await Desk.with { desk in
            let plan = try await Self.plan(
                """
                SELECT * FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                    CROSS JOIN deal_task t INDEXED BY deal_task_open_of_deal ON t.deal_id = m.deal_id
                WHERE m.user_id = x'00' AND m.removed_ms IS NULL AND \(isOpen) ORDER BY t.due_key, t.id LIMIT 51
                """, desk)
            for index in ["team_member_deals", "deal_task_open_of_deal"] {
                #expect(plan.contains { $0.contains("USING INDEX \(index) ") })
            }
            #expect(!plan.contains { $0.contains("SCAN") })
        }
    }

    private static func plan(_ sql: String, _ desk: Desk) async throws -> [String] {
        try await desk.store.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] }
        }
    }
}
