import Contracts
import Foundation
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
        case .mondayPage: return try await mondayPage(routed, caller)
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

    /// HTML that the service wrote; as our own pages it may take its style sheet, and nothing else, from here.
    private nonisolated(nonsending) func mondayPage(
        _ routed: RoutedRequest, _ caller: Caller?
    ) async throws -> HTTPResponse {
        let call = try ServiceCall(routed, identity(caller, for: routed.served))
        let reply = try await upstreams.deals.send(DealMethods.monday.entry, call)
        let page = try JSONDecoder().decode(MondayPage.self, from: Data(reply.body.readableBytesView))
        var response = HTTPResponse(
            status: .ok, headers: ["Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"],
            body: ByteBuffer(string: page.html))
        ResponseHeaders.securePage(&response, isSecure: routed.head.isSecure)
        return response
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
