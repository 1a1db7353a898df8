import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct DealListTests {
    @Test func theNewestChangeComesFirst() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let first = try await desk.deal("One", by: banker)
            desk.clock.advance(seconds: 1)
            _ = try await desk.deal("Two", by: banker)
            desk.clock.advance(seconds: 1)
            _ = try await desk.update(first, as: banker) { $0.sector = .set("Food") }
            #expect(try await desk.list(as: banker).items.map(\.codeName) == ["One", "Two"])
            #expect(
                try await desk.list(DealQuery(sort: "updatedAt"), as: banker).items.map(\.codeName) == ["Two", "One"])
        }
    }

    @Test(arguments: ListSort.samples, [Role.banker, .compliance])
    func pagesTogetherAreTheWholeListOnce(sort: ListSort, role: Role) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let reader = role == .banker ? banker : desk.person(role)
            for count in 0..<23 {
                // Several deals share a moment, so that the id decides between them.
                if count % 4 == 0 { desk.clock.advance(seconds: 1) }
                _ = try await desk.deal("Deal \((count * 7) % 23 + 10)", by: banker)
            }
            var seen: [Deal] = []
            var query = DealQuery(limit: 5, sort: sort.rawValue, count: true)
            repeat {
                let page = try await desk.list(query, as: reader)
                #expect(page.total == 23 && page.items.count <= 5)
                seen += page.items
                query.cursor = page.nextCursor
            } while query.cursor != nil
            #expect(Set(seen.map(\.id)).count == 23 && seen.count == 23)
            #expect(seen == seen.sorted(by: sort.isBefore))
        }
    }

    @Test func filtersNarrowTheListAndTheCount() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let one = try await desk.deal("One", by: banker)
            _ = try await desk.deal("Two", by: banker, type: .ecmIPO)
            _ = try await desk.move(one, to: "lost", as: banker, reason: "price")
            func names(_ query: DealQuery) async throws -> [String] {
                var query = query
                query.count = true
                let page = try await desk.list(query, as: banker)
                #expect(page.total == page.items.count)
                return page.items.map(\.codeName).sorted()
            }
            #expect(try await names(DealQuery(type: .ecmIPO)) == ["Two"])
            #expect(try await names(DealQuery(status: .lost)) == ["One"])
            #expect(try await names(DealQuery(stage: "origination")) == ["One", "Two"])
            #expect(try await names(DealQuery(stage: "nowhere")) == [])
            #expect(try await names(DealQuery(lead: banker.id)) == ["One", "Two"])
            #expect(try await names(DealQuery(lead: UUID())) == [])
        }
    }

    @Test func searchLooksAtNameNumberAndClientInAnyCase() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Blue Falcon", by: banker, client: "Ärzte AG")
            _ = try await desk.deal("100% Hawk_1", by: banker, client: "Borealis")
            func names(_ text: String) async throws -> [String] {
                try await desk.list(DealQuery(q: text), as: banker).items.map(\.codeName)
            }
            #expect(try await names("FALCON") == ["Blue Falcon"])
            #expect(try await names("äRZ") == ["Blue Falcon"])
            #expect(try await names("2026-0002") == ["100% Hawk_1"])
            #expect(try await names("borea") == ["100% Hawk_1"])
            #expect(try await names("0% h") == ["100% Hawk_1"])
            #expect(try await names("k_1") == ["100% Hawk_1"])
            #expect(try await names("%") == ["100% Hawk_1"])
            #expect(try await names("e_f") == [])
            #expect(try await names("'; DROP TABLE deal; --") == [])
            #expect(try await names("  ").count == 2)
        }
    }

    @Test func aBadQueryNamesWhatIsWrong() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let query = DealQuery(limit: 201, sort: "value", q: String(repeating: "x", count: 201))
            let refused = try await fault("query_invalid") { try await desk.list(query, as: banker) }
            #expect(refused.status == .invalidArgument)
            #expect(refused.details == ["limit out_of_range", "sort unknown", "q too_long"])
            try await fault("query_invalid") { try await desk.list(DealQuery(limit: 0), as: banker) }
            let long = DealQuery(stage: String(repeating: "x", count: 201))
            #expect(
                try await fault("query_invalid") { try await desk.list(long, as: banker) }.details == ["stage too_long"]
            )
        }
    }

    @Test func aCursorBelongsToItsSort() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["One", "Two"] { _ = try await desk.deal(name, by: banker) }
            let cursor = try #require(try await desk.list(DealQuery(limit: 1), as: banker).nextCursor)
            try await fault("cursor_invalid") {
                try await desk.list(DealQuery(cursor: cursor, sort: "codeName"), as: banker)
            }
            for bad in ["", "!", "e30", String(cursor.dropLast(3)), String(repeating: "A", count: 4000)] {
                try await fault("cursor_invalid") { try await desk.list(DealQuery(cursor: bad), as: banker) }
            }
            #expect(!cursor.contains { "+/=".contains($0) })
        }
    }

    @Test func aListIsServedByAnIndexInItsOrder() async throws {
        try await Desk.with { desk in
            let plan = try await desk.store.read { db in
                try Self.plan(
                    """
                    SELECT d.id FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                    WHERE m.user_id = x'00' AND m.removed_ms IS NULL AND d.deleted_ms IS NULL
                    ORDER BY m.deal_updated_ms DESC, m.deal_id DESC LIMIT 51
                    """, db)
                    + Self.plan(
                        """
                        SELECT d.id FROM deal d WHERE d.deleted_ms IS NULL
                        ORDER BY d.updated_ms DESC, d.id DESC LIMIT 51
                        """,
                        db)
            }
            #expect(plan.contains { $0.contains("team_member_deals") })
            #expect(plan.contains { $0.contains("deal_by_update") })
            #expect(!plan.contains { $0.contains("TEMP B-TREE") })
        }
    }

    private static func plan(_ sql: String, _ db: Database) throws -> [String] {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] }
    }
}
