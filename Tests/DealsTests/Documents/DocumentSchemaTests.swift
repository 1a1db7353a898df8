import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Synchronization
import Testing

@testable import deals

struct DocumentSchemaTests {
    @Test(arguments: [
        "DELETE FROM document", "UPDATE document SET title = 'x'",
        "UPDATE document SET sha256 = lower(hex(zeroblob(32)))",
        "UPDATE document SET removed_ms = added_ms",
        "UPDATE document SET removed_ms = 1, removed_by = added_by, removal_reason = 'x'",
        "INSERT OR REPLACE INTO document SELECT * FROM document",
        "UPDATE document_upload SET size = 26214401", "UPDATE document_upload SET sha256 = 'X'",
        "INSERT INTO document (id, deal_id, series_id, version_no, type, title, link, added_by, added_ms) "
            + "SELECT zeroblob(16), deal_id, zeroblob(16), 1, 'nda', 'x', 'http://x.example', added_by, 1 FROM document",
        "INSERT INTO document (id, deal_id, series_id, version_no, type, title, added_by, added_ms) "
            + "SELECT zeroblob(16), deal_id, zeroblob(16), 1, 'nda', 'x', added_by, 1 FROM document",
        "INSERT INTO document (id, deal_id, series_id, version_no, supersedes, type, title, link, added_by, added_ms) "
            + "SELECT zeroblob(16), deal_id, id, 2, id, 'nda', 'x', 'https://x.example', added_by, 1 FROM document",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.upload(Desk.content(10), in: deal, as: banker)
            _ = try await desk.register(Desk.content(11), in: deal, as: banker)
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    /// Whatever the register asks, an index answers.
    @Test func noCallReadsAWholeTable() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let caller = try Caller(desk.context(banker), may: .workOnDeals, now: desk.clock.now())
            let plans = try await desk.store.write { db in
                let seen = Mutex<Set<String>>([])
                db.trace(options: .statement) { event in
                    if case .statement(let statement) = event { _ = seen.withLock { $0.insert(statement.expandedSQL) } }
                }
                _ = try DocumentRows.list(of: deal.id, in: db)
                _ = try DocumentRows.known(deal.id, of: deal.id, in: db)
                _ = try DocumentRows.last(of: deal.id, in: db)
                try DocumentRows.remove(deal.id, reason: "x", by: caller, in: db)
                _ = try DocumentRows.has(.nda, deal: deal.id, in: db)
                _ = try DocumentRows.count(of: deal.id, in: db)
                _ = try DocumentRows.bytes(of: deal.id, in: db)
                _ = try DocumentRows.isKnown(deal.id, in: db)
                _ = try UploadRows.list(of: deal.id, by: caller, in: db)
                _ = try UploadRows.upload(deal.id, of: deal.id, by: caller, in: db)
                _ = try UploadRows.total(of: deal.id, in: db)
                _ = try UploadRows.isKnown(deal.id, in: db)
                try UploadRows.delete(deal.id, in: db)
                try UploadRows.deleteOld(caller.now, in: db)
                db.trace(options: [])
                return try seen.withLock { $0 }.filter { $0.contains("document") }.map { sql in
                    (sql, try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String })
                }
            }
            #expect(plans.count >= 14)
            for (sql, plan) in plans {
                let isWalk = plan.contains {
                    $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") || $0.contains("TEMP")
                }
                #expect(!isWalk, "\(sql): \(plan)")
            }
        }
    }
}
