import Contracts
import Crypto
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Testing
import Tokens

@testable import gateway

private let secret = Base64URL.encode([UInt8](repeating: 5, count: 32))
private let user = User(
    id: UUIDv7.make(), email: "ann@example.com", name: "Ann", role: .banker, status: .active, version: 1,
    createdAt: .now, updatedAt: .now)

private func reply(device: String?) throws -> RPCReply {
    let session = WebSession(secret: "session", expiresAt: .now, user: user, device: device)
    return RPCReply(body: ByteBuffer(bytes: try StrictJSON.encode(session)))
}

@Test func deviceIsFoundBesideTheSession() {
    for fields in [
        [("Cookie", "__Host-ibp-device=\(secret)")], [("Cookie", "__Host-ibp=x; a=b;  __Host-ibp-device=\(secret)")],
        [("Cookie", "__Host-ibp=x"), ("cookie", "__Host-ibp-device=\(secret)")],
    ] {
        #expect(DeviceCookie.shown(HTTPHeaders(fields)) == secret[...], "\(fields)")
    }
}

@Test func whatIsNoDeviceIsNone() {
    for field in [
        "", "__Host-ibp-device=", "__Host-ibp-device=short", "ibp-device=\(secret)", "__Host-ibp=\(secret)",
        "__Host-ibp-device=\(secret); __Host-ibp-device=\(secret)",
    ] {
        #expect(DeviceCookie.shown(["Cookie": field]) == nil, "\(field)")
    }
}

@Test func deviceCookieIsNoSession() throws {
    #expect(try Credential(["Cookie": "__Host-ibp-device=\(secret)"]) == nil)
}

@Test func authIsToldTheDigestOnly() throws {
    let body = ByteBuffer(string: #"{"email":"ann@example.com","password":"x"}"#)
    let sent = try WebSessionCookie.signIn(body, ["Cookie": "__Host-ibp-device=\(secret)"])
    let input = try StrictJSON.decode(WebSignIn.self, from: Data(sent.readableBytesView))
    #expect(input.device == Base64URL.encode(SHA256.hash(data: Data(secret.utf8))))
    #expect(input.signIn.email == "ann@example.com")
    #expect(!String(buffer: sent).contains(secret))
    let unknown = try WebSessionCookie.signIn(body, [:])
    #expect(String(buffer: unknown) == #"{"signIn":{"email":"ann@example.com","password":"x"}}"#)
}

@Test func clientsNameNoDeviceThemselves() {
    let body = ByteBuffer(string: #"{"email":"a@b.test","password":"x","device":"y"}"#)
    let fault = #expect(throws: RPCFault.self) { try WebSessionCookie.signIn(body, [:]) }
    #expect(fault?.errors == [FieldFault("device", "unknown_field", "is not a field of this request")])
    #expect(throws: RPCFault.self) { try WebSessionCookie.signIn(ByteBuffer(string: "{"), [:]) }
}

@Test func signInSetsBothCookies() throws {
    let fresh = try WebSessionCookie.response(try reply(device: "fresh"), device: secret[...])
    let lifetime = "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000"
    #expect(fresh.headers["set-cookie"].last == "__Host-ibp-device=fresh; \(lifetime)")
    #expect(fresh.headers["set-cookie"].count == 2)
    #expect(fresh.headers["set-cookie"].first?.hasPrefix("__Host-ibp=session; ") == true)
    #expect(fresh.body.map { String(buffer: $0) }?.contains("fresh") == false)
    // One that is known goes on for as long again.
    let known = try WebSessionCookie.response(try reply(device: nil), device: secret[...])
    #expect(known.headers["set-cookie"].last == "__Host-ibp-device=\(secret); \(lifetime)")
    let none = try WebSessionCookie.response(try reply(device: nil), device: nil)
    #expect(none.headers["set-cookie"].count == 1)
}
