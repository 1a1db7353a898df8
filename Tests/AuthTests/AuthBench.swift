import Contracts
import Crypto
import Events
import Foundation
import Logging
import NIOCore
import RPC
import Storage
import Testing
import Tokens

@testable import auth

/// A service over a real file in a directory of its own, with a clock that only the test moves and cheap hashes.
final class AuthBench: Sendable {
    static let password = "correct horse battery"
    static let wrongPassword = "wrong password, quite long"
    static let administrator = NewUser(email: "Root@bank.test", name: "Ruth Root", role: .admin, password: password)

    let directory: String
    let desk: AuthDesk
    private let time: TestClock

    static func with(
        isEmpty: Bool = false, cost: ScryptCost? = nil, _ change: (inout AuthSettings) throws -> Void = { _ in },
        _ body: (AuthBench) async throws -> Void
    ) async throws {
        try await withSettings(isEmpty: isEmpty) { settings in
            var settings = settings
            try change(&settings)
            let bench = try await AuthBench(settings, cost: cost)
            do { try await body(bench) } catch {
                try await bench.desk.close()
                throw error
            }
            try await bench.desk.close()
        }
    }

    /// For tests that start more than one service, one after the other, in a directory that is gone afterwards.
    static func withSettings(isEmpty: Bool = false, _ body: (AuthSettings) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var settings = AuthSettings(dataDirectory: directory, box: SecretBox(FileKey()))
        if !isEmpty { settings.bootstrap = Bootstrap(applicant: try Applicant(administrator)) }
        try await body(settings)
    }

    init(
        _ settings: AuthSettings, time: TestClock = TestClock(), cost: ScryptCost? = nil, logger: Logger = quiet
    ) async throws {
        directory = settings.dataDirectory
        self.time = time
        desk = try await AuthDesk.open(
            settings, logger: logger, cost: try cost ?? Self.cheap, clock: { time.now })
    }

    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static var cheap: ScryptCost {
        get throws { try #require(ScryptCost(logRounds: 2, blockSize: 1, parallelism: 1)) }
    }

    var now: Instant { time.now }

    func pass(seconds: Int64) { time.pass(seconds: seconds) }

    // MARK: calls

    func anonymous() -> RPCContext { RPCContext(peer: Peer.gateway, requestID: "r-1", clientAddress: "192.0.2.7") }

    /// A call as the gateway makes it for the bearer of this token.
    func context(_ signedIn: SignedIn, resource: [String] = [], ifMatch: Int64? = nil) async throws -> RPCContext {
        let claims = try await claims(signedIn)
        let role = try #require(Role(rawValue: claims.role))
        var context = anonymous()
        context.identity = RPCIdentity(subject: claims.sub, session: claims.sid, roles: role.bits)
        context.resource = resource
        context.ifMatch = ifMatch
        return context
    }

    func claims(_ signedIn: SignedIn) async throws -> AccessClaims {
        let state = try await watch(0)
        let keys = try Dictionary(
            uniqueKeysWithValues: state.keys.map { ($0.kid, try P256.Signing.PublicKey(x: $0.x, y: $0.y)) })
        let verifier = AccessTokenVerifier(keys: keys, issuer: "https://ibpipeline.local", audience: "ibpipeline")
        return try verifier.verify(signedIn.accessToken, now: now.milliseconds / 1000)
    }

    func signIn(_ email: String = "root@bank.test", _ password: String = AuthBench.password) async throws -> SignedIn {
        try await desk.sessions.login(SignIn(email: email, password: password), anonymous())
    }

    func refresh(_ token: String) async throws -> SignedIn {
        try await desk.sessions.refresh(SessionRefresh(refreshToken: token), anonymous())
    }

    /// The first state that a gateway with this cursor is told.
    func watch(_ cursor: Int64) async throws -> AccessState {
        try #require(try await watch(cursor) { _ in true })
    }

    /// The first state that is what is asked for.
    func watch(_ cursor: Int64, until isWanted: (AccessState) -> Bool) async throws -> AccessState? {
        struct Found: Error {}
        var found: AccessState?
        do {
            try await desk.access.watch(AccessSubscription(cursor: cursor), anonymous()) { state in
                guard isWanted(state) else { return }
                found = state
                throw Found()
            }
        } catch is Found {}
        return found
    }

    func openWeb(
        _ email: String = "root@bank.test", _ password: String = AuthBench.password, replacing secret: String? = nil
    ) async throws -> WebSession {
        let replaced = secret.map { Base64URL.encode(SHA256.hash(data: Data($0.utf8))) }
        return try await desk.sessions.openWeb(
            WebSignIn(SignIn(email: email, password: password), replaces: replaced), anonymous())
    }

    func resolve(
        _ kind: OpaqueCredential.Kind, _ secret: String, isUse: Bool = true
    ) async throws -> ResolvedAccess {
        try await desk.access.resolve(
            OpaqueCredential(kind: kind, digest: Base64URL.encode(SHA256.hash(data: Data(secret.utf8))), isUse: isUse),
            anonymous())
    }

    /// Invites and accepts.
    func create(_ email: String, _ role: Role = .banker, by administrator: SignedIn) async throws -> User {
        try await accept(try await invite(email, role, by: administrator).token)
    }

    func invite(_ email: String, _ role: Role = .banker, by administrator: SignedIn) async throws -> CreatedInvitation {
        try await desk.invitations.create(
            NewInvitation(email: email, name: "Bea Miller", role: role), try await context(administrator))
    }

    func accept(_ token: String, _ password: String = AuthBench.password, name: String? = nil) async throws -> User {
        try await desk.invitations.accept(
            InvitationAcceptance(token: token, password: password, name: name), anonymous())
    }

    func set(_ user: UUID, _ status: UserStatus, by administrator: SignedIn) async throws -> User {
        try await desk.users.setStatus(
            UserStatusChange(status: status), try await context(administrator, resource: [user.text]))
    }

    func change(
        _ user: UUID, _ change: UserChange, by administrator: SignedIn, ifMatch: Int64? = nil
    ) async throws -> User {
        try await desk.users.update(
            change, try await context(administrator, resource: [user.text], ifMatch: ifMatch))
    }

    /// The call of a program that holds a personal token of this user.
    func context(_ token: CreatedPersonalToken, of user: User, resource: [String] = []) -> RPCContext {
        var context = anonymous()
        context.identity = RPCIdentity(subject: user.id, session: token.token.id, roles: user.role.bits)
        context.resource = resource
        return context
    }

    // MARK: what was written

    func events(_ type: String? = nil) async throws -> [Event] {
        let bytes = try await desk.events.page(EventPull(after: 0, limit: 500, waitMilliseconds: 0))
        let page = try JSONDecoder().decode(EventPage.self, from: Data(bytes.readableBytesView))
        return page.events.map(\.event).filter { type == nil || $0.type == type }
    }

    func payloads() async throws -> String {
        let page = try await desk.store.outbox.page(after: 0, limit: 500, wait: .zero)
        return try page.entries.map { String(decoding: try EventPacking.unpack($0.payload), as: UTF8.self) }
            .joined(separator: "\n")
    }
}
