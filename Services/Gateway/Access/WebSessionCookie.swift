import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Tokens

/// The cookie behind which a browser's session stands: out of reach of scripts, other sites and plain connections
/// (OWASP session management cheat sheet).
enum WebSessionCookie {
    private static let attributes = "Path=/; Secure; HttpOnly; SameSite=Strict"

    static let cleared = "\(Credential.cookieName)=; \(attributes); Max-Age=0"

    static func set(_ session: WebSession, now: Instant) -> String {
        let seconds = max(0, session.expiresAt.seconds(since: now))
        return "\(Credential.cookieName)=\(session.secret); \(attributes); Max-Age=\(seconds)"
    }

    /// A sign-in's body with the digests of what the browser shows: of its session until now, which must end because the new
    /// cookie overwrites it, and of its device. A credential that cannot be understood does not keep anybody from signing in.
    static func signIn(_ body: ByteBuffer, _ headers: HTTPHeaders) throws -> ByteBuffer {
        let input = try StrictJSON.decode(SignIn.self, from: Data(body.readableBytesView))
        var replaced: String?
        if let credential = try? Credential(headers), let (kind, digest) = credential.opaque, kind == .webSession {
            replaced = Base64URL.encode(digest)
        }
        let signIn = WebSignIn(input, replaces: replaced, device: DeviceCookie.digest(headers))
        return ByteBuffer(bytes: try StrictJSON.encode(signIn))
    }

    /// The answer to a sign-in: the secrets go into the cookies and nowhere else.
    /// - Parameter device: what the browser showed; it stands for longer now, unless auth gives it a new one.
    static func response(_ reply: RPCReply, device: Substring?, now: Instant = .now) throws -> HTTPResponse {
        let session = try StrictJSON.decode(WebSession.self, from: Data(reply.body.readableBytesView))
        let body = WebSignedIn(user: session.user, expiresAt: session.expiresAt)
        var headers: HTTPHeaders = ["Content-Type": "application/json", "Set-Cookie": set(session, now: now)]
        if let device = session.device.map({ $0[...] }) ?? device {
            headers.add(name: "Set-Cookie", value: DeviceCookie.set(device))
        }
        return HTTPResponse(
            status: .created, headers: headers, body: ByteBuffer(bytes: try StrictJSON.encode(body)))
    }
}
