import Contracts
import Events
import NIOCore
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The health service: looks at all others, and at itself, remembers what it saw, and tells programs of others what happens.
@main
struct Health: ServiceProcess {
    static let name = Peer.health
    static let abstract = "Probes the other services and tells which of them are up, and since when."
    static let adminPort = 9104
    static let remoteTargets = [Peer.auth, Peer.deals, Peer.audit]

    static func settings(_ reader: inout SettingsReader) throws -> HealthSettings { try HealthSettings(&reader) }

    static func assemble(_ settings: HealthSettings, _ kit: ProcessKit) async throws -> [any Service] {
        let clients = try remoteTargets.map { ($0, try kit.client($0)) }
        let backups = settings.backups?.plan(of: name)
        let secrets = SealedStore.webhooks(settings.webhooks.box)
        // Durable as the others: what audit has read of the outbox must not be gone after a power cut.
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "health.sqlite", migrator: HealthSchema.migrator,
            archive: backups?.archive, check: secrets.check, logger: kit.logger)
        do { try await secrets.renew(in: store, logger: kit.logger) } catch {
            try? await store.close()  // the first error is the one to tell
            throw error
        }
        let history = HistoryStore(store: store)
        let interval = settings.probeInterval
        let board = ProbeBoard(targets: remoteTargets + [name], interval: interval)
        await board.resume(from: history, logger: kit.logger)
        let writer = HistoryWriter(history: history, buffer: ProbeBuffer(), logger: kit.logger)

        var router = RPCRouter()
        HealthHandlers(board: board, history: history, interval: interval).register(on: &router)
        let webhooks = WebhookDesk(settings.webhooks, store: store, logger: kit.logger)
        webhooks.register(on: &router)
        let consumers = webhooks.consumers(of: clients)
        DeadLetterDesk(consumers).register(on: &router)
        EventFeed(store.outbox).register(on: &router)

        var services = kit.care(for: store, in: settings.dataDirectory, backups: backups, router: &router)
        services.append(kit.service("history") { await writer.run() })
        let retention = EventRetention(store.outbox, settings.events, logger: kit.logger)
        services.append(kit.service("event retention") { await retention.run() })
        func prober(_ target: String, _ probe: @escaping @Sendable () async -> ProbeOutcome) -> Prober {
            Prober(target: target, interval: interval, probe: probe) { writer.buffer.add(board.take($0, of: target)) }
        }
        for (target, client) in clients {
            let prober = prober(target) {
                await ProbeOutcome { try await client.health(timeout: .seconds(2)).isReady }
            }
            services += [
                kit.service(client),
                kit.service("prober of \(target)") { await prober.run(onChangesOf: client.stateChanges) },
            ]
        }
        services += webhooks.services(consumers, kit)
        let own = prober(name) { await ProbeOutcome { try await history.answers() } }
        services.append(kit.service("prober of itself") { await own.run() })
        services.append(try kit.server(router))
        return services
    }
}
