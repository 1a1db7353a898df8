import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// What a connection to the port fails with; nil when it is made.
private func failure(
    port: Int, peer: String = "deals", limit: TimeAmount = .seconds(60)
) async throws -> RPCConnectionError? {
    let configuration = RPCClient.Configuration(
        host: "127.0.0.1", port: port, peer: peer, service: "operator", security: .secret(try #require(Loopback.secret))
    )
    do {
        try await configuration.checkConnection(on: MultiThreadedEventLoopGroup.singleton.next(), within: limit)
        return nil
    } catch {
        return try #require(error as? RPCConnectionError)
    }
}

/// Somebody who listens, says the words to everyone, and else nothing.
private func withStranger(saying words: String, _ body: (Int) async throws -> Void) async throws {
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                if !words.isEmpty { channel.writeAndFlush(ByteBuffer(string: words), promise: nil) }
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        try await body(try #require(listener.localAddress?.port))
    } catch {
        try await listener.close()
        throw error
    }
    try await listener.close()
}

@Test func checkedConnectionToAServerIsMadeAndGone() async throws {
    try await Loopback.with(RPCRouter(), mayConnect: false) { loopback in
        let port = try #require(loopback.server.localPort)
        #expect(try await failure(port: port) == nil)
        #expect(try await failure(port: port) == nil)
    }
}

@Test func checkTellsAnotherSecretAndAnotherServiceApart() async throws {
    let other = HandshakeSecret(Array(repeating: 8, count: 32))
    try await Loopback.with(RPCRouter(), serverSecret: other, mayConnect: false) { loopback in
        let port = try #require(loopback.server.localPort)
        #expect(try await failure(port: port) == .wrongSecret)
        #expect(try await failure(port: port, peer: "audit") == .otherPeer("deals"))
    }
}

@Test func checkOfAPortWhereNobodyListensTellsTheSystemsWords() async throws {
    let taken = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(taken.localAddress?.port)
    try await taken.close()
    #expect(try await failure(port: port) == .unreachable("connection refused"))
}

@Test func checkOfAWebServerTellsThatItSpeaksAnotherProtocol() async throws {
    try await withStranger(saying: "HTTP/1.1 400 Bad Request\r\n\r\n") { port in
        let found = try await failure(port: port)
        #expect(found == .otherProtocol)
    }
}

@Test func checkOfASilentServerEndsInTime() async throws {
    try await withStranger(saying: "") { port in
        let found = try await failure(port: port, limit: .milliseconds(100))
        #expect(found == .timedOut)
    }
}
