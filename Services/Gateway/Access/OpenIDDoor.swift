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
    /// On to the provider.
    static func started(_ reply: RPCReply, now: Instant = .now) throws -> HTTPResponse {
        let started = try StrictJSON.decode(OpenIDStarted.self, from: Data(reply.body.readableBytesView))
        let seconds = max(0, started.expiresAt.seconds(since: now))
        return HTTPResponse(
            status: .found,
            headers: [
                "Location": started.location,
                "Set-Cookie": Cookie.openID.set(started.secret, seconds: seconds),
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
                "Set-Cookie": WebSessionDoor.cookie(finished.session, now: now),
            ], body: ByteBuffer(string: page))
        response.headers.add(name: "Set-Cookie", value: Cookie.openID.cleared)
        ResponseHeaders.securePage(&response, isSecure: isSecure)
        return response
    }

    /// Back to the start page, which says why. What is under way in this browser may still end well when the answer was
    /// not meant for it.
    static func failed(_ error: any Error) -> HTTPResponse {
        let failure = (error as? RPCFault).flatMap { OpenIDFailure(rawValue: $0.code) } ?? .unavailable
        var response = HTTPResponse(
            status: .seeOther, headers: ["Location": "/?signin=failed&code=\(failure.rawValue)"])
        if failure != .expired { response.headers.add(name: "Set-Cookie", value: Cookie.openID.cleared) }
        return response
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
    nonisolated(nonsending) func startOpenID(_ routed: RoutedRequest) async throws -> HTTPResponse {
        let call = try ServiceCall(routed, nil)
        do {
            return try OpenIDDoor.started(try await upstreams.auth.send(AuthMethods.startOpenID.entry, call))
        } catch {
            if let fault = error as? RPCFault, fault.status == .invalidArgument { throw fault }
            return failed(error, routed.mark)
        }
    }

    nonisolated(nonsending) func finishOpenID(_ routed: RoutedRequest) async -> HTTPResponse {
        do {
            var call = try ServiceCall(routed, nil)
            var callback = try StrictJSON.decode(OpenIDCallback.self, from: Data(call.body.readableBytesView))
            callback.secret = Cookie.openID.value(in: routed.head.headers).map { String($0) }
            call.body = ByteBuffer(bytes: try StrictJSON.encode(callback))
            let reply = try await upstreams.auth.send(AuthMethods.finishOpenID.entry, call)
            return try OpenIDDoor.finished(reply, isSecure: routed.head.isSecure)
        } catch {
            return failed(error, routed.mark)
        }
    }

    private func failed(_ error: any Error, _ mark: RequestMark) -> HTTPResponse {
        if !(error is RPCFault) {
            logger.error("request failed", metadata: ["request.id": "\(mark.id)", "error": "\(error)"])
        }
        return OpenIDDoor.failed(error)
    }
}
