import Contracts
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import RPC

/// A request's way: mark → budget of its address → host and origin → route → who is it → role → budgets of the user →
/// `serve` → answer. All of it on the event loop the request came in on.
struct GatewayHandler: HTTPHandler {
    let router: Router
    let authenticator: Authenticator
    let limits: RateLimits
    let edge: Edge
    let upstreams: Upstreams
    let events: EventStreams
    let downloads: Downloads
    let pages: Pages
    let openAPI: ByteBuffer
    let leases = AdmissionLeases()
    let timers = RouteTimers()
    /// Nil when nobody wants one.
    let accessLog: AccessLog?
    let logger: Logger

    func admit(_ head: HTTPHead) -> HTTPAdmission {
        // Nothing to admit: most requests bring no body.
        guard head.hasBody else { return .read(bodyBytesMax: 0) }
        guard case .found(let served, _) = router.match(head.method, head.pathSegments) else {
            // Room for the body of a mistaken request, so that its sender reads 404 or 405 rather than 413.
            return .read(bodyBytesMax: Self.strangersBodyBytesMax)
        }
        let route = served.route
        guard route.access != .anyone, route.bodyBytesMax > Self.strangersBodyBytesMax else {
            return .read(bodyBytesMax: route.bodyBytesMax)
        }
        if let credential = try? Credential(head.headers) {
            if authenticator.known(credential) != nil { return .read(bodyBytesMax: route.bodyBytesMax) }
            if credential.opaque != nil, let lease = leases.take() {
                return .read(bodyBytesMax: route.bodyBytesMax, lease: lease)
            }
        }
        // Enough to be told so; nobody unknown makes us hold large bodies.
        return .read(bodyBytesMax: Self.strangersBodyBytesMax)
    }

    private static let strangersBodyBytesMax = 4096

