import Crypto
import Logging
import Storage

/// The stores of auth.sqlite, in the order in which one needs the other.
struct AuthStores: Sendable {
    let sessions: SessionStore
    let webSessions: WebSessionStore
    let tokens: PersonalTokenStore
    let users: UserStore
    let passwords: PasswordStore
    let resets: ResetStore
    let invitations: InvitationStore
    let setup: SetupStore
    let secondFactors: SecondFactorStore
    let passkeys: PasskeyStore
    let factors: FactorStore
    let flows: FlowStore
    let identities: IdentityStore
    let throttle: SignInThrottle
    let sweep: SweepStore

    /// - Parameters:
    ///   - changes: hears of every session and token that ends.
    ///   - secret: the server's.
    init(
        _ settings: AuthSettings, _ store: Store, changes: AccessChangeStore, secret: SymmetricKey, logger: Logger
    ) {
        sessions = SessionStore(
            store: store, limits: settings.sessions, policy: settings.secondFactor, secret: secret, changes: changes)
        webSessions = WebSessionStore(store: store, sessions: sessions)
        tokens = PersonalTokenStore(store: store, changes: changes)
        users = UserStore(store: store, sessions: sessions, tokens: tokens)
        passwords = PasswordStore(store: store, sessions: sessions)
        resets = ResetStore(store: store, sessions: sessions, tokens: tokens)
        invitations = InvitationStore(store: store)
        setup = SetupStore(store: store, sessions: sessions)
        secondFactors = SecondFactorStore(store: store, box: settings.box)
        passkeys = PasskeyStore(store: store, sessions: sessions, party: settings.passkeys, logger: logger)
        factors = FactorStore(store: store, totp: secondFactors.totp, passkeys: passkeys, sessions: sessions)
        flows = FlowStore(store: store)
        identities = IdentityStore(store: store, users: users, webSessions: webSessions)
        throttle = SignInThrottle(
            keys: ThrottleKeys(secret: secret), store: ThrottleStore(store: store), devices: DeviceStore(store: store))
        sweep = SweepStore(store: store)
    }
}
