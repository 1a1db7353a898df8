import CRdKafka
import Contracts
import Foundation
import GRDB
import Logging
import NIOCore
import NIOPosix
import RPC
import Storage
import Subprocess
import Testing

@testable import Events
@testable import relay

let quiet = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }

/// Three brokers of librdkafka's own, on the loopback; whatever is sent to them makes its topics.
final class MockKafka: @unchecked Sendable {
    private let handle: OpaquePointer
    private let cluster: OpaquePointer
    static let brokers: Int32 = 3

    init() throws {
        var text = [CChar](repeating: 0, count: 512)
        let configuration = rd_kafka_conf_new()
        // Says nothing of the brokers that a test takes away.
        rd_kafka_conf_set(configuration, "log_level", "0", nil, 0)
        handle = try #require(rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &text, text.count))
        cluster = try #require(rd_kafka_mock_cluster_new(handle, Self.brokers))
    }

    deinit {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(handle)
    }

    var addresses: String { rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? "" }

    /// The next produce requests are answered with these.
    func refuse(_ errors: [rd_kafka_resp_err_t]) {
        let produce: Int16 = 0
        rd_kafka_mock_push_request_errors_array(cluster, produce, errors.count, errors)
    }

    func setUp(_ isUp: Bool) {
        for broker in 1...Self.brokers {
            _ =
                isUp
                ? rd_kafka_mock_broker_set_up(cluster, broker) : rd_kafka_mock_broker_set_down(cluster, broker)
        }
    }

    /// All of a topic, as kcat reads it, which is no code of ours; in the order of each partition.
    func records(of topic: String) async throws -> [Record] {
        let result = try await run(
            .name("kcat"), arguments: ["-b", addresses, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J"],
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
        #expect(result.terminationStatus.isSuccess, "kcat: \(result.standardError)")
        return try result.standardOutput.split(separator: "\n").map {
            try JSONDecoder().decode(Record.self, from: Data($0.utf8))
        }
    }

    struct Record: Decodable {
        let topic, key, payload: String
        let partition, offset, ts: Int64
        /// Names and values by turns.
        let headers: [String]

        func header(_ name: String) -> String? { headers.firstIndex(of: name).map { headers[$0 + 1] } }
        var event: Event { get throws { try JSONDecoder().decode(Event.self, from: Data(payload.utf8)) } }
    }
}

/// A producer's outbox on the loopback, a relay of it, and a Kafka.
final class Bench: Sendable {
    let outbox, cursor: Store
    let kafka: MockKafka
    let client: RPCClient
    let server: RPCServer
    private static let secret = HandshakeSecret(Array(repeating: 7, count: 32))

    static func with(_ body: (Bench) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bench = try await Bench(folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await bench.client.run() }
            defer { group.cancelAll() }
            try await body(bench)
        }
        await bench.server.drain(within: .milliseconds(100))
        try await bench.outbox.close()
        try await bench.cursor.close()
    }

    private init(_ folder: String) async throws {
        kafka = try MockKafka()
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        outbox = try Store.open(directory: "\(folder)/deals", fileName: "p.sqlite", migrator: migrator, logger: quiet)
        cursor = try Store.open(
            directory: "\(folder)/relay", fileName: "relay.sqlite", migrator: RelaySchema.migrator, logger: quiet)
        var router = RPCRouter()
        EventFeed(outbox.outbox).register(on: &router)
        let secret = try #require(Self.secret)
        let group = MultiThreadedEventLoopGroup.singleton
        server = RPCServer(
            RPCServer.Configuration(
                host: "127.0.0.1", port: 0, service: Peer.deals, version: "1", security: .secret(secret)),
            router: router, group: group, logger: quiet)
        try await server.start()
        client = RPCClient(
            RPCClient.Configuration(
                host: "127.0.0.1", port: try #require(server.localPort), peer: Peer.deals, service: Peer.relay,
                security: .secret(secret)), group: group, logger: quiet)
    }

    func append(_ numbers: ClosedRange<Int>, aggregates: Int = 7) async throws {
        for number in numbers {
            let event = Event(
                type: EventType.dealUpdated, time: Instant(milliseconds: 1_790_000_000_000 + Int64(number)),
                actor: .service("test"), subject: EventSubject(kind: "deal", id: "deal-\(number % aggregates)"),
                version: Int64(number), changes: [FieldChange("value", before: nil, after: "\(number)")])
            try await outbox.write { try EventFeed.append(event, in: $0) }
        }
    }

    func appendSignIn() async throws {
        let event = Event(
            type: "session.failed", time: .now, actor: .service("test"), subject: EventSubject(kind: "session", id: "s")
        )
        try await outbox.write { try EventFeed.append(event, in: $0) }
    }

    /// A relay that runs until all up to this event was sent on, and then ends wherever it is.
    func relay(through sequence: Int64) async throws {
        try await relaying { try await eventually { try await self.position() >= sequence } }
    }

    func relaying(_ body: () async throws -> Void) async throws {
        let settings = KafkaSettings(
            brokers: kafka.addresses, properties: ["delivery.timeout.ms": "3000", "log_level": "0"])
        let consumer = try Relay.relay(of: Peer.deals, client, to: settings, cursor, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await consumer.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    func position() async throws -> Int64 { try await cursor.read { try Inbox.cursor(of: Peer.deals, in: $0) } }
}

/// Waits until the condition holds, at most a minute.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("did not happen within a minute", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
