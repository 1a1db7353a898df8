import Contracts
import Foundation
import Logging
import RPC
import Synchronization
import Tokens

/// Sign-in with the company's provider over the wire: authorization code with PKCE (RFC 9700, OpenID Connect Core 3.1).
final class OpenIDHandlers: Sendable {
    /// Sign-ins that wait for the provider at the same time: a slow one must not use up the service's calls.
    static let finishingMax = 32
    /// All that the provider is asked for one sign-in; shorter than the gateway waits.
    private static let finishLimit = Duration.seconds(15)
    private static let codeBytesMax = 4096

    private let desk: OpenIDDesk?
    private let flows: FlowStore
    private let identities: IdentityStore
    /// For who asks which ways of signing in there are.
    private let hasPasskeys: Bool
    private let logger: Logger
    private let clock: WallClock
    private let finishing = Mutex(0)

    init(
        _ desk: OpenIDDesk?, flows: FlowStore, identities: IdentityStore, hasPasskeys: Bool, logger: Logger,
        clock: @escaping WallClock
    ) {
        self.desk = desk
        self.flows = flows
        self.identities = identities
        self.hasPasskeys = hasPasskeys
        self.logger = logger
        self.clock = clock
    }

    func methods(_ input: Nothing, _ context: RPCContext) async throws -> SignInMethods {
        SignInMethods(password: true, passkeys: hasPasskeys, oidc: desk.map { OpenIDOffer(name: $0.settings.name) })
    }

    func start(_ input: OpenIDStart, _ context: RPCContext) async throws -> OpenIDStarted {
        let path = try ReturnPath(input.returnTo)
        guard let desk else { throw OpenIDFailure.off.fault }
        let metadata: ProviderMetadata
        do { metadata = try await desk.documents.snapshot().metadata } catch {
            throw refusal(of: error, context).failure.fault
        }
        let flow = OpenIDFlow()
        let now = clock()
        try await flows.open(flow, returnTo: path, at: now)
        return OpenIDStarted(
            location: flow.location(desk.settings, metadata), secret: flow.cookie,
            expiresAt: now.advanced(bySeconds: OpenIDFlow.lifetimeSeconds))
    }

    /// The state is compared before the flow is used up: an answer that somebody else made up must not end a sign-in.
    func finish(_ input: OpenIDCallback, _ context: RPCContext) async throws -> OpenIDSignedIn {
        guard let desk else { throw OpenIDFailure.off.fault }
        guard let flow = OpenIDFlow(cookie: input.secret), flow.isState(input.state),
            let path = try await flows.take(flow, at: clock())
        else {
            logger.info("sign-in refused", metadata: metadata("flow", context))
            throw OpenIDFailure.expired.fault
        }
        try enter()
        defer { finishing.withLock { $0 -= 1 } }
        let person: ProvenPerson
        do {
            person = try await ProviderHTTP.within(Self.finishLimit) { [self] in
                try await prove(input, flow, desk, now: clock())
            }
        } catch {
            let (failure, reason) = refusal(of: error, context)
            try await record(reason, of: nil, context)
            throw failure.fault
        }
        return OpenIDSignedIn(session: try await open(for: person, desk.settings, context), returnTo: path.text)
    }

    private func prove(
        _ input: OpenIDCallback, _ flow: OpenIDFlow, _ desk: OpenIDDesk, now: Instant
    ) async throws -> ProvenPerson {
        var provider = try await desk.documents.snapshot()
        // Else an answer of another provider could be passed off as this one's (RFC 9207 section 2.4).
        guard input.iss?.isSame(as: desk.settings.issuer) ?? !provider.metadata.namesItself else {
            throw ProviderFailure.issuer
        }
        if let error = input.error { throw AuthorizationError(isDenial: error == "access_denied") }
        guard let code = input.code, (1...Self.codeBytesMax).contains(code.utf8.count) else {
            throw ProviderFailure.malformed
        }
        let tokens = try await desk.exchange.tokens(for: code, of: flow, at: provider.metadata)
        let claims = { (provider: ProviderSnapshot) throws(IDTokenRefusal) -> [String: TokenJSON] in
            try desk.rules.claims(
                of: tokens.idToken, keys: provider.keys, nonce: flow.nonce, accessToken: tokens.accessToken,
                now: now.milliseconds / 1000)
        }
        var known: [String: TokenJSON]
        do { known = try claims(provider) } catch IDTokenRefusal.unknownKey {
            provider = try await desk.documents.snapshot(otherThan: provider)
            known = try claims(provider)
        }
        if ProvenPerson.isIncomplete(known, desk.settings), let url = provider.metadata.userInfoEndpoint,
            let token = tokens.accessToken, let subject = known["sub"]?.string
        {
            let more = try await desk.exchange.userInfo(at: url, token, subject: subject)
            known = ProvenPerson.completed(known, by: more)
        }
        return ProvenPerson(known, desk.settings)
    }

    private func open(
        for person: ProvenPerson, _ settings: OpenIDSettings, _ context: RPCContext
    ) async throws -> WebSession {
        let outcome = try await identities.signIn(
            person, as: settings.roles.role(of: person.groups), provisions: settings.provisions,
            hasSecondFactor: !settings.contexts.isEmpty, Occasion(context, at: clock()))
        switch outcome {
        case .opened(let session): return session
        case .refused(let failure, let user):
            try await record(failure.rawValue, of: user, context)
            logger.notice("sign-in refused", metadata: metadata(failure.rawValue, context))
            throw failure.fault
        }
    }

    private func enter() throws {
        try finishing.withLock { count in
            guard count < Self.finishingMax else { throw OpenIDFailure.unavailable.fault }
            count += 1
        }
    }
}

extension OpenIDHandlers {
    private func record(_ reason: String, of user: UUID?, _ context: RPCContext) async throws {
        try await identities.webSessions.sessions.recordFailure(
            of: user, reason: "\(IdentityStore.method)_\(reason)", Occasion(context, at: clock()))
    }

    /// What the client and the audit log are told; what happened is logged.
    private func refusal(of error: any Error, _ context: RPCContext) -> (failure: OpenIDFailure, reason: String) {
        switch error {
        case let error as AuthorizationError:
            logger.notice("sign-in refused", metadata: metadata("authorization", context))
            return error.isDenial ? (.denied, "denied") : (.provider, "provider")
        case let error as IDTokenRefusal:
            logger.warning("ID token refused", metadata: metadata(error.rawValue, context))
            return (.provider, "token")
        case let error as ProviderFailure:
            logger.warning("OpenID provider failed", metadata: metadata("\(error)", context))
        default:
            logger.error("sign-in failed", metadata: metadata("\(type(of: error))", context))
        }
        return (.provider, "provider")
    }

    private func metadata(_ reason: String, _ context: RPCContext) -> Logger.Metadata {
        ["oidc.reason": "\(reason)", "request.id": "\(context.requestID ?? "")"]
    }
}

/// The provider sent the browser back without a code.
private struct AuthorizationError: Error { let isDenial: Bool }

extension OpenIDFailure {
    /// Never `unavailable` or `deadlineExceeded`: gateways would take this service for broken, and refuse everybody else,
    /// too, for what the provider does.
    var fault: RPCFault { RPCFault(.failedPrecondition, rawValue, "Nobody was signed in.") }
}
