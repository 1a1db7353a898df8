import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

// What each kind of route answers, once it is certain that the caller may. The two ways to sign a browser in are in
// `WebSessionDoor` and `OpenIDDoor`.
extension GatewayHandler {
    nonisolated(nonsending) func serve(_ routed: RoutedRequest, _ caller: Caller?) async throws -> HTTPResponse {
        switch routed.served.route.target {
        case .call(let peer, let method): return try await call(peer, method, routed, caller)
        case .events: return try eventStream(routed, caller)
        case .download:
            let call = try ServiceCall(routed, identity(caller, for: routed.served))
            return try await downloads.response(call.context, to: routed.head)
        case .csv(let file):
            let call = try ServiceCall(routed, identity(caller, for: routed.served))
            return try await downloads.csv(file, call, to: routed.head)
        case .logFile(let file):
            let call = try ServiceCall(routed, identity(caller, for: routed.served))
            return try await logFile(file, call, to: routed)
        case .openWebSession: return try await openWebSession(routed)
        case .startOpenID: return try await startOpenID(routed)
        case .finishOpenID: return await finishOpenID(routed)
        case .keySet:
            let keys = JSONWebKeySet(keys: authenticator.feed.snapshot.keys)
            return try .json(keys, ["Cache-Control": "public, max-age=60"])
        case .openAPI:
            return HTTPResponse(status: .ok, headers: ["Content-Type": "application/json"], body: openAPI)
        }
    }

    private nonisolated(nonsending) func call(
        _ peer: String, _ method: RPCMethodEntry, _ routed: RoutedRequest, _ caller: Caller?
    ) async throws -> HTTPResponse {
        guard let upstream = upstreams[peer] else { throw RPCFault.internal }
        let call = try ServiceCall(routed, identity(caller, for: routed.served))
        do {
            return ServiceAnswer.response(routed, try await upstream.send(method, call))
        } catch let fault as RPCFault
            where method.id == HealthMethods.current.entry.id && fault.status == .unavailable
        {
            // The state of the services is a question that must have an answer even when nobody can look.
            return try ServiceAnswer.unknownHealth()
        }
    }

    /// What the service is told: behind an open route, a token that lacks the scope for more counts as nobody.
    private func identity(_ caller: Caller?, for served: ServedRoute) -> RPCIdentity? {
        served.route.access == .anyone && caller?.scopes != nil ? nil : caller?.identity
    }

    private func eventStream(_ routed: RoutedRequest, _ caller: Caller?) throws -> HTTPResponse {
        let (head, mark) = (routed.head, routed.mark)
        guard let caller, let credential = try Credential(head.headers) else { throw RPCFault.internal }
        let context = RPCContext(
            peer: Peer.gateway, identity: caller.identity, trace: mark.trace, requestID: mark.id,
            clientAddress: head.remoteAddress, deadline: .distantFuture)
        let last = EventText.sequence(head.headers.first(name: "last-event-id"))
        return try events.response(context, credential, after: last, until: caller.expiry)
    }
}