    /// What has become known of a request, however far it came: its answer and the logs tell it.
    private struct Passage {
        let mark: RequestMark
        let rules: EdgeRules
        var budgets = RateLimitOutcome()
        /// As logs and metrics name the route.
        var label = "page"
        var user: RPCIdentity?
    }

    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        let started = NIODeadline.now()
        let rules = edge.current
        // From here on the client is who the trusted proxies say.
        let request = rules.attributed(request)
        let head = request.head
        var passage = Passage(mark: RequestMark(head), rules: rules)
        var response: HTTPResponse
        do { response = try await answer(request, &passage) } catch {
            response = problem(error, passage.mark).response(instance: head.path, requestID: passage.mark.id)
        }
        if response.preset == nil { ResponseHeaders.secureAPI(&response, isSecure: head.isSecure) }
        if case .goOn(let fields)? = crossOrigin(head, rules.cors) { response.headers.add(contentsOf: fields) }
        passage.budgets.write(to: &response.headers)
        response.headers.add(name: "X-Request-Id", value: passage.mark.id)
        record(head, response, passage, since: started)
        return response
    }

    private nonisolated(nonsending) func answer(
        _ request: HTTPRequest, _ passage: inout Passage
    ) async throws -> HTTPResponse {
        let head = request.head
        let isAPI = head.isInAPI && head.path != Pages.docs
        if isAPI { passage.label = "unmatched" }
        let address = LimitKey(address: head.remoteAddress)
        await limits.take([.init(limiter: limits.address, key: address)], &passage.budgets)
        if let seconds = passage.budgets.retryAfterSeconds { throw Problem.tooManyRequests(seconds) }

        guard passage.rules.hosts.accepts(head.host, isSecure: head.isSecure) else {
            throw Problem(.misdirectedRequest, "misdirected_request", "This server does not answer for that host.")
        }
        guard isAPI else { return try pages.response(to: head) }
        if case .preflight(let response)? = crossOrigin(head, passage.rules.cors) { return response }
        switch router.match(head.method, head.pathSegments) {
        case .none: throw Problem(.notFound, "not_found", "There is no such resource.")
        case .otherMethods(let methods):
            let allow = (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", ")
            if head.method == "OPTIONS" { return HTTPResponse(status: .noContent, headers: ["Allow": allow]) }
            throw Problem(.methodNotAllowed, "method_not_allowed", "Use \(allow).", headers: ["Allow": allow])
        case .found(let served, let ids):
            passage.label = served.label
            let routed = RoutedRequest(request: request, mark: passage.mark, served: served, ids: ids)
            let caller = try await authorize(routed, address, &passage.budgets)
            passage.user = caller?.identity
            var response = try await serve(routed, caller)
            if served.route.endsWebSession { response.headers.add(name: "Set-Cookie", value: Cookie.session.cleared) }
            return response
        }
    }

    /// Nil where it does not matter: while no other origin is named, and for pages, which are for our own only.
    private func crossOrigin(_ head: HTTPHead, _ cors: CORS) -> CORS.Decision? {
        guard !cors.isOff, head.isInAPI else { return nil }
        return cors.decide(head, methods: router.methods(head.pathSegments))
    }

    /// Who it is, whether he may, and whether the budgets allow.
    /// - Returns: nil when nobody is signed in, or when the route does not care.
    /// - Throws: `Problem`.
    private nonisolated(nonsending) func authorize(
        _ routed: RoutedRequest, _ address: LimitKey, _ budgets: inout RateLimitOutcome
    ) async throws -> Caller? {
        let (head, served) = (routed.head, routed.served)
        let caller = try await caller(served, head)
        if served.route.access != .anyone {
            guard let caller else { throw Problem.unauthenticated("Sign in first.", error: nil) }
            try caller.require(served.route.access)
        }
        if caller?.kind == .webSession { try CrossSite.check(head) }
        let narrow = limits.narrow(
            served.route.limit, served.route.method, user: caller?.identity.subject, address: address,
            body: routed.request.body,
            device: served.route.knowsDevices ? Cookie.device.secret(in: head.headers) : nil)
        await limits.take(narrow, &budgets)
        if let seconds = budgets.retryAfterSeconds { throw Problem.tooManyRequests(seconds) }
        return caller
    }

    private nonisolated(nonsending) func caller(_ served: ServedRoute, _ head: HTTPHead) async throws(Problem)
        -> Caller?
    {
        guard served.route.limit.looksAtCredentials, let credential = try Credential(head.headers) else { return nil }
        let isUse = !served.route.isPassive
        if isUse, let known = authenticator.known(credential) { return known }
        do throws(Problem) {
            return try await authenticator.caller(credential, isUse: isUse)
        } catch {
            guard case .webSession = credential, error.status == .unauthorized else { throw error }
            // Browsers send the cookie of a session that has ended wherever they go; an open page is open all the same.
            if served.route.access == .anyone { return nil }
            var ended = error
            ended.headers.add(name: "Set-Cookie", value: Cookie.session.cleared)
            throw ended
        }
    }

    private func problem(_ error: any Error, _ mark: RequestMark) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let fault as RPCFault: return Problem(fault)
        default:
            logger.error("request failed", metadata: ["request.id": "\(mark.id)", "error": "\(error)"])
            return Problem(RPCFault.internal)
        }
    }

    private func record(
        _ head: HTTPHead, _ response: HTTPResponse, _ passage: Passage, since started: NIODeadline
    ) {
        let elapsed = NIODeadline.now() - started
        timers.record(passage.label, response.status.code, elapsed)
        accessLog?.write(
            AccessLine(
                time: .now, head: head, client: head.remoteAddress, route: passage.label,
                status: response.status.code, micros: elapsed.nanoseconds / 1000,
                bytes: response.body?.readableBytes ?? 0, user: passage.user?.subject.text,
                requestID: passage.mark.id, traceID: passage.mark.trace.traceID))
    }
}
