import Contracts
import Foundation
import GRDB
import Logging
import NIOCore
import NIOPosix
import RPC
import Storage
import Synchronization
import Testing

@testable import Events

let quiet = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }

/// A directory for the length of one test.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("events-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path)
}

func event(
    _ number: Int, of aggregate: String = "d", type: String = EventType.dealUpdated, kind: String = "deal",
    at time: Instant = Instant(milliseconds: 1_790_000_000_000)
) -> Event {
    Event(
        type: type, time: time, actor: .service("test"), subject: EventSubject(kind: kind, id: aggregate),
        version: Int64(number), changes: [FieldChange("value", before: nil, after: "\(number)")])
}

extension Store {
    func append(_ events: Event...) async throws { try await append(events) }

    func append(_ events: [Event]) async throws {
        for event in events { try await write { try EventFeed.append(event, in: $0) } }
    }

    /// What no consumer can read.
    func append(unreadable payload: String, of aggregate: String) async throws {
        try await write { db in
            _ = try Outbox.append(
                Outbox.NewEntry(
                    eventID: UUID(), topic: "deals", aggregate: aggregate, type: "deal.updated", aggregateVersion: 1,
                    occurredMilliseconds: 1, traceID: nil, actor: "test", payload: Data(payload.utf8)),
                in: db)
        }
    }
}

/// A service with an outbox, on the loopback.
struct Producer {
    static let secret = HandshakeSecret(Array(repeating: 7, count: 32))
    /// A busy machine may be slow to greet.
    static let patience = Int64(60)

    let store: Store
    let feed: EventFeed

    init(_ directory: String, beat: Duration = .seconds(5), safetyNet: Duration = .seconds(1)) throws {
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        store = try Store.open(directory: directory, fileName: "p.sqlite", migrator: migrator, logger: quiet)
        feed = EventFeed(store.outbox, beat: beat, safetyNet: safetyNet)
    }

    func listen(port: Int = 0, router: RPCRouter? = nil) async throws -> RPCServer {
        var served = RPCRouter()
        feed.register(on: &served)
        var configuration = RPCServer.Configuration(
            host: "127.0.0.1", port: port, service: Peer.deals, version: "1",
            security: .secret(try #require(Self.secret)))
        configuration.limits.handshakeTimeout = .seconds(Self.patience)
        let server = RPCServer(
            configuration, router: router ?? served, group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        try await server.start()
        return server
    }

    static func client(port: Int) throws -> RPCClient {
        var configuration = RPCClient.Configuration(
            host: "127.0.0.1", port: port, peer: Peer.deals, service: Peer.audit,
            security: .secret(try #require(secret)))
        configuration.limits.handshakeTimeout = .seconds(patience)
        configuration.connectionWait = .seconds(patience)
        return RPCClient(configuration, group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    }
}

/// A consumer whose effect is a row for each event, and what it refuses.
final class Taker: Sendable {
    let store: Store
    let refused = Mutex<Set<String>>([])
    let acts = Mutex<[DeadLetterAct]>([])

    init(_ directory: String) throws {
        var migrator = DatabaseMigrator()
        Inbox.addMigration(to: &migrator)
        DeadLetters.addMigration(to: &migrator)
        migrator.registerMigration("applied") { db in
            try db.execute(
                sql: """
                    CREATE TABLE applied (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL UNIQUE, aggregate TEXT NOT NULL
                    ) STRICT
                    """)
        }
        store = try Store.open(directory: directory, fileName: "c.sqlite", migrator: migrator, logger: quiet)
    }

    var effect: EventEffect {
        EventEffect { [self] events, db in
            for event in events {
                if refused.withLock({ $0.contains(event.event.type) }) { throw EventRefused("not today") }
                try db.execute(
                    sql: "INSERT INTO applied (seq, aggregate) VALUES (?, ?)",
                    arguments: [event.sequence, event.event.subject.id])
            }
        } record: { [self] act, _ in
            acts.withLock { $0.append(act) }
        }
    }

    func consumer(_ client: RPCClient, topic: String? = nil) -> EventConsumer {
        EventConsumer(
            source: Peer.deals, group: "test", topic: topic, store: store, client: client, effect: effect,
            logger: quiet, pause: { _ in try await Task.sleep(for: .milliseconds(1)) })
    }

    /// In the order in which they took effect.
    func applied() async throws -> [Int64] {
        try await store.read { try Int64.fetchAll($0, sql: "SELECT seq FROM applied ORDER BY number") }
    }

    func cursor() async throws -> Int64 { try await store.read { try Inbox.cursor(of: Peer.deals, in: $0) } }
}

/// Runs a consumer for as long as the body does.
func withConsumer(
    of taker: Taker, port: Int, topic: String? = nil, _ body: (EventConsumer) async throws -> Void
) async throws {
    let client = try Producer.client(port: port)
    let consumer = taker.consumer(client, topic: topic)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await client.run() }
        group.addTask { await consumer.run() }
        defer { group.cancelAll() }
        try await body(consumer)
    }
}

/// Waits until the condition holds, at most a minute.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("did not happen within a minute", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
