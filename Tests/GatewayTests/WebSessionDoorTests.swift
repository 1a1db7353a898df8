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

private let signIn = ByteBuffer(string: #"{"email":"ada@bank.example","password":"seventeen quiet rivers"}"#)

private func reply(device: String?) throws -> RPCReply {
    let session = WebSession(secret: "session", expiresAt: .now, user: user, device: device)
    return RPCReply(body: ByteBuffer(bytes: try StrictJSON.encode(session)))
}

@Test func authIsToldTheDigestOnly() throws {
    let body = ByteBuffer(string: #"{"email":"ann@example.com","password":"x"}"#)
    let sent = try WebSessionDoor.signIn(body, ["Cookie": "__Host-ibp-device=\(secret)"])
    let input = try StrictJSON.decode(WebSignIn.self, from: Data(sent.readableBytesView))
    #expect(input.device == Base64URL.encode(SHA256.hash(data: Data(secret.utf8))))
    #expect(input.signIn.email == "ann@example.com")
    #expect(!String(buffer: sent).contains(secret))
    let unknown = try WebSessionDoor.signIn(body, [:])
    #expect(String(buffer: unknown) == #"{"signIn":{"email":"ann@example.com","password":"x"}}"#)
}

@Test func clientsNameNoDeviceThemselves() {
    let body = ByteBuffer(string: #"{"email":"a@b.test","password":"x","device":"y"}"#)
    let fault = #expect(throws: RPCFault.self) { try WebSessionDoor.signIn(body, [:]) }
    #expect(fault?.errors == [FieldFault("device", "unknown_field", "is not a field of this request")])
    #expect(throws: RPCFault.self) { try WebSessionDoor.signIn(ByteBuffer(string: "{"), [:]) }
}

@Test func signInSetsBothCookies() throws {
    let fresh = try WebSessionDoor.signedIn(try reply(device: "fresh"), device: secret[...])
    let lifetime = "Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000"
    #expect(fresh.headers["set-cookie"].last == "__Host-ibp-device=fresh; \(lifetime)")
    #expect(fresh.headers["set-cookie"].count == 2)
    #expect(fresh.headers["set-cookie"].first?.hasPrefix("__Host-ibp=session; ") == true)
    #expect(fresh.body.map { String(buffer: $0) }?.contains("fresh") == false)
    // One that is known goes on for as long again.
    let known = try WebSessionDoor.signedIn(try reply(device: nil), device: secret[...])
    #expect(known.headers["set-cookie"].last == "__Host-ibp-device=\(secret); \(lifetime)")
    let none = try WebSessionDoor.signedIn(try reply(device: nil), device: nil)
    #expect(none.headers["set-cookie"].count == 1)
}

private func passedOn(_ headers: HTTPHeaders) throws -> WebSignIn {
    let body = try WebSessionDoor.signIn(signIn, headers)
    return try StrictJSON.decode(WebSignIn.self, from: Data(body.readableBytesView))
}

@Test func digestOfTheOldCookieGoesWithTheSignIn() throws {
    let input = try passedOn(["Cookie": "\(Cookie.session.name)=\(secret)"])
    #expect(input.signIn.email == "ada@bank.example")
    #expect(input.signIn.password == "seventeen quiet rivers")
    #expect(input.replaces == Base64URL.encode(SHA256.hash(data: Data(secret.utf8))))
}

@Test func otherCredentialsAndNoneGoNowhere() throws {
    #expect(try passedOn([:]).replaces == nil)
    #expect(try passedOn(["Cookie": "other=\(secret)"]).replaces == nil)
    #expect(try passedOn(["Cookie": "\(Cookie.session.name)=x"]).replaces == nil)
    #expect(try passedOn(["Authorization": "Bearer \(secret)"]).replaces == nil)
    #expect(try passedOn(["Authorization": "Basic eDp5"]).replaces == nil)
}

@Test func publicBodyHasNoSuchMember() throws {
    let body = ByteBuffer(string: #"{"email":"a@b.c","password":"x","replaces":"\#(secret)"}"#)
    let fault = #expect(throws: RPCFault.self) { try WebSessionDoor.signIn(body, [:]) }
    #expect(fault?.errors.map(\.field) == ["replaces"])
    let broken = #expect(throws: RPCFault.self) { try WebSessionDoor.signIn(ByteBuffer(string: "{"), [:]) }
    #expect(broken?.code == "json_invalid")
}
