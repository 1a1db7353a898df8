import Contracts
import Events
import Foundation
import NIOCore
import RPC
import ServiceKit
import Storage
import Testing

@testable import health

/// The webhooks as a consumer of events.
@Suite(.timeLimit(.minutes(2)))
struct WebhookDeadLetterTests {
    private func intake(_ bench: WebhookBench, of source: EventSource) throws -> EventConsumer {
        let hand = bench.hand
        let clients = [(Peer.auth, source.client)]
        return try #require(bench.desk.consumers(of: clients, clock: { hand.now }).first)
    }

    /// As an operator does.
    private func call<Input, Output>(
        _ consumer: EventConsumer, _ method: RPCMethod<Input, Output>, _ input: Input
    ) async throws -> Output {
        var router = RPCRouter()
        DeadLetterDesk([consumer]).register(on: &router)
        let reply = try await router.dispatch(
            method.entry, body: ByteBuffer(bytes: try StrictJSON.encode(input)),
            context: RPCContext(peer: Peer.operator))
        // Nothing has no body.
        let bytes = reply.body.readableBytes == 0 ? Data("{}".utf8) : Data(reply.body.readableBytesView)
        return try StrictJSON.decode(Output.self, from: bytes)
    }

    @Test func onlySourcesOfWebhooksAreRead() async throws {
        try await EventSource.with(Peer.auth) { source in
            try await WebhookBench.with { bench in
                let clients = [Peer.audit, Peer.auth, Peer.deals].map { ($0, source.client) }
                let consumers = bench.desk.consumers(of: clients)
                #expect(consumers.map(\.source) == [Peer.auth, Peer.deals])
                #expect(consumers.allSatisfy { $0.group == "webhooks" })
            }
        }
    }

    @Test func eventThatCannotBeReadHoldsUpNoOther() async throws {
        try await EventSource.with(Peer.auth) { source in
            try await WebhookBench.with { bench in
                let id = try await bench.add().webhook.id
                let consumer = try intake(bench, of: source)
                try await source.append(event(1))
                try await source.appendUnreadable()
                try await source.append(event(3))
                try await source.feeding(consumer) {
                    try await eventually { try await bench.deliveries(of: id).count == 2 }
                    try await source.append(event(4))
                    try await eventually { try await bench.deliveries(of: id).count == 3 }
                }
                // It was rung, so this returns.
                await bench.desk.bell.wait()
                let dead = try await call(
                    consumer, EventMethods.deadLetters, DeadLetterQuery(source: Peer.auth, group: "webhooks"))
                #expect(dead.items.map(\.sequence) == [2])
                _ = try await call(
                    consumer, EventMethods.skip,
                    SkipRequest(source: Peer.auth, group: "webhooks", sequence: 2, reason: "withdrawn"))
                let told = try await bench.told().last
                #expect(told?.type == EventType.eventSkipped && told?.subject.id == "auth:2")
                #expect(told?.actor == .service(Peer.operator))
            }
        }
    }

    /// A file that the intake before this one has read into goes on where it is.
    @Test func cursorIsTheSourcesName() async throws {
        try await EventSource.with(Peer.auth) { source in
            try await WebhookBench.with { bench in
                let id = try await bench.add().webhook.id
                for number in 1...3 as ClosedRange<Int64> { try await source.append(event(number)) }
                try await bench.store.write { try Inbox.move("auth", to: 2, in: $0) }
                try await source.feeding(try intake(bench, of: source)) {
                    try await eventually { try await bench.store.read { try Inbox.cursor(of: "auth", in: $0) } == 3 }
                }
                #expect(try await bench.deliveries(of: id).count == 1)
            }
        }
    }

    @Test func redrivenEventIsDeliveredAndTheLogIsTold() async throws {
        try await EventSource.with(Peer.auth) { source in
            try await WebhookBench.with { bench in
                let id = try await bench.add().webhook.id
                let parked = event(1)
                let letter = DeadLetters.Letter(
                    sequence: 1, aggregate: parked.event.subject.id, attempts: 5, error: "broken",
                    firstMilliseconds: 1, payload: try StrictJSON.encode(parked.event))
                try await bench.store.write { db in
                    try DeadLetters.Box(group: "webhooks", source: Peer.auth).add(letter, in: db)
                    try Inbox.move(Peer.auth, to: 1, in: db)
                }
                let result = try await call(
                    try intake(bench, of: source), EventMethods.redrive,
                    RedriveRequest(source: Peer.auth, group: "webhooks"))
                #expect(result == RedriveResult(redriven: 1, failed: [], left: 0, next: nil))
                #expect(try await bench.deliveries(of: id, state: .pending).map(\.eventId) == [parked.event.id])
                #expect(try await bench.told().last?.type == EventType.eventRedriven)
            }
        }
    }
}
