import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage
import Synchronization
import Testing

@testable import deals

struct HistorySchemaTests {
    @Test(arguments: [
        "UPDATE deal_version SET at_ms = 0", "DELETE FROM deal_version",
        "INSERT OR REPLACE INTO deal_version SELECT * FROM deal_version",
        "INSERT INTO deal_version SELECT deal_id, 0, at_ms, by_user_id, event_type FROM deal_version",
        "INSERT INTO deal_version SELECT deal_id, 9, at_ms, NULL, event_type FROM deal_version WHERE version = 1",
        "UPDATE deal_change SET after = 'x'", "DELETE FROM deal_change",
        "INSERT OR REPLACE INTO deal_change SELECT * FROM deal_change",
        "INSERT INTO deal_change SELECT deal_id, 7, field, before, after FROM deal_change WHERE version = 2",
        "INSERT INTO deal_change SELECT deal_id, version, 'new', after, after FROM deal_change WHERE version = 2",
        """
        INSERT INTO idempotency_key
        SELECT lead_user_id, '', 0, zeroblob(32), id, x'7b7d', 0 FROM deal
        """,
        "INSERT INTO idempotency_key SELECT lead_user_id, 'k', 0, zeroblob(32), id, zeroblob(1048577), 0 FROM deal",
        "INSERT INTO idempotency_key SELECT lead_user_id, 'k', 0, zeroblob(32), lead_user_id, x'7b7d', 0 FROM deal",
        "INSERT INTO idempotency_key SELECT lead_user_id, 'k', -1, zeroblob(32), NULL, x'7b7d', 0 FROM deal",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    /// Of deals that are older than the record of changes, it knows the version that it found and all after it.
    @Test func anOlderFileBeginsItsRecordWithWhatItHas() async throws {
        let (banker, start) = (Person(.banker), TestClock().now().milliseconds)
        func leave(in directory: String) throws {
            let queue = try DatabaseQueue(path: directory + "/deals.sqlite")
            try DealsSchema.migrator.migrate(queue, upTo: "deals 4 walls")
            try queue.write { db in try Self.fill(db, banker, start) }
            try queue.close()
        }
        try await Desk.with(prepare: leave) { desk in
            desk.clock.advance(seconds: 60)
            let found = try await desk.call(DealMethods.get, Nothing(), as: banker, on: ["D-2026-0001"])
            desk.clock.advance(days: 1)
            #expect(try await desk.changes(of: found, as: banker).items.map(\.version) == [7])
            let changed = try await desk.update(found, as: banker) { $0.sector = .set("Food") }
            #expect(try await desk.deal(found, asOf: found.updatedAt.text, as: banker) == found)
            #expect(try await desk.deal(found, asOf: changed.updatedAt.text, as: banker) == changed)
            try await fault("history_not_kept") {
                try await desk.deal(found, asOf: found.createdAt.text, as: banker)
            }
            let both = try await desk.update(changed, as: banker, version: 7) { $0.nextStep = .set("call") }
            #expect(both.version == 9 && both.sector == "Food")
            let refused = try await fault("version_mismatch") {
                try await desk.update(changed, as: banker, version: 6) { $0.country = .set("DE") }
            }
            #expect(refused.conflictingFields.isEmpty)
            let page = try await desk.changes(of: found, as: banker)
            #expect(page.items.map(\.version) == [9, 8, 7] && page.items.last?.by == nil)
            let kinds = try await desk.timeline(of: found, as: banker).items.map(\.kind)
            #expect(kinds == [.changes, .changes, .moves, .team])
        }
    }

    /// One deal of version 7, as a file of that schema has it.
    private static func fill(_ db: Database, _ banker: Person, _ start: Int64) throws {
        let deal = UUIDv7.make()
        try db.execute(
            sql: """
                INSERT INTO deal (id, number, number_order, code_name, code_key, search_key, type, stage, status,
                    client_name, probability, probability_source, confidentiality, conflict_status, lead_user_id,
                    originated_on, stage_entered_on, version, created_ms, updated_ms)
                VALUES (?, 'D-2026-0001', 2026000000001, 'Falcon', 'falcon', 'falcon', 'sell_side_ma', 'origination',
                    'active', 'Aurora', 5, 'stage', 'confidential', 'not_started', ?, '2026-11-02', '2026-11-02', 7, ?, ?)
                """, arguments: [deal, banker.id, start, start + 60_000])
        try db.execute(
            sql: """
                INSERT INTO stage_transition (id, deal_id, to_stage, to_status, direction, effective_on, days_in_from,
                    by_user_id, at_ms)
                VALUES (?, ?, 'origination', 'active', 'forward', '2026-11-02', 0, ?, ?)
                """, arguments: [UUIDv7.make(), deal, banker.id, start])
        try db.execute(
            sql: """
                INSERT INTO team_member (id, deal_id, user_id, name, role, access, reason, added_by, added_ms,
                    deal_updated_ms)
                VALUES (?, ?, ?, 'Ada', 'lead', 'manage', 'created the deal', ?, ?, ?)
                """, arguments: [UUIDv7.make(), deal, banker.id, banker.id, start, start + 60_000])
        try db.execute(
            sql: "INSERT INTO idempotency_key VALUES (?, 'k', zeroblob(32), ?, 0)", arguments: [banker.id, deal])
    }

    /// Each statement walks an index, however many deals and versions there are.
    @Test func noQueryOfThePastWalksATable() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            let statements = Mutex<Set<String>>([])
            let plans = try await desk.store.write { db in
                db.trace(options: .statement) { event in
                    guard case .statement(let statement) = event else { return }
                    _ = statements.withLock { $0.insert(statement.expandedSQL) }
                }
                let caller = try Caller(
                    desk.context(banker), may: .workOnDeals, now: desk.clock.now())
                let version = try ChangeRows.version(of: deal.id, at: desk.clock.now(), in: db)
                #expect(version == 2)
                var patch = DealPatch()
                patch.country = .set("DE")
                let now = try #require(try DealRows.deal(deal.id, in: db))
                try ChangeRows.requireUnchanged(patch, since: 1, now, in: db)
                _ = try ChangeRows.deal(now, in: 1, in: db)
                for field in [nil, "sector"] {
                    let request = try ChangeRequest(DealChangeQuery(field: field))
                    _ = try ChangeStore.versions(of: deal.id, request, in: db)
                    _ = try ChangeRows.changes(of: deal.id, in: 2, field: field, db)
                }
                for stream in TimelineStream.allCases {
                    _ = try TimelineRows.entries(stream, of: deal.id, after: nil, limit: 5, in: db)
                }
                var context = caller.context
                (context.idempotencyKey, context.requestDigest) = ("k", Data(count: 32))
                let key = try #require(try IdempotencyKey(context))
                _ = try IdempotencyRows.answer(to: key, by: caller, in: db)
                try IdempotencyRows.keep(key, Data("{}".utf8), about: deal.id, by: caller, in: db)
                db.trace(options: [])
                let seen = statements.withLock { $0 }.filter { !$0.hasPrefix("--") }
                return try seen.map { sql in
                    (sql, try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String })
                }
            }
            #expect(plans.count >= 20)
            for (sql, plan) in plans {
                // Of a deal's moves and people there are few.
                let maySort = ["FROM stage_transition", "FROM team_member"].contains(where: sql.contains)
                let isWalk = plan.contains {
                    $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") || $0.contains("TEMP") && !maySort
                }
                #expect(!isWalk, "\(sql): \(plan)")
            }
        }
    }
}
