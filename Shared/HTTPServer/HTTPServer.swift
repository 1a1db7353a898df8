package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 and HTTP/2 server on one address, with or without TLS. Starts once, drains once.
package final class HTTPServer: Sendable {
    private struct Listening {
        var channel: any Channel
        var loops: [ObjectIdentifier: LoopConnections]
    }

    private enum State {
        case new, starting
        case listening(Listening)
        case drained
    }

    private let host: String
    private let port: Int
    private let group: any EventLoopGroup
    private let certificate: ServerCertificate?
    private let environment: ConnectionEnvironment
    private let state = Mutex(State.new)

    /// - Parameters:
    ///   - port: 0 takes a free one; see `localPort`.
    ///   - certificate: with one, the server speaks TLS and nothing else.
    ///   - faults: makes the answer to what the front itself refuses; called on event loops, must not block.
    package init(
        host: String, port: Int, group: any EventLoopGroup, certificate: ServerCertificate? = nil,
        limits: HTTPLimits = .default, handler: any HTTPHandler,
        faults: @escaping @Sendable (HTTPRefusal) -> HTTPResponse, logger: Logger
    ) {
        self.host = host
        self.port = port
        self.group = group
        self.certificate = certificate
        environment = ConnectionEnvironment(
            limits: limits, handler: handler, faults: faults, logger: logger, counts: ConnectionCounts())
    }

    /// All connections, those that are being refused included.
    package var openConnections: Int { environment.counts.open }

    /// The port in use; 0 while the server does not listen.
    package var localPort: Int {
        state.withLock { state in
            if case .listening(let listening) = state { listening.channel.localAddress?.port ?? 0 } else { 0 }
        }
    }

    /// Binds the address and begins to accept.
    /// - Throws: `HTTPServerError`.
    package func start() async throws {
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isFirst else { throw HTTPServerError.alreadyStarted }
        let loops = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopConnections($0)) })
        do {
            let channel = try await bootstrap(loops).bind(host: host, port: port).get()
            state.withLock { $0 = .listening(Listening(channel: channel, loops: loops)) }
        } catch {
            state.withLock { $0 = .new }
            let address = "\(host):\(port)"
            if let error = error as? IOError, error.errnoCode == EADDRINUSE { throw HTTPServerError.portInUse(address) }
            throw HTTPServerError.cannotListen(address, reason: String(describing: error))
        }
        for loop in loops.values { loop.startSweeping(every: environment.limits.sweepInterval) }
    }

    private func bootstrap(_ loops: [ObjectIdentifier: LoopConnections]) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                // Out of file descriptors is no reason to stop listening.
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                }
            }
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [environment, certificate] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    let pipeline = channel.pipeline.syncOperations
                    let acceptance = Acceptance(channel, isSecure: certificate != nil, environment)
                    if let certificate {
                        try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context))
                    }
                    try pipeline.addHandler(ProtocolChoice(environment, loop: loop, acceptance))
                }
            }
    }

    /// Stops accepting, closes idle connections at once, lets running requests answer with `Connection: close`, and
    /// cuts what is left after `time`. Returns when all connections are closed.
    package func drain(within time: TimeAmount) async {
        let listening = state.withLock { state -> Listening? in
            guard case .listening(let listening) = state else { return nil }
            state = .drained
            return listening
        }
        guard let listening else { return }
        // Fails only when it is closed already.
        try? await listening.channel.close()
        let drained = listening.loops.values.map { $0.drain(within: time) }
        for future in drained { try? await future.get() }
    }
}

/// Why a server did not start.
package enum HTTPServerError: Error, Equatable, CustomStringConvertible {
    case portInUse(String)
    case cannotListen(String, reason: String)
    case alreadyStarted

    package var description: String {
        switch self {
        case .portInUse(let address): "\(address) is in use by another process"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .alreadyStarted: "the server was started before"
        }
    }
}
