import Contracts
import Logging
import RPC
import Synchronization

/// How the first administrator comes to be: named by the settings, or by whoever holds the set-up token.
final class SetupHandlers: Sendable {
    private static let done = RPCFault(
        .failedPrecondition, "setup_done", "The set-up has been done, or somebody is doing it right now.")
    private static let badToken = RPCFault(
        .permissionDenied, "setup_token_invalid", "This set-up token is not good; a new one is made at every start.")

    private let setup: SetupStore
    private let file: SetupTokenFile
    private let hasher: PasswordHasher
    private let issuer: AccessTokenIssuer
    private let firm: String?
    private let logger: Logger
    private let clock: WallClock
    /// One claim at a time, for each hashes a password. The transaction alone decides who wins.
    private let isClaiming = Mutex(false)

    init(
        setup: SetupStore, file: SetupTokenFile, hasher: PasswordHasher, issuer: AccessTokenIssuer,
        firm: String?, logger: Logger, clock: @escaping WallClock
    ) {
        self.setup = setup
        self.file = file
        self.hasher = hasher
        self.issuer = issuer
        self.firm = firm
        self.logger = logger
        self.clock = clock
    }

    /// To be done at start, before anybody can call.
    func prepare(bootstrap: Bootstrap?) async throws {
        // Hashing takes long, and nearly always there is a user.
        if let bootstrap, try await !setup.isDone() {
            let hash = try await hasher.hash(bootstrap.applicant.password)
            let occasion = Occasion.own(at: clock())
            if try await setup.make(bootstrap.applicant.account(hash: hash, at: occasion.now), occasion) {
                logger.info("first administrator made from the settings")
            }
        }
        let token = OpaqueSecret()
        if try await setup.offer(token, at: clock()) {
            try file.write(token)
            logger.notice("no user yet; the set-up token waits in its file", metadata: ["setup.file": "\(file.path)"])
        } else {
            try file.remove()
        }
    }

    func claim(_ input: SetupClaim, _ context: RPCContext) async throws -> SignedIn {
        let token = OpaqueSecret(text: input.token)
        switch try await setup.standing(of: token, at: clock()) {
        case .done: throw Self.done
        case .badToken: throw Self.badToken
        case .open: break
        }
        let applicant = try Applicant(
            NewUser(email: input.email, name: input.name, role: .admin, password: input.password), firm: firm)
        guard
            isClaiming.withLock({ isBusy in
                defer { isBusy = true }
                return !isBusy
            })
        else { throw Self.done }
        defer { isClaiming.withLock { $0 = false } }
        return try await claim(token, applicant, context)
    }

    private func claim(_ token: OpaqueSecret, _ applicant: Applicant, _ context: RPCContext) async throws -> SignedIn {
        let hash = try await hasher.hash(applicant.password)
        let occasion = Occasion(context, at: clock())
        let administrator = applicant.account(hash: hash, at: occasion.now)
        guard let grant = try await setup.claim(token, administrator, occasion) else { throw Self.done }
        do { try file.remove() } catch {
            // The token in it is worthless by now.
            logger.warning("set-up token file stays", metadata: ["error": "\(error)"])
        }
        return try issuer.signedIn(grant, at: occasion.now)
    }
}
