import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Keys of calls whose answer tells of no deal, or of many.
struct KeysOfNoDealTests {
    private static func bulk(_ request: BulkRequest, _ desk: Desk, _ person: Person) async throws -> BulkResult {
        try await desk.call(DealMethods.bulk, request, as: person, key: "k")
    }

    private static func sector(_ text: String) -> DealPatch {
        var patch = DealPatch()
        patch.sector = .set(text)
        return patch
    }

    /// A change that is done makes its filter fit other deals, or none.
    @Test func aFilterThatItsOwnRequestChangedAnswersAsBefore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for count in 0..<BulkStore.batchDeals + 2 { _ = try await desk.deal("Mine \(count)", by: banker) }
            let request = BulkRequest(
                filter: DealQuery(status: .active), expectedCount: BulkStore.batchDeals + 2, op: .transition,
                move: Move(toStage: "on_hold", reason: "markets"))
            let first = try await Self.bulk(request, desk, banker)
            let events = try await desk.store.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM outbox") }
            desk.clock.advance(seconds: 5)
            let again = try await Self.bulk(request, desk, banker)
            #expect(first.done == BulkStore.batchDeals + 2 && again.items == first.items)
            let after = try await desk.store.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM outbox") }
            #expect(after == events)
        }
    }

    /// As when the power went between two transactions: the first batch is done, the second is not.
    @Test func aRequestThatWasCutShortGoesOnWhereItEnded() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var ids: [String] = []
            for count in 0..<BulkStore.batchDeals + 1 {
                ids.append(try await desk.deal("Mine \(count)", by: banker).id.text)
            }
            let request = BulkRequest(ids: ids, op: .update, fields: Self.sector("Food"))
            let first = try await Self.bulk(request, desk, banker)
            let last = try #require(ids.last)
            let undone = try await desk.call(DealMethods.get, Nothing(), as: banker, on: [last])
            let steel = try await desk.update(undone, as: banker) { $0.sector = .set("Steel") }
            try await desk.store.write { db in try db.execute(sql: "DELETE FROM idempotency_key WHERE part = 2") }
            let again = try await Self.bulk(request, desk, banker)
            #expect(again.items.dropLast() == first.items.dropLast() && again.done == ids.count)
            #expect(again.items.last?.version == steel.version + 1)
            let done = try await desk.call(DealMethods.get, Nothing(), as: banker, on: [ids[0]])
            #expect(done.version == 2 && done.sector == "Food")
        }
    }

    @Test func whoDoesNotSeeADealAnyMoreIsNotToldOfItAgain() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let mine = try await desk.deal("Mine", by: second)
            let his = try await desk.deal("His", by: banker)
            _ = try await desk.add(second, to: his, by: banker, access: .edit)
            let request = BulkRequest(ids: [mine.id.text, his.id.text], op: .update, fields: Self.sector("Food"))
            let first = try await Self.bulk(request, desk, second)
            #expect(first.done == 2)
            try await desk.remove(second, from: his, by: banker)
            let again = try await Self.bulk(request, desk, second)
            #expect(again.items.first == first.items.first && again.done == 1)
            #expect(again.items.last == BulkItem(id: his.id.text, number: nil, .notFound("deal")))
            let other = BulkRequest(ids: [mine.id.text], op: .update, fields: Self.sector("Food"))
            let refused = try await fault("idempotency_key_reused") { try await Self.bulk(other, desk, second) }
            #expect(refused.status == .failedPrecondition)
        }
    }

    @Test func organizationsThatOneDoesNotKnowOfAnyMoreAreNotNamedAgain() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let party = NewDealParty(organization: NewOrganization(name: "Borealis", kind: .other), role: .lender)
            _ = try await desk.call(DealMethods.addParty, party, as: banker, on: [deal.id.text])
            func add() async throws -> AddedOrganization {
                let new = NewOrganization(name: "Borealis", kind: .other)
                return try await desk.call(DealMethods.addOrganization, new, as: second, key: "k")
            }
            let first = try await add()
            #expect(first.similar.count == 1)
            try await desk.remove(second, from: deal, by: banker)
            let again = try await add()
            #expect(again.organization == first.organization && again.similar.isEmpty)
        }
    }

    /// Keys that an earlier version of the file has are known afterwards.
    @Test func keysOutliveTheUpgrade() async throws {
        let (banker, deal) = (UUIDv7.make(), UUIDv7.make())
        func leave(in directory: String) throws {
            let queue = try DatabaseQueue(path: directory + "/deals.sqlite")
            try DealsSchema.migrator.migrate(queue, upTo: "deals 4 walls")
            try queue.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO deal (id, number, number_order, code_name, code_key, search_key, type, stage, status,
                            client_name, probability, probability_source, confidentiality, conflict_status,
                            lead_user_id, originated_on, stage_entered_on, version, created_ms, updated_ms)
                        VALUES (?, 'D-2026-0001', 2026000000001, 'Falcon', 'falcon', 'falcon', 'sell_side_ma',
                            'origination', 'active', 'Aurora', 5, 'stage', 'confidential', 'not_started', ?,
                            '2026-11-02', '2026-11-02', 1, 1, 1)
                        """, arguments: [deal, banker])
            }
            try DealsSchema.migrator.migrate(queue, upTo: "deals 12 imports")
            try queue.write { db in
                try db.execute(
                    sql: "INSERT INTO idempotency_key VALUES (?, 'k', zeroblob(32), ?, x'7b7d', 7)",
                    arguments: [banker, deal])
            }
            try queue.close()
        }
        try await Desk.with(prepare: leave) { desk in
            let kept = try await desk.store.read { db in
                try Row.fetchAll(db, sql: "SELECT user_id, key, part, deal_id, answer, created_ms FROM idempotency_key")
                    .map { ($0[0] as UUID, $0[1] as String, $0[2] as Int, $0[3] as UUID?, $0[4] as Data) }
            }
            #expect(kept.count == 1)
            let row = try #require(kept.first)
            #expect(row.0 == banker && row.1 == "k" && row.2 == 0 && row.3 == deal && row.4 == Data("{}".utf8))
        }
    }
}
