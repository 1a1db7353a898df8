import Contracts
import Crypto
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import RPC
import Testing
import Tokens

@testable import gateway

/// What a sign-in tells auth beside its body.
struct SignInCallTests {
    private let signIn = ByteBuffer(string: #"{"email":"ada@bank.example","password":"seventeen quiet rivers"}"#)
    private let secret = Base64URL.encode(Data(repeating: 7, count: 32))

    private func context(_ method: HTTPMethod, _ path: String, _ userAgent: String) throws -> RPCContext {
        let segments = path.split(separator: "/").map(String.init)
        guard case .found(let served, let ids) = try Router(RouteTable.all).match(method.rawValue, segments) else {
            throw Problem(.notFound, "not_found", "no route")
        }
        let head = HTTPHead(
            method: method.rawValue, target: path, path: path, pathSegments: segments,
            headers: ["User-Agent": userAgent, "Content-Type": "application/json"], host: "a",
            remoteAddress: "192.0.2.1")
        let request = HTTPRequest(
            head: head, body: signIn, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
        return try CallBuilder.call(served, ids, nil, request, RequestMark(head)).context
    }

    private func passedOn(_ headers: HTTPHeaders) throws -> WebSignIn {
        let body = try WebSessionCookie.signIn(signIn, headers)
        return try StrictJSON.decode(WebSignIn.self, from: Data(body.readableBytesView))
    }

    @Test(arguments: ["/api/auth/login", "/api/session", "/api/auth/password/reset"])
    func userAgentTravelsWhereOneSignsIn(_ path: String) throws {
        #expect(try context(.POST, path, "curl/8.5.0").userAgent == "curl/8.5.0")
        let long = try context(.POST, path, String(repeating: "\u{1F600}\u{301}", count: 1000)).userAgent
        #expect(long?.unicodeScalars.count == CallBuilder.userAgentScalarsMax)
    }

    @Test(arguments: [(HTTPMethod.GET, "/api/users/me"), (.POST, "/api/deals"), (.POST, "/api/auth/refresh")])
    func userAgentTravelsNowhereElse(_ method: HTTPMethod, _ path: String) throws {
        #expect(try context(method, path, "curl/8.5.0").userAgent == nil)
    }

    @Test func digestOfTheOldCookieGoesWithTheSignIn() throws {
        let input = try passedOn(["Cookie": "\(Credential.cookieName)=\(secret)"])
        #expect(input.signIn.email == "ada@bank.example")
        #expect(input.signIn.password == "seventeen quiet rivers")
        #expect(input.replaces == Base64URL.encode(SHA256.hash(data: Data(secret.utf8))))
    }

    @Test func otherCredentialsAndNoneGoNowhere() throws {
        #expect(try passedOn([:]).replaces == nil)
        #expect(try passedOn(["Cookie": "other=\(secret)"]).replaces == nil)
        #expect(try passedOn(["Cookie": "\(Credential.cookieName)=x"]).replaces == nil)
        #expect(try passedOn(["Authorization": "Bearer \(secret)"]).replaces == nil)
        #expect(try passedOn(["Authorization": "Basic eDp5"]).replaces == nil)
    }

    @Test func publicBodyHasNoSuchMember() throws {
        let body = ByteBuffer(string: #"{"email":"a@b.c","password":"x","replaces":"\#(secret)"}"#)
        let fault = #expect(throws: RPCFault.self) { try WebSessionCookie.signIn(body, [:]) }
        #expect(fault?.errors.map(\.field) == ["replaces"])
        let broken = #expect(throws: RPCFault.self) { try WebSessionCookie.signIn(ByteBuffer(string: "{"), [:]) }
        #expect(broken?.code == "json_invalid")
    }
}
