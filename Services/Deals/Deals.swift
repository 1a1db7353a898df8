import Contracts
import Events
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// The deals service: deals, their stages, teams, conflict checks and counterparties, in one file of its own.
///
///     gateway ──▶ RPC server ──▶ router ──▶ handlers ──▶ rules (pure) and stores ──▶ deals.sqlite
///     audit   ──▶ events.pull ◀── outbox ◀── written in the transaction of every change ──┘
///     gateway ◀── notices ◀──────────┘ of what the signed-in user may see
///     auth    ◀── who is this? (asked when somebody joins a team)
@main
struct Deals: ServiceProcess {
    static let name = Peer.deals
    static let abstract = "Keeps deals and decides who may see and move them."
    static let adminPort = 9102

    static func settings(_ reader: inout SettingsReader) throws -> DealsSettings { try DealsSettings(&reader) }

    static func assemble(_ settings: DealsSettings, _ kit: ProcessKit) async throws -> [any Service] {
        let backups = settings.backups?.plan(of: name)
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "deals.sqlite", migrator: DealsSchema.migrator,
            archive: backups?.archive, logger: kit.logger)
        let auth = try kit.client(Peer.auth)
        let notices = NoticeDesk(store: store, logger: kit.logger) { .now }
        var router = router(store: store, notices: notices) { lookup, context in
            try await auth.call(AuthMethods.findUser, lookup, context: context)
        }
        return kit.care(for: store, in: settings.dataDirectory, backups: backups, router: &router) + [
            kit.service(auth), kit.service("notices") { await notices.run() }, try kit.server(router),
        ]
    }

    /// Every call that this service answers; shared by the process and its tests.
    static func router(
        store: Store, notices: NoticeDesk, now: @escaping TimeSource = { .now }, users: @escaping UserResolver
    ) -> RPCRouter {
        let bodies = DealBodies()
        let deals = DealHandlers(
            deals: DealStore(store: store, bodies: bodies), list: DealListStore(store: store, bodies: bodies),
            names: UserNames(users), now: now)
        let stages = StageHandlers(transitions: TransitionStore(store: store), now: now)
        let team = TeamHandlers(teams: TeamStore(store: store), users: users, now: now)
        let conflicts = ConflictHandlers(conflicts: ConflictStore(store: store), now: now)
        let counterparties = CounterpartyHandlers(counterparties: CounterpartyStore(store: store), now: now)

        var router = RPCRouter()
        router.on(DealMethods.create, deals.create)
        router.onEncoded(DealMethods.get, deals.get)
        router.onEncoded(DealMethods.list, deals.list)
        router.on(DealMethods.update, deals.update)
        router.on(DealMethods.transitions, stages.options)
        router.on(DealMethods.move, stages.move)
        router.on(DealMethods.history, stages.history)
        router.on(DealMethods.team, team.list)
        router.on(DealMethods.addMember, team.add)
        router.on(DealMethods.removeMember, team.remove)
        router.on(DealMethods.decideConflict, conflicts.decide)
        router.on(DealMethods.counterparties, counterparties.list)
        router.on(DealMethods.addCounterparty, counterparties.add)
        notices.register(on: &router)
        EventFeed(store.outbox).register(on: &router)
        return router
    }
}
