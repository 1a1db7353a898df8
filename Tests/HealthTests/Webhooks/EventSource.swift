import Contracts
import Events
import Foundation
import GRDB
import NIOCore
import NIOPosix
import RPC
import Storage
import Testing

/// A service whose events are read, on the loopback.
struct EventSource: Sendable {
    /// A busy machine may be slow to greet.
    private static let patience = TimeAmount.seconds(60)

    let store: Store
    let client: RPCClient

    static func with(_ name: String, _ body: (EventSource) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("source-\(UUID().text)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        let store = try Store.open(
            directory: directory, fileName: "source.sqlite", migrator: migrator, logger: quiet)
        var router = RPCRouter()
        EventFeed(store.outbox).register(on: &router)
        let secret = try #require(HandshakeSecret(Array(repeating: 7, count: 32)))
        var served = RPCServer.Configuration(
            host: "127.0.0.1", port: 0, service: name, version: "1", security: .secret(secret))
        served.limits.handshakeTimeout = patience
        let group = MultiThreadedEventLoopGroup.singleton
        let server = RPCServer(served, router: router, group: group, logger: quiet)
        try await server.start()
        var called = RPCClient.Configuration(
            host: "127.0.0.1", port: try #require(server.localPort), peer: name, service: Peer.health,
            security: .secret(secret))
        called.limits.handshakeTimeout = patience
        called.connectionWait = patience
        let source = EventSource(store: store, client: RPCClient(called, group: group, logger: quiet))
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(source)) } catch { outcome = .failure(error) }
        await server.drain(within: .milliseconds(100))
        try await store.close()
        try outcome.get()
    }

    func append(_ event: SequencedEvent) async throws {
        try await store.write { try EventFeed.append(event.event, in: $0) }
    }

    /// What no consumer can read.
    func appendUnreadable() async throws {
        try await store.write { db in
            _ = try Outbox.append(
                Outbox.NewEntry(
                    eventID: UUID(), topic: "users", aggregate: UUID().text, type: "user.updated", aggregateVersion: 1,
                    occurredMilliseconds: 1, traceID: nil, actor: "test", payload: Data("{}".utf8)),
                in: db)
        }
    }

    /// Has the consumer take in while the body runs.
    func feeding(_ consumer: EventConsumer, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in await client.run() }
            group.addTask { await consumer.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }
}
