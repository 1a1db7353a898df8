import Contracts
import Events
import Foundation
import GRDB
import NIOCore
import RPC
import ServiceKit
import Storage
import Synchronization
import Testing

@testable import health

/// A wall clock that stands still until it is moved.
final class WallHand: Sendable {
    private let time = Mutex(start)

    var now: Instant { time.withLock { $0 } }
    func advance(bySeconds seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}

/// The webhooks of one file, called as the gateway calls them.
struct WebhookBench: Sendable {
    let directory: String
    let store: Store
    let desk: WebhookDesk
    let hand: WallHand
    private let router: RPCRouter

    /// - Parameter directory: with what an earlier bench left there.
    init(_ settings: WebhookSettings, directory: String, hand: WallHand) throws {
        self.directory = directory
        self.hand = hand
        store = try Store.open(
            directory: directory, fileName: "health.sqlite", migrator: HealthSchema.migrator,
            check: SealedStore.webhooks(settings.box).check, logger: quiet)
        desk = WebhookDesk(settings, store: store, logger: quiet)
        var router = RPCRouter()
        WebhookHandlers(
            endpoints: desk.endpoints, log: DeliveryLogStore(store: store), rule: desk.rule, bell: desk.bell,
            clock: { hand.now }
        ).register(on: &router)
        self.router = router
    }

    static func with(rule: AddressRule = .any, _ body: (WebhookBench) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().text)").path
        let bench = try WebhookBench(
            WebhookSettings(box: SecretBox(FileKey()), rule: rule), directory: directory, hand: WallHand())
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(bench)) } catch { outcome = .failure(error) }
        try await bench.store.close()
        try FileManager.default.removeItem(atPath: directory)
        try outcome.get()
    }

    func run<Input, Output>(
        _ method: RPCMethod<Input, Output>, _ input: Input, _ ids: [UUID] = [], ifMatch: Int64? = nil,
        as role: Role? = .admin
    ) async throws -> Output {
        var context = call(as: role)
        context.resource = ids.map(\.text)
        context.ifMatch = ifMatch
        let body = ByteBuffer(bytes: try StrictJSON.encode(input))
        let reply = try await router.dispatch(method.entry, body: body, context: context)
        // Nothing has no body.
        let bytes = reply.body.readableBytes == 0 ? Data("{}".utf8) : Data(reply.body.readableBytesView)
        return try StrictJSON.decode(Output.self, from: bytes)
    }

    func add(_ url: String = "https://hooks.example/in", _ events: [String] = ["user."]) async throws -> CreatedWebhook
    {
        try await run(HealthMethods.addWebhook, NewWebhook(url: url, events: events))
    }

    func deliveries(of webhook: UUID, state: WebhookDeliveryState? = nil) async throws -> [WebhookDelivery] {
        try await run(HealthMethods.webhookDeliveries, WebhookDeliveryQuery(state: state), [webhook]).items
    }

    /// As the consumer does it: what is new, in the transaction of the cursor. Answers how many deliveries that made.
    @discardableResult
    func take(_ events: [SequencedEvent], from source: String = "auth") async throws -> Int {
        let effect = IntakeStore(meters: desk.meters, clock: { [hand] in hand.now }).effect
        return try await store.write { db in
            let cursor = try Inbox.cursor(of: source, in: db)
            let new = events.filter { $0.sequence > cursor }
            guard let last = new.last else { return 0 }
            let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM webhook_delivery") ?? 0
            try effect.apply(new, db)
            try Inbox.move(source, to: last.sequence, in: db)
            return (try Int.fetchOne(db, sql: "SELECT count(*) FROM webhook_delivery") ?? 0) - before
        }
    }

    /// What the log is told, oldest first.
    func told() async throws -> [Event] {
        try await store.outbox.page(after: 0, limit: 100, wait: .zero).entries.map {
            try StrictJSON.decode(Event.self, from: EventPacking.unpack($0.payload))
        }
    }

    /// Delivers while the body runs.
    func delivering(
        resolver: AddressResolver = .system, timeout: Duration = .seconds(15),
        isWritable: (@Sendable () -> Bool)? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        _ body: () async throws -> Void
    ) async throws {
        let hand = hand
        let dispatcher = WebhookDispatcher(
            store: desk.deliveries,
            sender: WebhookSender(rule: desk.rule, resolver: resolver, timeout: timeout, clock: { hand.now }),
            bell: desk.bell, meters: desk.meters, logger: quiet, clock: { hand.now }, stretch: { 1 },
            isWritable: isWritable, sleep: sleep)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await dispatcher.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Moves the clock, and has the dispatcher look.
    func wait(seconds: Int64) {
        hand.advance(bySeconds: seconds)
        desk.bell.ring()
    }
}

/// - Parameter sequence: its number in the source.
func event(
    _ sequence: Int64, _ type: String = "user.created", kind: String = "user", at time: Instant = start,
    changes: [FieldChange] = [FieldChange("role", before: nil, after: "banker")]
) -> SequencedEvent {
    SequencedEvent(
        sequence: sequence,
        event: Event(
            type: type, time: time, actor: EventActor(kind: "user", id: UUID().text, address: "203.0.113.7"),
            subject: EventSubject(kind: kind, id: UUID().text, number: kind == "deal" ? "D-2026-0001" : nil),
            version: 3, changes: changes, requestId: "r"))
}
