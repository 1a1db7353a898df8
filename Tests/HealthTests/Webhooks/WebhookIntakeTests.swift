import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import health

struct WebhookIntakeTests {
    @Test func eachEventGoesOnceToEachEndpointThatWantsIt() async throws {
        try await WebhookBench.with { bench in
            let one = try await bench.add("https://one.example/in", ["user."]).webhook.id
            let two = try await bench.add("https://two.example/in", ["user.created", "deal."]).webhook.id
            let page = [
                event(1), event(2, "deal.updated", kind: "deal"), event(3, "user.updated"), event(4, "session.started"),
            ]
            #expect(try await bench.take(page) == 4)
            #expect(try await bench.take([event(5)]) == 2)
            #expect(
                try await bench.deliveries(of: one).map(\.type).sorted() == [
                    "user.created", "user.created", "user.updated",
                ])
            #expect(
                try await bench.deliveries(of: two).map(\.type).sorted() == [
                    "deal.updated", "user.created", "user.created",
                ])
            let messages = try await bench.store.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM webhook_message")
            }
            #expect(messages == 4)
        }
    }

    @Test func nobodyOutsideIsToldWhoOpensASecretDeal() async throws {
        try await WebhookBench.with { bench in
            _ = try await bench.add("https://one.example/in", ["deal.", "deal.read"])
            #expect(try await bench.take([event(1, EventType.dealRead, kind: "deal")], from: "deals") == 0)
        }
    }

    @Test func whatWasBeforeAnEndpointAndWhileItIsOffIsNotSent() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            #expect(try await bench.take([event(1, at: start.advanced(bySeconds: -1))]) == 0)
            _ = try await bench.run(
                HealthMethods.updateWebhook, WebhookPatch(status: .disabled), [id], ifMatch: 1)
            #expect(try await bench.take([event(2)]) == 0)
            _ = try await bench.run(HealthMethods.updateWebhook, WebhookPatch(status: .enabled), [id], ifMatch: 2)
            #expect(try await bench.take([event(3)]) == 1)
        }
    }

    @Test func queueOfAnEndpointHasAnEnd() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            try await fill(bench, id, count: IntakeStore.pendingMax, state: .pending)
            #expect(try await bench.take([event(1), event(2)]) == 2)
            let failed = try await bench.deliveries(of: id, state: .failed)
            #expect(failed.count == 2 && failed.allSatisfy { $0.attempts.isEmpty })
            let pending = try await bench.store.read { try IntakeStore.pending(of: id, in: $0) }
            #expect(pending == IntakeStore.pendingMax)
        }
    }

    /// Of an endpoint that takes nothing, while all of the house goes on working.
    @Test func whatFailsFromTheStartHasAnEndToo() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            try await fill(bench, id, count: IntakeStore.pendingMax, state: .pending)
            try await fill(bench, id, count: IntakeStore.overflowMax - 1, state: .failed)
            #expect(try await bench.take((1...20).map { event($0) }) == 1)
            #expect(try await bench.take([event(21)]) == 0)
            let counts = try await bench.store.read { db in
                try ["webhook_delivery", "webhook_message"].map {
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")
                }
            }
            #expect(counts == [20_000, 20_000])
            // Others are not touched by it.
            let other = try await bench.add().webhook.id
            #expect(try await bench.take([event(22)]) == 1)
            #expect(try await bench.deliveries(of: other, state: .pending).count == 1)
        }
    }

    /// So many deliveries that nobody has tried.
    private func fill(_ bench: WebhookBench, _ id: UUID, count: Int, state: WebhookDeliveryState) async throws {
        let (next, finished): (Int?, Int?) = state == .pending ? (5, nil) : (nil, 5)
        try await bench.store.write { db in
            try db.execute(
                sql: """
                    INSERT INTO webhook_message
                    SELECT CAST(printf('%s%015d', substr(?, 1, 1), value) AS BLOB), 'user.created', x'7B7D'
                    FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT ?)
                        SELECT value FROM n)
                    """, arguments: [state.rawValue, count])
            try db.execute(
                sql: """
                    INSERT INTO webhook_delivery (id, endpoint_id, event_id, state, next_ms, created_ms, finished_ms)
                    SELECT event_id, ?, event_id, ?, ?, 5, ? FROM webhook_message
                    WHERE event_id NOT IN (SELECT event_id FROM webhook_delivery)
                    """, arguments: [id, state.rawValue, next, finished])
        }
    }
}
