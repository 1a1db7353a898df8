import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct TagTests {
    @Test func tagsAreLowerCaseOnceAndInOrder() throws {
        var faults: [FieldFault] = []
        #expect(TagRule.check([" Food ", "M&A", "food", "big  deal"], &faults) == ["big deal", "food", "m&a"])
        #expect(TagRule.check((0..<21).map { "tag \($0)" }, &faults) == nil)
        #expect(TagRule.check(["a\u{7}"], &faults) == nil)
        #expect(faults.codes == ["too_many", "invalid"])
    }

    @Test func theListIsFilteredByATag() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let one = try await desk.tag(desk.deal("One", by: banker), ["food", "carve-out"], as: banker)
            let two = try await desk.tag(desk.deal("Two", by: banker), ["Food"], as: banker)
            _ = try await desk.deal("Three", by: banker)
            for person in [banker, compliance] {
                let page = try await desk.list(DealQuery(sort: "number", tag: "FOOD", count: true), as: person)
                #expect(page.items == [one, two] && page.total == 2)
            }
            let bare = try await desk.update(one, as: banker) { $0.tags = .clear }
            #expect(bare.tags.isEmpty)
            #expect(try await desk.list(DealQuery(tag: "food"), as: banker).items == [two])
            #expect(try await desk.list(DealQuery(tag: "carve-out"), as: banker).items.isEmpty)
            let refused = try await fault("query_invalid") { try await desk.list(DealQuery(tag: " "), as: banker) }
            #expect(refused.details == ["tag too_short"])
        }
    }

    @Test func theTagsOfOthersDealsAreNotSuggested() async throws {
        try await Desk.with { desk in
            let (banker, other, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let observer = desk.person(.observer)
            let mine = try await desk.tag(desk.deal("One", by: banker), ["food", "fast"], as: banker)
            _ = try await desk.tag(desk.deal("Two", by: other), ["food", "fonds"], as: other)
            let secret = try await desk.deal("Three", by: other, confidentiality: .secret)
            _ = try await desk.tag(secret, ["falcon"], as: other)
            #expect(try await desk.tags(as: banker) == ["fast", "food"])
            #expect(try await desk.tags("FO", as: banker) == ["food"])
            #expect(try await desk.tags("fo", as: other) == ["fonds", "food"])
            #expect(try await desk.tags(as: compliance) == ["fast", "fonds", "food"])
            #expect(try await desk.tags(limit: 1, as: compliance) == ["fast"])
            #expect(try await desk.tags(as: observer).isEmpty)
            _ = try await desk.add(observer, to: mine, by: banker, access: .read, role: .observer)
            #expect(try await desk.tags(as: observer) == ["fast", "food"])
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.tags(as: desk.person(role)) }
            }
            try await fault("query_invalid") { try await desk.tags(limit: 0, as: banker) }
        }
    }

    @Test(arguments: [
        "SELECT d.id FROM deal d WHERE d.deleted_ms IS NULL AND d.id IN "
            + "(SELECT g.deal_id FROM deal_tag g WHERE g.tag = 'x') ORDER BY d.updated_ms DESC, d.id DESC LIMIT 51",
        "SELECT d.id FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id WHERE m.user_id = x'00' "
            + "AND m.removed_ms IS NULL AND d.deleted_ms IS NULL AND d.id IN "
            + "(SELECT g.deal_id FROM deal_tag g WHERE g.tag = 'x') ORDER BY m.deal_updated_ms DESC LIMIT 51",
        "SELECT g.tag FROM deal_tag g WHERE EXISTS (SELECT 1 FROM deal d WHERE d.deleted_ms IS NULL AND d.id = g.deal_id) "
            + "AND g.tag >= 'a' AND g.tag < 'b' GROUP BY g.tag ORDER BY g.tag LIMIT 50",
        "SELECT g.tag FROM deal_tag g WHERE g.deal_id IN (SELECT d.id FROM team_member m "
            + "CROSS JOIN deal d ON d.id = m.deal_id WHERE m.user_id = x'00' AND m.removed_ms IS NULL "
            + "AND d.deleted_ms IS NULL) AND g.tag >= 'a' AND g.tag < 'b' GROUP BY g.tag ORDER BY g.tag LIMIT 50",
    ])
    func noQueryLooksAtAllDeals(sql: String) async throws {
        try await Desk.with { desk in
            let plan = try await desk.store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }

    @Test func deletedDealsAreWalkedAlongTheirOwnIndex() async throws {
        try await Desk.with { desk in
            let plan = try await desk.store.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        EXPLAIN QUERY PLAN SELECT d.id FROM deal d WHERE d.deleted_ms IS NOT NULL
                        AND (d.confidentiality <> 'secret' OR EXISTS (SELECT 1 FROM team_member m
                            WHERE m.deal_id = d.id AND m.user_id = x'00' AND m.removed_ms IS NULL))
                        ORDER BY d.updated_ms DESC, d.id DESC LIMIT 51
                        """
                ).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains("USING INDEX deal_deleted") }, "\(plan)")
        }
    }
}
