import Contracts
import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import RPC

/// The two ends of a sign-in with the company's provider, as browsers meet them. A browser is never shown a problem
/// document there: it is led to the start page, with one of few codes.
enum OpenIDDoor {
    /// The provider's redirect is a navigation from another site, on which a `SameSite=Strict` cookie would not come along.
    /// `Lax` ones do, and this one is worth nothing by itself.
    static let cookieName = "__Host-ibp-oidc"
    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax"
    private static let cleared = "\(cookieName)=; \(attributes); Max-Age=0"

    /// On to the provider.
    static func started(_ reply: RPCReply, now: Instant = .now) throws -> HTTPResponse {
        let started = try StrictJSON.decode(OpenIDStarted.self, from: Data(reply.body.readableBytesView))
        let seconds = max(0, started.expiresAt.seconds(since: now))
        return HTTPResponse(
            status: .found,
            headers: [
                "Location": started.location,
                "Set-Cookie": "\(cookieName)=\(started.secret); \(attributes); Max-Age=\(seconds)",
            ])
    }

    /// Back from the provider, signed in.
    ///
    /// A page that goes on by itself, and not a redirect: browsers hold the whole chain of redirects against a cookie, so
    /// on the way from the provider's page through us to the app the new `SameSite=Strict` cookie would not be sent, and
    /// the app would meet somebody who is not signed in (RFC 6265bis section 5.2). The page is of this site, and so is what
    /// it leads to. It needs no script. `sandbox`, which answers of the API carry, would stop it: it goes out as a page.
    static func finished(_ reply: RPCReply, isSecure: Bool, now: Instant = .now) throws -> HTTPResponse {
        let finished = try StrictJSON.decode(OpenIDSignedIn.self, from: Data(reply.body.readableBytesView))
        let path = escaped(finished.returnTo)
        let page = """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Signed in</title><meta http-equiv="refresh" content="0;url=\(path)"></head>
            <body><p>You are signed in. <a href="\(path)">Go on</a></p></body>
            </html>

            """
        var response = HTTPResponse(
            status: .ok,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Set-Cookie": WebSessionCookie.set(finished.session, now: now),
            ], body: ByteBuffer(string: page))
        response.headers.add(name: "Set-Cookie", value: cleared)
        ResponseHeaders.securePage(&response, isSecure: isSecure)
        return response
    }

    /// Back to the start page, which says why. What is under way in this browser may still end well when the answer was
    /// not meant for it.
    static func failed(_ error: any Error) -> HTTPResponse {
        let failure = (error as? RPCFault).flatMap { OpenIDFailure(rawValue: $0.code) } ?? .unavailable
        var response = HTTPResponse(
            status: .seeOther, headers: ["Location": "/?signin=failed&code=\(failure.rawValue)"])
        if failure != .expired { response.headers.add(name: "Set-Cookie", value: cleared) }
        return response
    }

    /// The browser's secret; nil when there is none, or more than one.
    static func secret(_ headers: HTTPHeaders) -> String? {
        let pairs = headers["cookie"].flatMap { field in
            field.split(separator: ";").map { pair in pair.drop { $0 == " " } }
        }
        let found = pairs.filter { $0.hasPrefix("\(cookieName)=") }.map { String($0.dropFirst(cookieName.count + 1)) }
        return found.count == 1 ? found.first : nil
    }

    /// For an attribute's value.
    private static func escaped(_ text: String) -> String {
        [("&", "&amp;"), ("\"", "&quot;"), ("'", "&#39;"), ("<", "&lt;"), (">", "&gt;")].reduce(text) {
            $0.replacing($1.0, with: $1.1)
        }
    }
}

extension GatewayHandler {
    /// - Throws: `RPCFault` for a request that is wrong by itself.
    nonisolated(nonsending) func startOpenID(
        _ served: ServedRoute, _ request: HTTPRequest, _ mark: RequestMark
    ) async throws -> HTTPResponse {
        let call = try CallBuilder.call(served, [], nil, request, mark)
        do { return try OpenIDDoor.started(try await send(AuthMethods.startOpenID.entry, call, served)) } catch {
            if let fault = error as? RPCFault, fault.status == .invalidArgument { throw fault }
            return failed(error, mark)
        }
    }

    nonisolated(nonsending) func finishOpenID(
        _ served: ServedRoute, _ request: HTTPRequest, _ mark: RequestMark
    ) async -> HTTPResponse {
        do {
            var call = try CallBuilder.call(served, [], nil, request, mark)
            var callback = try StrictJSON.decode(OpenIDCallback.self, from: Data(call.body.readableBytesView))
            callback.secret = OpenIDDoor.secret(request.head.headers)
            call.body = ByteBuffer(bytes: try StrictJSON.encode(callback))
            let reply = try await send(AuthMethods.finishOpenID.entry, call, served)
            return try OpenIDDoor.finished(reply, isSecure: request.head.isSecure)
        } catch {
            return failed(error, mark)
        }
    }

    private func failed(_ error: any Error, _ mark: RequestMark) -> HTTPResponse {
        if !(error is RPCFault) {
            logger.error("request failed", metadata: ["request.id": "\(mark.id)", "error": "\(error)"])
        }
        return OpenIDDoor.failed(error)
    }

    private nonisolated(nonsending) func send(
        _ method: RPCMethodEntry, _ call: (body: ByteBuffer, context: RPCContext), _ served: ServedRoute
    ) async throws -> RPCReply {
        guard let auth = upstreams[Peer.auth] else { throw RPCFault.internal }
        return try await auth.send(method, body: call.body, timeout: served.route.deadline, context: call.context)
    }
}
