import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import RPC
import Testing

@testable import gateway

@Test(arguments: [
    ("paper.pdf", #"attachment; filename="paper.pdf"; filename*=UTF-8''paper.pdf"#),
    (
        "Entwurf – final.pdf",
        #"attachment; filename="Entwurf _ final.pdf"; filename*=UTF-8''Entwurf%20%E2%80%93%20final.pdf"#
    ),
    (#"a"b\c;d%e.txt"#, #"attachment; filename="a_b_c_d_e.txt"; filename*=UTF-8''a%22b%5Cc%3Bd%25e.txt"#),
    (
        "x\r\nSet-Cookie: a=b",
        "attachment; filename=\"x__Set-Cookie: a=b\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a%3Db"
    ),
])
func filesKeepTheirNames(_ name: String, _ field: String) { #expect(ContentDisposition.attachment(name) == field) }

@Test(arguments: [
    ("application/pdf", "application/pdf"), ("image/png", "image/png"), ("text/plain", "text/plain"),
    ("text/html", "application/octet-stream"), ("application/xhtml+xml", "application/octet-stream"),
    ("image/svg+xml", "application/octet-stream"), ("text/xml", "application/octet-stream"),
    ("text/javascript", "application/octet-stream"), ("application/ecmascript", "application/octet-stream"),
])
func whatABrowserWouldRunGoesOutAsBytes(_ registered: String, _ delivered: String) {
    #expect(DeliveredType.of(registered) == delivered)
}

private func chunk(
    _ body: String, type: String = "application/octet-stream", query: String? = "offset=7"
) throws -> ByteBuffer {
    let path = "/api/deals/1/documents/2/content"
    let head = HTTPHead(
        method: "PUT", target: path, path: path, pathSegments: path.split(separator: "/").map(String.init),
        query: query, headers: ["Content-Type": type], host: "bank.test", remoteAddress: "203.0.113.7", hasBody: true)
    guard case .found(let served, let ids) = try Router(RouteTable.all).match("PUT", head.pathSegments) else {
        throw RPCFault.notFound("route")
    }
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let request = HTTPRequest(head: head, body: ByteBuffer(string: body), eventLoop: loop)
    let routed = RoutedRequest(request: request, mark: RequestMark(head), served: served, ids: ids)
    let call = try ServiceCall(routed, nil)
    #expect(call.context.resource == ["1", "2"])
    return call.body
}

@Test func aChunkTravelsAsItIsBesideItsOffset() throws {
    #expect(
        try chunk("\u{0}raw") == BytesInput.joined(Array(#"{"offset":7}"#.utf8), ByteBuffer(string: "\u{0}raw")))
    #expect(try chunk("x", query: nil) == BytesInput.joined(Array("{}".utf8), ByteBuffer(string: "x")))
}

@Test func aChunkIsDeclaredAndNotEmpty() {
    #expect(throws: Problem.self) { try chunk("{}", type: "application/json") }
    #expect(throws: Problem.self) { try chunk("") }
    #expect(throws: RPCFault.self) { try chunk("x", query: "offset=x") }
    #expect(throws: RPCFault.self) { try chunk("x", query: "place=1") }
}
