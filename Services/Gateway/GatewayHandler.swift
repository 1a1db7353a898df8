import Contracts
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import RPC

/// A request's way: mark → route → budget of its address → who is it → role → budget of the user → call → reply.
/// All of it on the event loop the request came in on.
struct GatewayHandler: HTTPHandler {
    let router: Router
    let authenticator: Authenticator
    let limits: RateLimits
    let edge: Edge
    let upstreams: [String: Upstream]
    let events: EventStreams
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

    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        let started = NIODeadline.now()
        let rules = edge.current
        // From here on the client is who the trusted proxies say.
        let request = rules.attributed(request)
        let head = request.head
        let mark = RequestMark(head)
        var budgets = RateLimitOutcome()
        var label = "page"
        var user: RPCIdentity?
        var response: HTTPResponse
        do {
            response = try await answer(request, mark, rules, &budgets, &label, &user)
        } catch let problem as Problem {
            response = problem.response(instance: head.path, requestID: mark.id)
        } catch let fault as RPCFault {
            response = Problem(fault).response(instance: head.path, requestID: mark.id)
        } catch {
            logger.error("request failed", metadata: ["request.id": "\(mark.id)", "error": "\(error)"])
            response = Problem(RPCFault.internal).response(instance: head.path, requestID: mark.id)
        }
        if response.preset == nil { ResponseHeaders.secureAPI(&response, isSecure: head.isSecure) }
        if !rules.cors.isOff, case .goOn(let fields) = crossOrigin(head, rules.cors) {
            response.headers.add(contentsOf: fields)
        }
        budgets.write(to: &response.headers)
        response.headers.add(name: "X-Request-Id", value: mark.id)
        record(head, response, mark, label, user, since: started)
        return response
    }

    private nonisolated(nonsending) func answer(
        _ request: HTTPRequest, _ mark: RequestMark, _ rules: EdgeRules, _ budgets: inout RateLimitOutcome,
        _ label: inout String, _ user: inout RPCIdentity?
    ) async throws -> HTTPResponse {
        let head = request.head
        let address = LimitKey(address: head.remoteAddress)
        let area = head.pathSegments.first
        let isAPI = (area == "api" && head.path != Pages.docs) || area == ".well-known"
        if isAPI { label = "unmatched" }
        await limits.take([.init(limiter: limits.address, key: address)], &budgets)
        if let seconds = budgets.retryAfterSeconds { throw Problem.tooManyRequests(seconds) }

        guard rules.hosts.accepts(head.host, isSecure: head.isSecure) else {
            throw Problem(.misdirectedRequest, "misdirected_request", "This server does not answer for that host.")
        }
        guard isAPI else { return try pages.response(to: head, isSecure: head.isSecure) }
        if !rules.cors.isOff, case .preflight(let response) = crossOrigin(head, rules.cors) { return response }
        switch router.match(head.method, head.pathSegments) {
        case .none: throw Problem(.notFound, "not_found", "There is no such resource.")
        case .otherMethods(let methods):
            let allow = (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", ")
            if head.method == "OPTIONS" { return HTTPResponse(status: .noContent, headers: ["Allow": allow]) }
            throw Problem(.methodNotAllowed, "method_not_allowed", "Use \(allow).", headers: ["Allow": allow])
        case .found(let served, let ids):
            label = served.label
            let caller = try await admit(served, request, address, &budgets)
            user = caller?.identity
            var response = try await serve(served, ids, caller, request, mark)
            if served.route.endsWebSession { response.headers.add(name: "Set-Cookie", value: WebSessionCookie.cleared) }
            return response
        }
    }

    /// Pages are for our own origin only.
    private func crossOrigin(_ head: HTTPHead, _ cors: CORS) -> CORS.Decision {
        guard ["api", ".well-known"].contains(head.pathSegments.first) else { return .goOn([:]) }
        return cors.decide(head, methods: methods(head.pathSegments))
    }

    private func methods(_ segments: [String]) -> [HTTPMethod] {
        // No route is OPTIONS, so the others are all.
        if case .otherMethods(let methods) = router.match("OPTIONS", segments) { methods } else { [] }
    }

    /// Who it is, whether he may, and whether the budgets allow.
    private nonisolated(nonsending) func admit(
        _ served: ServedRoute, _ request: HTTPRequest, _ address: LimitKey, _ budgets: inout RateLimitOutcome
    ) async throws -> Caller? {
        let head = request.head
        let caller = try await caller(served, head)
        if served.route.access != .anyone {
            guard let caller else { throw Problem.unauthenticated("Sign in first.", error: nil) }
            try caller.require(served.route.access)
        }
        if caller?.kind == .webSession { try CrossSite.check(head, isSecure: head.isSecure) }
        let narrow = limits.narrow(
            served.route.limit, served.route.method, user: caller?.identity.subject, address: address,
            body: request.body, device: served.route.knowsDevices ? DeviceCookie.shown(head.headers) : nil)
        await limits.take(narrow, &budgets)
        if let seconds = budgets.retryAfterSeconds { throw Problem.tooManyRequests(seconds) }
        return caller
    }

    /// Nil when nobody is signed in, as far as this route cares.
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
            ended.headers.add(name: "Set-Cookie", value: WebSessionCookie.cleared)
            throw ended
        }
    }

    private nonisolated(nonsending) func serve(
        _ served: ServedRoute, _ ids: [String], _ caller: Caller?, _ request: HTTPRequest, _ mark: RequestMark
    ) async throws -> HTTPResponse {
        switch served.route.target {
        case .openAPI:
            return HTTPResponse(status: .ok, headers: ["Content-Type": "application/json"], body: openAPI)
        case .keySet:
            let keys = JSONWebKeySet(keys: authenticator.feed.snapshot.keys)
            return HTTPResponse(
                status: .ok, headers: ["Content-Type": "application/json", "Cache-Control": "public, max-age=60"],
                body: ByteBuffer(bytes: try StrictJSON.encode(keys)))
        case .events:
            guard let caller, let credential = try Credential(request.head.headers) else { throw RPCFault.internal }
            let context = RPCContext(
                peer: Peer.gateway, identity: caller.identity, trace: mark.trace, requestID: mark.id,
                clientAddress: request.head.remoteAddress, deadline: .distantFuture)
            let last = EventText.sequence(request.head.headers.first(name: "last-event-id"))
            return try events.response(context, credential, after: last, until: caller.expiry)
        case .openWebSession:
            guard let auth = upstreams[Peer.auth] else { throw RPCFault.internal }
            try CrossSite.checkSignIn(request.head, isSecure: request.head.isSecure)
            let call = try CallBuilder.call(served, ids, nil, request, mark)
            let reply = try await auth.send(
                AuthMethods.openWebSession.entry, body: try WebSessionCookie.signIn(call.body, request.head.headers),
                timeout: served.route.deadline, context: call.context)
            return try WebSessionCookie.response(reply, device: DeviceCookie.shown(request.head.headers))
        case .startOpenID: return try await startOpenID(served, request, mark)
        case .finishOpenID: return await finishOpenID(served, request, mark)
        case .call(let peer, let method):
            guard let upstream = upstreams[peer] else { throw RPCFault.internal }
            let call = try CallBuilder.call(served, ids, identity(caller, for: served), request, mark)
            do {
                let reply = try await upstream.send(
                    method, body: call.body, timeout: served.route.deadline, context: call.context)
                return CallBuilder.response(served, reply, head: request.head)
            } catch let fault as RPCFault
                where method.id == HealthMethods.current.entry.id && fault.status == .unavailable
            {
                // The state of the services is a question that must have an answer even when nobody can look.
                return try CallBuilder.unknownHealth()
            }
        }
    }

    /// What the service is told: behind an open route, a token that lacks the scope for more counts as nobody.
    private func identity(_ caller: Caller?, for served: ServedRoute) -> RPCIdentity? {
        served.route.access == .anyone && caller?.scopes != nil ? nil : caller?.identity
    }

    private func record(
        _ head: HTTPHead, _ response: HTTPResponse, _ mark: RequestMark, _ label: String, _ user: RPCIdentity?,
        since started: NIODeadline
    ) {
        let elapsed = NIODeadline.now() - started
        timers.record(label, response.status.code, elapsed)
        accessLog?.write(
            AccessLine(
                time: .now, head: head, client: head.remoteAddress, route: label, status: response.status.code,
                micros: elapsed.nanoseconds / 1000, bytes: response.body?.readableBytes ?? 0,
                user: user?.subject.text, requestID: mark.id, traceID: mark.trace.traceID))
    }
}

extension Problem {
    static func tooManyRequests(_ seconds: Int64) -> Problem {
        Problem(.tooManyRequests, "rate_limited", "Too many requests; try again in \(seconds) s.")
    }
}
