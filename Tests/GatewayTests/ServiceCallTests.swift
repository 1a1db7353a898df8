import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import RPC
import Testing

@testable import gateway

/// What travels beside a body.
struct ServiceCallTests {
    private let signIn = ByteBuffer(string: #"{"email":"ada@bank.example","password":"seventeen quiet rivers"}"#)

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
        let routed = RoutedRequest(request: request, mark: RequestMark(head), served: served, ids: ids)
        return try ServiceCall(routed, nil).context
    }

    @Test(arguments: ["/api/auth/login", "/api/session", "/api/auth/password/reset"])
    func userAgentTravelsWhereOneSignsIn(_ path: String) throws {
        #expect(try context(.POST, path, "curl/8.5.0").userAgent == "curl/8.5.0")
        let long = try context(.POST, path, String(repeating: "\u{1F600}\u{301}", count: 1000)).userAgent
        #expect(long?.unicodeScalars.count == ServiceCall.userAgentScalarsMax)
    }

    @Test(arguments: [(HTTPMethod.GET, "/api/users/me"), (.POST, "/api/deals"), (.POST, "/api/auth/refresh")])
    func userAgentTravelsNowhereElse(_ method: HTTPMethod, _ path: String) throws {
        #expect(try context(method, path, "curl/8.5.0").userAgent == nil)
    }
}
