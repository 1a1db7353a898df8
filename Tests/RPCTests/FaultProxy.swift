import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A TCP proxy on the loopback between a client and a server, that spoils the traffic as its plan says. It goes beside the
/// bytes with a frame decoder, so that a fault can be put before, into or after any frame of a conversation.
final class FaultProxy: Sendable {
    private struct State {
        var listener: (any Channel)?
        var legs: [ObjectIdentifier: any Channel] = [:]
        var targetPort: Int?
    }

    let plan: FaultPlan?
    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(_ plan: FaultPlan?, eventLoop: any EventLoop) {
        self.plan = plan
        self.eventLoop = eventLoop
    }

    /// - Returns: the port that the proxy listens on.
    func start() async throws -> Int {
        let listener = try await ServerBootstrap(group: eventLoop)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { self.accept($0) }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
        return try #require(listener.localAddress?.port)
    }

    /// Connections made from now on lead here.
    func lead(to port: Int) { state.withLock { $0.targetPort = port } }

    /// Connections made from now on end at once.
    func leadNowhere() { state.withLock { $0.targetPort = nil } }

    func stop() async {
        let channels = state.withLock { state in [state.listener].compactMap { $0 } + state.legs.values }
        for channel in channels {
            channel.close(promise: nil)
            try? await channel.closeFuture.get()
        }
    }

    /// The accepted end is read only when this has succeeded; it is closed when it fails.
    private func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        guard let port = state.withLock({ $0.targetPort }) else {
            return client.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port)
            .flatMapThrowing { server in
                let up = FaultPipe(from: client, to: server, .toServer, self.plan)
                let down = FaultPipe(from: server, to: client, .toClient, self.plan)
                try client.pipeline.syncOperations.addHandler(FaultLeg(up))
                try server.pipeline.syncOperations.addHandler(FaultLeg(down))
                self.note(client)
                self.note(server)
                try server.syncOptions?.setOption(.autoRead, value: true)
            }
    }

    private func note(_ leg: any Channel) {
        let id = ObjectIdentifier(leg)
        state.withLock { $0.legs[id] = leg }
        leg.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.legs.removeValue(forKey: id) } }
    }
}

/// One end of a proxied connection.
private final class FaultLeg: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let pipe: FaultPipe

    init(_ pipe: FaultPipe) { self.pipe = pipe }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { pipe.receive(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { pipe.sourceEnded() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
