import Foundation
import NIOCore
import Testing

@testable import RPC

private struct Place: Codable, Sendable { var offset: Int }
private struct Echo: Codable, Sendable, Equatable { var offset: Int, bytes: [UInt8] }
private let method = RPCMethod<Place, Echo>(0x7001, "test.bytes", callers: ["a"])

private func answer(_ body: ByteBuffer) async throws -> Echo {
    var router = RPCRouter()
    router.on(method, bytes: { place, bytes, _ in Echo(offset: place.offset, bytes: Array(bytes.readableBytesView)) })
    let reply = try await router.dispatch(method.entry, body: body, context: RPCContext(peer: "a"))
    return try JSONDecoder().decode(Echo.self, from: Data(reply.body.readableBytesView))
}

@Test(arguments: [[], [0], [0, 255, 13, 10]] as [[UInt8]])
func bytesTravelBesideTheInput(_ bytes: [UInt8]) async throws {
    let body = BytesInput.joined(Array(#"{"offset":7}"#.utf8), ByteBuffer(bytes: bytes))
    #expect(try await answer(body) == Echo(offset: 7, bytes: bytes))
}

@Test(arguments: [[], [0, 0, 0], [0, 0, 0, 9, 123, 125], [255, 255, 255, 255]] as [[UInt8]])
func whatIsCutShortIsRefused(_ body: [UInt8]) async {
    let fault = await #expect(throws: RPCFault.self) { try await answer(ByteBuffer(bytes: body)) }
    #expect(fault?.code == "json_invalid")
}

@Test func theInputBesideBytesIsReadStrictly() async {
    let body = BytesInput.joined(Array(#"{"offset":7,"more":1}"#.utf8), ByteBuffer(string: "x"))
    let fault = await #expect(throws: RPCFault.self) { try await answer(body) }
    #expect(fault?.errors.map(\.code) == ["unknown_field"])
}
