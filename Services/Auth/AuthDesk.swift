import Contracts
import Events
import Logging
import ServiceKit
import Storage

/// All parts of the service, put together over one open store: what the process and the tests share.
struct AuthDesk: Sendable {
    let sessions: SessionHandlers
    let living: LivingSessionHandlers
    let access: AccessHandlers
    let tokens: PersonalTokenHandlers
    let passwords: PasswordHandlers
    let users: UserHandlers
    let invitations: InvitationHandlers
    let setup: SetupHandlers
    let factors: FactorHandlers
    let passkeys: PasskeyHandlers
    let openID: OpenIDHandlers
    /// The company's provider, when there is one.
    let provider: OpenIDDesk?
    let events: EventFeed
    let store: Store
    let ring: KeyRing
    private let sweeper: SweepStore
    private let clock: WallClock
    private let logger: Logger

    /// Opens the file, makes what a first start needs (key, secret, administrator or set-up token), checks the rest.
    /// - Parameter cost: of hashing passwords; lower only in tests.
    static func open(
        _ settings: AuthSettings, logger: Logger, cost: ScryptCost = .standard, clock: @escaping WallClock = { .now }
    ) async throws -> AuthDesk {
        let secrets = SealedStore(box: settings.box)
        let store = try Store.open(
            directory: settings.dataDirectory, fileName: "auth.sqlite",
            migrator: AuthSchema.migrator(sealing: settings.box),
            archive: settings.backups?.plan(of: Auth.name).archive, check: secrets.check, logger: logger)
        let provider = settings.openID.map { OpenIDDesk($0, clock: clock) }
        do {
            try PrivateFile.restrict(directory: settings.dataDirectory, fileName: "auth.sqlite")
            try await secrets.renew(in: store, logger: logger)
            let desk = try await AuthDesk(
                settings, store: store, provider: provider, logger: logger, cost: cost, clock: clock)
            try await desk.setup.prepare(bootstrap: settings.bootstrap)
            return desk
        } catch {
            try? await provider?.close()  // the first error is the one to tell
            try? await store.close()
            throw error
        }
    }

    private init(
        _ settings: AuthSettings, store: Store, provider: OpenIDDesk?, logger: Logger, cost: ScryptCost,
        clock: @escaping WallClock
    ) async throws {
        let changes = AccessChangeStore(store: store, news: Listeners())
        let keys = KeyStore(store: store, changes: changes, box: settings.box)
        ring = KeyRing(
            try await keys.activeKey(.own(at: clock())), keys: keys, rotateSeconds: settings.keyRotationSeconds,
            tokenSeconds: settings.tokenLifetimeSeconds, clock: clock)
        let stores = AuthStores(
            settings, store, changes: changes, secret: try await keys.serverSecret(), logger: logger)
        let issuer = AccessTokenIssuer(
            ring: ring, issuer: settings.issuer, audience: settings.audience,
            lifetimeSeconds: settings.tokenLifetimeSeconds)
        let hasher = PasswordHasher(cost: cost)
        sessions = SessionHandlers(
            proof: SignInProof(
                sessions: stores.sessions, users: stores.users, passwords: stores.passwords, hasher: hasher,
                factors: stores.secondFactors, passkeys: stores.passkeys, throttle: stores.throttle, clock: clock),
            sessions: stores.sessions, webSessions: stores.webSessions, issuer: issuer, clock: clock)
        living = LivingSessionHandlers(sessions: stores.sessions, users: stores.users, clock: clock)
        access = AccessHandlers(
            changes: changes, webSessions: stores.webSessions, tokens: stores.tokens, clock: clock)
        tokens = PersonalTokenHandlers(tokens: stores.tokens, clock: clock)
        passwords = PasswordHandlers(
            passwords: stores.passwords, resets: stores.resets, users: stores.users, hasher: hasher,
            factors: stores.secondFactors, throttle: stores.throttle, firm: settings.firmName, clock: clock)
        users = UserHandlers(users: stores.users, clock: clock)
        invitations = InvitationHandlers(
            invitations: stores.invitations, hasher: hasher, firm: settings.firmName, clock: clock)
        setup = SetupHandlers(
            setup: stores.setup, file: SetupTokenFile(directory: settings.dataDirectory), hasher: hasher,
            issuer: issuer, firm: settings.firmName, logger: logger, clock: clock)
        factors = FactorHandlers(
            factors: stores.factors, users: stores.users, roles: settings.secondFactor.roles, clock: clock)
        passkeys = PasskeyHandlers(passkeys: stores.passkeys, clock: clock)
        openID = OpenIDHandlers(
            provider, flows: stores.flows, identities: stores.identities, hasPasskeys: settings.passkeys != nil,
            logger: logger, clock: clock)
        self.provider = provider
        events = EventFeed(store.outbox)
        self.store = store
        sweeper = stores.sweep
        self.clock = clock
        self.logger = logger
    }

    func close() async throws {
        try await provider?.close()
        try await store.close()
    }

    func sweep() async throws { try await sweeper.sweep(at: clock()) }

    func turnKeysUntilCancelled() async { await ring.runUntilCancelled(logger) }

    func sweepUntilCancelled() async {
        while !Task.isCancelled {
            do { try await sweep() } catch {
                logger.warning("sweep failed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(3600))  // throws only when cancelled, which ends the loop
        }
    }
}
