import ArgumentParser
import Contracts
import Events
import Foundation
import GRDB
import NIOCore
import NIOPosix
import RPC
import Storage

/// Commits events for as long as it lives, and prints each number when it is on disk.
struct ProduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce", abstract: "Commit events and serve them; prints the number of each when it is on disk.")

    @Option(help: "Where the outbox lies.") var dataDir: String
    @Option(help: "Where to listen on the loopback.") var port: Int
    @Option(help: "Events a second; 0 to serve what there is.") var rate = 500

    func run() async throws {
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        let store = try Store.open(
            directory: dataDir, fileName: "p.sqlite", migrator: migrator, logger: ProbePair.quiet)
        var router = RPCRouter()
        EventFeed(store.outbox).register(on: &router)
        let server = RPCServer(
            RPCServer.Configuration(
                host: "127.0.0.1", port: port, service: Peer.deals, version: "1",
                security: .secret(try ProbePair.secret())),
            router: router, group: MultiThreadedEventLoopGroup.singleton, logger: ProbePair.quiet)
        try await server.start()
        var number = 0
        while true {
            guard rate > 0 else {
                try await Task.sleep(for: .seconds(1))
                continue
            }
            let next = number
            let sequence = try await store.write { db in
                try EventFeed.append(ProbePair.event(next), in: db)
                return db.lastInsertedRowID
            }
            FileHandle.standardOutput.write(Data("\(sequence)\n".utf8))
            number += 1
            try await Task.sleep(for: .seconds(1) / rate)
        }
    }
}

/// Takes events in for as long as it lives. Its effect is a row for each, and nothing would stop a second one.
struct ConsumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume", abstract: "Take events in: a row of the table applied for each.")

    @Option(help: "Where the cursor and the effects lie.") var dataDir: String
    @Option(help: "Where the producer is on the loopback.") var port: Int

    func run() async throws {
        var migrator = DatabaseMigrator()
        Inbox.addMigration(to: &migrator)
        DeadLetters.addMigration(to: &migrator)
        migrator.registerMigration("applied") { db in
            try db.execute(
                sql: "CREATE TABLE applied (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL, id BLOB NOT NULL) STRICT")
        }
        let store = try Store.open(
            directory: dataDir, fileName: "c.sqlite", migrator: migrator, logger: ProbePair.quiet)
        let client = RPCClient(
            RPCClient.Configuration(
                host: "127.0.0.1", port: port, peer: Peer.deals, service: Peer.audit,
                security: .secret(try ProbePair.secret())),
            group: MultiThreadedEventLoopGroup.singleton, logger: ProbePair.quiet)
        let effect = EventEffect { events, db in
            let insert = try db.cachedStatement(sql: "INSERT INTO applied (seq, id) VALUES (?, ?)")
            for event in events { try insert.execute(arguments: [event.sequence, event.event.id]) }
        } record: { _, _ in
        }
        let consumer = EventConsumer(
            source: Peer.deals, group: "probe", store: store, client: client, effect: effect, logger: ProbePair.quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client.run() }
            group.addTask { await consumer.run() }
            try await group.waitForAll()
        }
    }
}
