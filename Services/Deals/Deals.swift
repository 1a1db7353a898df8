import Contracts
import Events
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The deals service: deals and all that hangs on them, the organizations that are their parties, and what the firm keeps
/// for all of them, in one file of its own with the documents' files beside it.
///
///     gateway ──▶ RPC server ──▶ router ──▶ handlers ──▶ rules (pure) and stores ──▶ deals.sqlite
///     audit   ──▶ events      ◀── outbox ◀── written in the transaction of every change ──┘
///     gateway ◀── notices ◀──────────┘ of what the signed-in user may see
///     auth    ◀── who is this? (asked when somebody joins a team)
@main
struct Deals: ServiceProcess {
    static let name = Peer.deals
    static let abstract = "Keeps deals and decides who may see and move them."
    static let adminPort = 9102

    static func settings(_ reader: inout SettingsReader) throws -> DealsSettings { try DealsSettings(&reader) }

    static func assemble(_ settings: DealsSettings, _ kit: ProcessKit) async throws -> [any Service] {
        let auth = try kit.client(Peer.auth)
        let backups = settings.backups?.plan(of: name)
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "deals.sqlite", migrator: DealsSchema.migrator,
            archive: backups?.archive, logger: kit.logger)
        let notices = NoticeDesk(store: store, logger: kit.logger) { .now }
        let shelf = try DocumentShelf(directory: settings.dataDirectory + "/documents")
        let documents = DocumentHandlers(
            documents: DocumentStore(store: store), shelf: shelf, logger: kit.logger, now: { .now })
        let users: UserResolver = { lookup, context in
            try await auth.call(AuthMethods.findUser, lookup, context: context)
        }
        let imports = ImportDesk(
            work: ImportWorkStore(store: store),
            shelf: try DocumentShelf(directory: settings.dataDirectory + "/imports"),
            users: users, logger: kit.logger, now: { .now })
        let reads = SecretReads(store: SecretReadStore(store: store), logger: kit.logger)
        var router = router(
            store: store, notices: notices, documents: documents, imports: imports, reads: reads, users: users)

        var services = kit.care(for: store, in: settings.dataDirectory, backups: backups, router: &router)
        services += [kit.service(auth), kit.service("notices") { await notices.run() }]
        let retention = EventRetention(store.outbox, settings.events, logger: kit.logger)
        services += [kit.service("event retention") { await retention.run() }]
        services += [kit.service("documents") { try await documents.sweep.run() }]
        services.append(kit.service("secret reads") { await reads.run() })
        services += [kit.service("imports") { try await imports.run() }, try kit.server(router)]
        return services
    }

    /// Every call that this service answers; shared by the process and its tests.
    static func router(
        store: Store, notices: NoticeDesk, documents: DocumentHandlers, imports: ImportDesk, reads: SecretReads,
        now: @escaping WallClock = { .now }, users: @escaping UserResolver
    ) -> RPCRouter {
        let bodies = DealBodies()
        let names = UserNames(users)
        let pipelines = PipelineStore()
        let deals = DealStore(store: store, bodies: bodies, pipelines: pipelines)
        let transitions = TransitionStore(store: store, pipelines: pipelines)
        let list = DealListStore(store: store, bodies: bodies)
        let changes = ChangeStore(store: store)
        var router = RPCRouter()
        DealHandlers(deals: deals, changes: changes, names: names, reads: reads, now: now).register(on: &router)
        HistoryHandlers(changes: changes, timeline: TimelineStore(store: store), reads: reads, now: now)
            .register(on: &router)
        ListHandlers(list: list, now: now).register(on: &router)
        StageHandlers(transitions: transitions, now: now).register(on: &router)
        PipelineHandlers(
            edits: PipelineEditStore(store: store, pipelines: pipelines),
            counts: PipelineCountStore(store: store, pipelines: pipelines), now: now
        ).register(on: &router)
        TeamHandlers(teams: TeamStore(store: store), users: users, now: now).register(on: &router)
        ConflictHandlers(conflicts: ConflictStore(store: store), now: now).register(on: &router)
        ActivityHandlers(activities: ActivityStore(store: store), now: now).register(on: &router)
        TaskHandlers(tasks: TaskStore(store: store), open: OpenTaskStore(store: store), now: now).register(on: &router)
        documents.register(on: &router)
        WallHandlers(
            accesses: AccessListStore(store: store), crossings: CrossingStore(store: store),
            teams: TeamStore(store: store), users: users, names: names, now: now
        ).register(on: &router)
        RateHandlers(rates: RateStore(store: store), imports: RateImportStore(store: store), now: now)
            .register(on: &router)
        DeletionHandlers(deletions: DeletionStore(store: store, pipelines: pipelines), now: now)
            .register(on: &router)
        TagHandlers(tags: TagStore(store: store), now: now).register(on: &router)
        CodeNameHandlers(codeNames: CodeNameStore(store: store), now: now).register(on: &router)
        CustomFieldHandlers(fields: CustomFieldStore(store: store), now: now).register(on: &router)
        OrganizationHandlers(store: store, now: now).register(on: &router)
        PersonHandlers(persons: PersonStore(store: store), finding: PersonFindStore(store: store), now: now)
            .register(on: &router)
        PartyHandlers(
            parties: PartyStore(store: store), deals: OrganizationDealStore(store: store), now: now
        ).register(on: &router)
        ApprovalHandlers(approvals: ApprovalStore(store: store, pipelines: pipelines), now: now).register(on: &router)
        BoardHandlers(
            boards: BoardStore(store: store, pipelines: pipelines),
            numbers: TotalsStore(store: store, pipelines: pipelines), now: now
        ).register(on: &router)
        FindHandlers(deals: FindStore(store: store), now: now).register(on: &router)
        ViewHandlers(views: ViewStore(store: store), list: list, now: now).register(on: &router)
        BulkHandlers(
            bulk: BulkStore(store: store), deals: deals, transitions: transitions, list: list, users: users, now: now
        ).register(on: &router)
        ExportHandlers(list: list, exports: DealExportStore(store: store), now: now).register(on: &router)
        ImportHandlers(imports: ImportStore(store: store), desk: imports).register(on: &router)
        registerMandates(store, now, on: &router)
        MondayHandlers(parts: MondayStore(store: store, pipelines: pipelines), names: names, now: now)
            .register(on: &router)
        ReportHandlers(reports: ReportStore(store: store, pipelines: pipelines), now: now).register(on: &router)
        notices.register(on: &router)
        EventFeed(store.outbox).register(on: &router)
        return router
    }

    /// Who may be dealt with, who stands on the other side, and what the firm is paid.
    private static func registerMandates(_ store: Store, _ now: @escaping WallClock, on router: inout RPCRouter) {
        ControlRoomHandlers(store: store, now: now).register(on: &router)
        CounterpartyHandlers(store: store, now: now).register(on: &router)
        CounterpartyStepHandlers(store: store, now: now).register(on: &router)
        CounterpartyFileHandlers(store: store, now: now).register(on: &router)
        NDAHandlers(store: store, now: now).register(on: &router)
        BidHandlers(store: store, now: now).register(on: &router)
        FeeHandlers(fees: FeeStore(store: store), now: now).register(on: &router)
        CreditHandlers(credits: CreditStore(store: store), now: now).register(on: &router)
        TailHandlers(tails: TailStore(store: store), live: LiveTailStore(store: store), now: now).register(on: &router)
    }
}
