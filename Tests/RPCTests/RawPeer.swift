import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// A peer that speaks frames by hand, to say what no client of ours would.
struct RawPeer: Sendable {
    private let channel: any Channel
    private let bytes: NIOLockedValueBox<ByteBuffer>

    static func connect(to port: Int) async throws -> RawPeer {
        let bytes = NIOLockedValueBox(ByteBuffer())
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(bytes))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return RawPeer(channel: channel, bytes: bytes)
    }

    /// A write fails when the server has closed already; then what it said tells why.
    func send(_ bytes: ByteBuffer) async { try? await channel.writeAndFlush(bytes) }

    func send(_ frames: Frame...) async {
        var bytes = ByteBuffer()
        for frame in frames { bytes.writeFrame(frame, checksummed: true) }
        await send(bytes)
    }

    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func readByItself() async throws { try await channel.setOption(.autoRead, value: true).get() }

    /// What has come so far.
    func frames() throws -> [Frame] {
        var rest = bytes.withLockedValue(\.self)
        var decoder = FrameDecoder()
        var frames: [Frame] = []
        while let frame = try decoder.decode(buffer: &rest) { frames.append(frame) }
        return frames
    }

    /// Waits for the server to say something of this kind.
    func frame(_ kind: Frame.Kind) async throws -> Frame {
        #expect(await eventually { (try? frames().contains { $0.kind == kind }) ?? true }, "no \(kind) came")
        return try #require(try frames().first { $0.kind == kind })
    }

    /// All that came until the connection ended.
    func everything() async throws -> [Frame] {
        try await channel.closeFuture.get()
        return try frames()
    }

    func close() async { try? await channel.close() }

    /// Greets as a client does and returns the names that both sides' proofs are about, and the server's proof.
    func greet(as name: String = "gateway", limits: RPCLimits = .default) async throws -> (HandshakeNames, proof: Data?)
    {
        var hello = Hello(service: name, limits: limits)
        let nonce = HandshakeNames.nonce()
        hello.nonce = nonce
        await send(try hello.frame(.hello))
        let answer = try Hello(try await frame(.helloAck))
        let names = HandshakeNames(
            clientNonce: nonce, serverNonce: try #require(answer.nonce), client: name, server: answer.service)
        return (names, answer.proof)
    }

    func prove(_ proof: Data?, as name: String = "gateway", limits: RPCLimits = .default) async throws {
        var hello = Hello(service: name, limits: limits)
        hello.proof = proof
        await send(try hello.frame(.hello))
    }

    /// Is let in.
    func enter(limits: RPCLimits = .default) async throws {
        let (names, _) = try await greet(limits: limits)
        try await prove(try #require(Loopback.secret).proof(of: .client, names), limits: limits)
    }

    private final class Reader: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        private let bytes: NIOLockedValueBox<ByteBuffer>

        init(_ bytes: NIOLockedValueBox<ByteBuffer>) { self.bytes = bytes }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var part = unwrapInboundIn(data)
            bytes.withLockedValue { _ = $0.writeBuffer(&part) }
        }
    }
}
