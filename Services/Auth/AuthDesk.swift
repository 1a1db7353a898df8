import Contracts
import Crypto
import Events
import Foundation
import Logging
import RPC
import ServiceKit
import Storage
import Tokens

/// Tells the time; a test turns its hands.
typealias WallClock = @Sendable () -> Instant

/// All parts of the service, put together over one open store: what the process and the tests share.
struct AuthDesk: Sendable {
    let sessions: SessionHandlers
    let living: LivingSessionHandlers
    let passwords: PasswordHandlers
    let users: UserHandlers
    let access: AccessHandlers
    let tokens: PersonalTokenHandlers
    let factors: FactorHandlers
    let passkeys: PasskeyHandlers
    let invitations: InvitationHandlers
    let setup: SetupHandlers
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
        let news = Listeners()
        let changes = AccessChangeStore(store: store, news: news)
        let keys = KeyStore(store: store, changes: changes, box: settings.box)
        let key = try await keys.activeKey(.own(at: clock()))
        ring = KeyRing(
            key, keys: keys, rotateSeconds: settings.keyRotationSeconds, tokenSeconds: settings.tokenLifetimeSeconds,
            clock: clock)
        let issuer = AccessTokenIssuer(
            ring: ring, issuer: settings.issuer, audience: settings.audience,
            lifetimeSeconds: settings.tokenLifetimeSeconds)
        let secret = try await keys.successorSecret()
        let sessionStore = SessionStore(
            store: store, limits: settings.sessions, policy: settings.secondFactor, secret: secret, changes: changes)
        let throttle = SignInThrottle(
            keys: ThrottleKeys(secret: secret), store: ThrottleStore(store: store), devices: DeviceStore(store: store))
        let webSessions = WebSessionStore(store: store, sessions: sessionStore)
        let tokenStore = PersonalTokenStore(store: store, changes: changes)
        let userStore = UserStore(store: store, sessions: sessionStore, tokens: tokenStore)
        let passkeyStore = PasskeyStore(
            store: store, sessions: sessionStore, party: settings.passkeys, logger: logger)
        let hasher = PasswordHasher(cost: cost)
        let hashes = PasswordStore(store: store, sessions: sessionStore)
        let secondFactors = SecondFactors(store: store, box: settings.box)
        let factorStore = FactorStore(
            store: store, totp: secondFactors.totp, passkeys: passkeyStore, sessions: sessionStore)
        self.store = store
        self.logger = logger
        sweeper = SweepStore(store: store)
        self.clock = clock
        sessions = SessionHandlers(
            proof: SignInProof(
                sessions: sessionStore, users: userStore, hashes: hashes, passwords: hasher, factors: secondFactors,
                passkeys: passkeyStore, throttle: throttle, clock: clock),
            sessions: sessionStore, webSessions: webSessions, issuer: issuer, clock: clock)
        living = LivingSessionHandlers(sessions: sessionStore, users: userStore, clock: clock)
        passwords = PasswordHandlers(
            hashes: hashes, resets: ResetStore(store: store, sessions: sessionStore, tokens: tokenStore),
            users: userStore, passwords: hasher, factors: secondFactors, throttle: throttle, firm: settings.firmName,
            clock: clock)
        users = UserHandlers(users: userStore, clock: clock)
        access = AccessHandlers(changes: changes, webSessions: webSessions, tokens: tokenStore, clock: clock)
        tokens = PersonalTokenHandlers(tokens: tokenStore, clock: clock)
        factors = FactorHandlers(
            factors: factorStore, users: userStore, roles: settings.secondFactor.roles, clock: clock)
        passkeys = PasskeyHandlers(passkeys: passkeyStore, clock: clock)
        invitations = InvitationHandlers(
            invitations: InvitationStore(store: store), passwords: hasher, firm: settings.firmName, clock: clock)
        events = EventFeed(store.outbox)
        setup = SetupHandlers(
            setup: SetupStore(store: store, sessions: sessionStore),
            file: SetupTokenFile(directory: settings.dataDirectory), passwords: hasher, issuer: issuer,
            firm: settings.firmName, logger: logger, clock: clock)
        self.provider = provider
        openID = OpenIDHandlers(
            provider, flows: FlowStore(store: store),
            identities: IdentityStore(store: store, users: userStore, webSessions: webSessions),
            hasPasskeys: settings.passkeys != nil,
            logger: logger, clock: clock)
    }

    func register(on router: inout RPCRouter) {
        router.on(AuthMethods.login, sessions.login)
        router.on(AuthMethods.refresh, sessions.refresh)
        router.on(AuthMethods.logout, sessions.logout)
        router.on(AuthMethods.me, users.me)
        router.on(AuthMethods.listUsers, users.list)
        router.on(AuthMethods.getUser, users.get)
        router.on(AuthMethods.setUserStatus, users.setStatus)
        router.on(AuthMethods.updateUser, users.update)
        router.on(AuthMethods.updateMe, users.updateMe)
        router.on(AuthMethods.findUser, users.find)
        router.on(AuthMethods.accessChanges) { [access] input, context, writer in
            try await access.watch(input, context) { try await writer.send($0) }
        }
        router.on(AuthMethods.resolveAccess, access.resolve)
        router.on(AuthMethods.openWebSession, sessions.openWeb)
        router.on(AuthMethods.createToken, tokens.create)
        router.on(AuthMethods.listTokens, tokens.list)
        router.on(AuthMethods.revokeToken, tokens.revoke)
        router.on(AuthMethods.listFactors, factors.list)
        router.on(AuthMethods.beginTOTP, factors.beginTOTP)
        router.on(AuthMethods.confirmTOTP, factors.confirmTOTP)
        router.on(AuthMethods.removeTOTP, factors.removeTOTP)
        router.on(AuthMethods.renewRecoveryCodes, factors.renewRecoveryCodes)
        router.on(AuthMethods.resetFactors, factors.reset)
        router.on(AuthMethods.passkeyCreation, passkeys.creation)
        router.on(AuthMethods.addPasskey, passkeys.add)
        router.on(AuthMethods.listPasskeys, passkeys.list)
        router.on(AuthMethods.removePasskey, passkeys.remove)
        router.on(AuthMethods.passkeyRequest, passkeys.request)
        router.on(AuthMethods.createInvitation, invitations.create)
        router.on(AuthMethods.listInvitations, invitations.list)
        router.on(AuthMethods.revokeInvitation, invitations.revoke)
        router.on(AuthMethods.lookAtInvitation, invitations.look)
        router.on(AuthMethods.acceptInvitation, invitations.accept)
        router.on(AuthMethods.rotateKeys, ring.rotate)
        router.on(AuthMethods.listKeys, ring.list)
        router.on(AuthMethods.claimSetup, setup.claim)
        router.on(AuthMethods.listSessions, living.list)
        router.on(AuthMethods.endSession, living.end)
        router.on(AuthMethods.endOtherSessions, living.endOthers)
        router.on(AuthMethods.listUserSessions, living.listOfUser)
        router.on(AuthMethods.endUserSessions, living.endOfUser)
        router.on(AuthMethods.changePassword, passwords.change)
        router.on(AuthMethods.requestPasswordReset, passwords.requestReset)
        router.on(AuthMethods.resetPassword, passwords.reset)
        router.on(AuthMethods.startOpenID, openID.start)
        router.on(AuthMethods.finishOpenID, openID.finish)
        router.on(AuthMethods.signInMethods, openID.methods)
        events.register(on: &router)
    }

    /// What happened, as consumers will pull it.
    var outbox: Outbox { store.outbox }

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
