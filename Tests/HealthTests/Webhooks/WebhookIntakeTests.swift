import Contracts
import Foundation
import GRDB
import RPC
import ServiceKit
import Storage
import Synchronization
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
            // Whatever part of it comes again.
            for again in [page, Array(page.prefix(2)), []] { #expect(try await bench.take(again) == 0) }
            #expect(try await bench.take(page.suffix(1) + [event(5)]) == 2)
            #expect(
                try await bench.deliveries(of: one).map(\.type).sorted() == [
                    "user.created", "user.created", "user.updated",
                ])
            #expect(
                try await bench.deliveries(of: two).map(\.type).sorted() == [
                    "deal.updated", "user.created", "user.created",
                ])
            #expect(try await IntakeStore(store: bench.store).cursor(of: "auth") == 5)
            let messages = try await bench.store.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM webhook_message")
            }
            #expect(messages == 4)
        }
    }

    @Test func sourcesHaveCursorsOfTheirOwn() async throws {
        try await WebhookBench.with { bench in
            _ = try await bench.add("https://one.example/in", ["user.", "deal."])
            #expect(try await bench.take([event(7)]) == 1)
            #expect(try await bench.take([event(1, "deal.created", kind: "deal")], from: "deals") == 1)
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
            try await bench.store.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO webhook_message
                        SELECT CAST(printf('%016d', value) AS BLOB), 'user.created', x'7B7D'
                        FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT 9999)
                            SELECT value FROM n)
                        """)
                try db.execute(
                    sql: """
                        INSERT INTO webhook_delivery (id, endpoint_id, event_id, state, next_ms, created_ms)
                        SELECT event_id, ?, event_id, 'pending', 5, 5 FROM webhook_message
                        """, arguments: [id])
            }
            #expect(try await bench.take([event(1), event(2)]) == 2)
            let failed = try await bench.deliveries(of: id, state: .failed)
            #expect(failed.count == 1 && failed.first?.attempts == [])
            let pending = try await bench.store.read { try IntakeStore.pending(of: id, in: $0) }
            #expect(pending == IntakeStore.pendingMax)
        }
    }

    @Test func intakeAsksOnFromItsCursorAndRingsWhenThereIsSomething() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            let asked = Mutex<[Int64]>([])
            let intake = WebhookIntake(
                source: "auth", store: IntakeStore(store: bench.store), bell: bench.desk.bell, logger: quiet,
                pull: { query in
                    let count = asked.withLock { asked in
                        asked.append(query.after)
                        return asked.count
                    }
                    switch count {
                    case 1: return EventPage(events: [event(1), event(2)], newest: 2)
                    case 2: throw RPCFault.notFound("source")
                    case 3: return EventPage(events: [event(1), event(2), event(3)], newest: 3)
                    default: throw CancellationError()
                    }
                },
                clock: { start },
                pause: { _ in if asked.withLock({ $0.count }) >= 4 { withUnsafeCurrentTask { $0?.cancel() } } })
            let running = Task { await intake.run() }
            await running.value
            #expect(asked.withLock { $0 } == [0, 2, 2, 3])
            #expect(try await bench.deliveries(of: id).count == 3)
            // It was rung, so this returns.
            await bench.desk.bell.wait()
        }
    }
}
