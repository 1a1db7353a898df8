import Contracts
import Crypto
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Tokens

/// A browser's sign-in: its session stands behind a cookie (OWASP session management cheat sheet), and by another one auth
/// knows the browser again, which lets nobody in but spares its owner the waits for other people's failed sign-ins.
enum WebSessionDoor {
    /// As long as auth knows a device that is not used. Its cookie outlives the session and the sign-out.
    private static let deviceSeconds: Int64 = 180 * 86_400

    /// A sign-in's body with the digests of what the browser shows: of its session until now, which must end because the new
    /// cookie overwrites it, and of its device. A credential that cannot be understood does not keep anybody from signing in.
    static func signIn(_ body: ByteBuffer, _ headers: HTTPHeaders) throws -> ByteBuffer {
        let input = try StrictJSON.decode(SignIn.self, from: Data(body.readableBytesView))
        var replaced: String?
        if let credential = try? Credential(headers), let (kind, digest) = credential.opaque, kind == .webSession {
            replaced = Base64URL.encode(digest)
        }
        let device = Cookie.device.secret(in: headers).map { Base64URL.encode(SHA256.hash(data: Data($0.utf8))) }
        return ByteBuffer(bytes: try StrictJSON.encode(WebSignIn(input, replaces: replaced, device: device)))
    }

    /// The answer to a sign-in: the secrets go into the cookies and nowhere else.
    /// - Parameter device: what the browser showed; it stands for longer now, unless auth gives it a new one.
    static func signedIn(_ reply: RPCReply, device: Substring?, now: Instant = .now) throws -> HTTPResponse {
        let session = try StrictJSON.decode(WebSession.self, from: Data(reply.body.readableBytesView))
        var response = try HTTPResponse.json(
            WebSignedIn(user: session.user, expiresAt: session.expiresAt), status: .created)
        response.headers.add(name: "Set-Cookie", value: cookie(session, now: now))
        if let device = session.device.map({ $0[...] }) ?? device {
            response.headers.add(name: "Set-Cookie", value: Cookie.device.set(device, seconds: deviceSeconds))
        }
        return response
    }

    /// What `Set-Cookie` says to sign a browser in.
    static func cookie(_ session: WebSession, now: Instant) -> String {
        Cookie.session.set(session.secret, seconds: max(0, session.expiresAt.seconds(since: now)))
    }
}

extension GatewayHandler {
    nonisolated(nonsending) func openWebSession(_ routed: RoutedRequest) async throws -> HTTPResponse {
        let head = routed.head
        try CrossSite.checkSignIn(head)
        var call = try ServiceCall(routed, nil)
        call.body = try WebSessionDoor.signIn(call.body, head.headers)
        let reply = try await upstreams.auth.send(AuthMethods.openWebSession.entry, call)
        return try WebSessionDoor.signedIn(reply, device: Cookie.device.secret(in: head.headers))
    }
}
