import Contracts
import Events
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The audit service: takes the events of all others into a log that can be verified, and signs what it has come to.
@main
struct Audit: ServiceProcess {
    static let name = Peer.audit
    static let abstract = "Keeps the log of who changed what, as a Merkle tree that anyone can recompute."
    static let adminPort = 9103
    static let sources = [Peer.auth, Peer.deals, Peer.health]

    static func settings(_ reader: inout SettingsReader) throws -> AuditSettings { try AuditSettings(&reader) }

    static func assemble(_ settings: AuditSettings, _ kit: ProcessKit) async throws -> [any Service] {
        let clients = try sources.map { ($0, try kit.client($0)) }
        let backups = settings.backups?.plan(of: name)
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "audit.sqlite", migrator: AuditSchema.migrator,
            archive: backups?.archive, logger: kit.logger)
        let log = LogStore(store: store)
        var router = RPCRouter()
        let signer = try await CheckpointSigner.open(
            settings.signing, store: store, directory: settings.dataDirectory, logger: kit.logger
        ) { [readiness = kit.readiness] in readiness.set("signing (\($0))", isReady: false) }
        AuditHandlers(log: log, sources: sources, signer: signer).register(on: &router)
        TreeHandlers(log: log, signer: signer).register(on: &router)
        register(log: log, signer: signer, retentionYears: settings.retentionYears, on: &router)
        let consumers = clients.map { source, client in
            EventConsumer(
                source: source, group: LogStore.group, store: store, client: client, effect: log.effect(of: source),
                logger: kit.logger, applied: { signer.took($0) })
        }
        DeadLetterDesk(consumers).register(on: &router)

        var services = kit.care(for: store, in: settings.dataDirectory, backups: backups, router: &router)
        services.append(kit.service("checkpoints") { await signer.run() })
        services += clients.map { kit.service($0.1) }
        services += consumers.map { consumer in
            kit.service("intake from \(consumer.source)") { await consumer.run() }
        }
        if let years = settings.retentionYears {
            let keeper = RetentionKeeper(retention: RetentionStore(log: log), years: years, logger: kit.logger)
            services.append(kit.service("retention") { await keeper.run() })
        }
        services.append(try kit.server(router))
        return services
    }

    /// What an officer does with the log beside searching and verifying it.
    static func register(
        log: LogStore, signer: CheckpointSigner? = nil, retentionYears: Int? = nil, on router: inout RPCRouter
    ) {
        TimelineHandlers(log: log).register(on: &router)
        SavedSearchHandlers(searches: SavedSearchStore(store: log.store)).register(on: &router)
        ExportHandlers(log: log, signer: signer).register(on: &router)
        RedactionHandlers(redactions: RedactionStore(log: log)).register(on: &router)
        HoldHandlers(holds: HoldStore(log: log, retentionYears: retentionYears)).register(on: &router)
    }
}
