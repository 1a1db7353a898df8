import Contracts
import Events
import Foundation
import GRDB
import Logging
import NIOCore
import NIOPosix
import RPC
import Storage
import Synchronization

/// A producer that listens, and a consumer whose effect is a row for each event.
struct ProbePair: Sendable {
    static let quiet = Logger(label: "events-probe") { _ in SwiftLogNoOpLogHandler() }

    /// When each event was committed, and when its effect was.
    private final class Times: Sendable {
        struct Pair {
            var committed: ContinuousClock.Instant?
            var applied: ContinuousClock.Instant?
        }

        let pairs = Mutex<[Int64: Pair]>([:])
        let last = Atomic<Int64>(0)

        func committed(_ sequence: Int64) {
            let now = ContinuousClock.now
            pairs.withLock { $0[sequence, default: Pair()].committed = now }
        }

        func applied(_ sequences: [Int64]) {
            let now = ContinuousClock.now
            pairs.withLock { for sequence in sequences { $0[sequence, default: Pair()].applied = now } }
            last.store(sequences.last ?? 0, ordering: .releasing)
        }
    }

    private let producer: Store
    private let taker: Store
    private let server: RPCServer
    private let times = Times()

    static func open(_ directory: String) async throws -> ProbePair {
        var (outbox, inbox) = (DatabaseMigrator(), DatabaseMigrator())
        Outbox.addMigration(to: &outbox)
        Inbox.addMigration(to: &inbox)
        DeadLetters.addMigration(to: &inbox)
        inbox.registerMigration("applied") { db in
            try db.execute(sql: "CREATE TABLE applied (seq INTEGER PRIMARY KEY, type TEXT NOT NULL) STRICT")
        }
        let producer = try Store.open(
            directory: directory + "/p", fileName: "p.sqlite", migrator: outbox, logger: quiet)
        let taker = try Store.open(directory: directory + "/c", fileName: "c.sqlite", migrator: inbox, logger: quiet)
        var router = RPCRouter()
        EventFeed(producer.outbox).register(on: &router)
        let server = RPCServer(
            RPCServer.Configuration(
                host: "127.0.0.1", port: 0, service: Peer.deals, version: "1", security: .secret(try secret())),
            router: router, group: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        try await server.start()
        return ProbePair(producer: producer, taker: taker, server: server)
    }

    func close() async throws {
        await server.drain(within: .milliseconds(100))
        try await producer.close()
        try await taker.close()
    }

    /// Events a second, of so many that wait when the consumer starts.
    func catchUp(_ backlog: Int) async throws -> Double {
        try await fill(backlog)
        let begin = ContinuousClock.now
        try await consuming { while times.last.load(ordering: .acquiring) < Int64(backlog) { try await Self.rest() } }
        return Double(backlog) / (begin.duration(to: .now) / .seconds(1))
    }

    /// Microseconds from the commit of each event to that of its effect, sorted.
    func latencies(rate: Int, seconds: Double) async throws -> [Int64] {
        times.pairs.withLock { $0 = [:] }
        try await consuming {
            let begin = ContinuousClock.now
            for number in 0..<Int(Double(rate) * seconds) {
                try await Task.sleep(until: begin + .seconds(Double(number) / Double(rate)), clock: .continuous)
                try await producer.write { [times] db in
                    try EventFeed.append(Self.event(number), in: db)
                    let sequence = db.lastInsertedRowID
                    db.afterNextTransaction { _ in times.committed(sequence) }
                }
            }
            let newest = times.pairs.withLock { $0.keys.max() ?? 0 }
            while times.last.load(ordering: .acquiring) < newest { try await Self.rest() }
        }
        let pairs = times.pairs.withLock { Array($0.values) }
        return pairs.compactMap { pair in
            guard let committed = pair.committed, let applied = pair.applied else { return nil }
            return Int64(committed.duration(to: applied) / .microseconds(1))
        }.sorted()
    }

    /// Microseconds that a write takes which has an event, sorted: with the consumer at work, with none after a `backlog`
    /// has gathered, and while that is caught up with.
    func writes(rate: Int, seconds: Double, backlog: Int) async throws -> (with: [Int64], away: [Int64], after: [Int64])
    {
        var with: [Int64] = []
        try await consuming { with = try await writes(rate: rate, seconds: seconds) }
        try await fill(backlog)
        let away = try await writes(rate: rate, seconds: seconds)
        var after: [Int64] = []
        try await consuming { after = try await writes(rate: rate, seconds: seconds) }
        return (with, away, after)
    }

    private func writes(rate: Int, seconds: Double) async throws -> [Int64] {
        let begin = ContinuousClock.now
        var taken: [Int64] = []
        for number in 0..<Int(Double(rate) * seconds) {
            try await Task.sleep(until: begin + .seconds(Double(number) / Double(rate)), clock: .continuous)
            let start = ContinuousClock.now
            try await producer.write { try EventFeed.append(Self.event(number), in: $0) }
            taken.append(Int64(start.duration(to: .now) / .microseconds(1)))
        }
        return taken.sorted()
    }

    private func fill(_ backlog: Int) async throws {
        for start in stride(from: 0, to: backlog, by: 500) {
            try await producer.write { db in
                for number in start..<min(start + 500, backlog) { try EventFeed.append(Self.event(number), in: db) }
            }
        }
    }

    /// Events a second that are read from JSON, and no more.
    static func decodeRate() throws -> Double {
        let events = (1...250).map { EventDelivery(sequence: Int64($0), event: event($0)) }
        let data = try StrictJSON.encode(EventBatch(events: events, through: 250, newest: 250))
        let (begin, rounds) = (ContinuousClock.now, 20)
        for _ in 0..<rounds { _ = try JSONDecoder().decode(EventBatch.self, from: data) }
        return Double(rounds * events.count) / (begin.duration(to: .now) / .seconds(1))
    }

    private func consuming(_ body: () async throws -> Void) async throws {
        let client = RPCClient(
            RPCClient.Configuration(
                host: "127.0.0.1", port: server.localPort ?? 0, peer: Peer.deals, service: Peer.audit,
                security: .secret(try Self.secret())),
            group: MultiThreadedEventLoopGroup.singleton, logger: Self.quiet)
        let effect = EventEffect { [times] events, db in
            let insert = try db.cachedStatement(sql: "INSERT INTO applied (seq, type) VALUES (?, ?)")
            for event in events { try insert.execute(arguments: [event.sequence, event.event.type]) }
            let sequences = events.map(\.sequence)
            db.afterNextTransaction { _ in times.applied(sequences) }
        } record: { _, _ in
        }
        let consumer = EventConsumer(
            source: Peer.deals, group: "probe", store: taker, client: client, effect: effect, logger: Self.quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await client.run() }
            group.addTask { await consumer.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    static func rest() async throws { try await Task.sleep(for: .milliseconds(1)) }

    static func secret() throws -> HandshakeSecret {
        guard let secret = HandshakeSecret(Array(repeating: 7, count: 32)) else { throw CancellationError() }
        return secret
    }

    /// As large as a change of two fields of a deal.
    static func event(_ number: Int) -> Event {
        Event(
            type: EventType.dealUpdated, time: .now,
            actor: EventActor(kind: "user", id: UUIDv7.make().text, session: UUIDv7.make(), address: "192.0.2.7"),
            subject: EventSubject(kind: "deal", id: UUIDv7.make().text, number: "D-2026-\(number)"), version: 2,
            changes: [
                FieldChange("value", before: "1250000000.00 USD", after: "1300000000.00 USD"),
                FieldChange("probability", before: "40", after: "55"),
            ], requestId: UUIDv7.make().text, traceId: "4bf92f3577b34da6a3ce929d0e0e4736")
    }
}
