import Contracts
import Events
import Logging
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The relay: every event of every outbox, on to Apache Kafka, for who reads the firm's events there. README.md tells more.
@main
struct Relay: ServiceProcess {
    static let name = Peer.relay
    static let abstract = "Sends the events of all services on to Apache Kafka (topics deals, users, audit)."
    static let adminPort = 9106
    /// Whose outboxes it reads.
    static let sources = [Peer.auth, Peer.deals, Peer.health]

    static func settings(_ reader: inout SettingsReader) throws -> RelaySettings { try RelaySettings(&reader) }

    static func assemble(_ settings: RelaySettings, _ kit: ProcessKit) async throws -> [any Service] {
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "relay.sqlite", migrator: RelaySchema.migrator,
            logger: kit.logger)
        // Nothing asks the relay anything but whether it is alive.
        var router = RPCRouter()
        var services = kit.care(for: store, in: settings.dataDirectory, backups: nil, router: &router)
        do {
            for source in sources {
                let client = try kit.client(source)
                let consumer = try relay(of: source, client, to: settings.kafka, store, logger: kit.logger)
                services += [kit.service(client), kit.service("events of \(source)") { await consumer.run() }]
            }
        } catch {
            try? await store.close()  // the first error is the one to tell
            throw error
        }
        return services
    }

    /// Each source has a producer of its own, so that none waits for another's.
    static func relay(
        of source: String, _ client: RPCClient, to kafka: KafkaSettings, _ store: Store, logger: Logger
    ) throws -> EventConsumer {
        let producer = try KafkaProducer(kafka, logger: logger)
        return EventConsumer(source: source, group: "kafka", store: store, client: client, logger: logger) { events in
            try await producer.deliver(events.flatMap { KafkaRecord.all(of: $0, from: source, prefix: kafka.prefix) })
        }
    }
}
