package import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// Listens, admits peers that hold the secret, and runs the router's methods on the connection's own event loop.
package final class RPCServer: Sendable {
    package struct Configuration: Sendable {
        package var host: String
        package var port: Int
        /// The name this server proves in the handshake.
        package var service: String
        package var version: String
        package var security: RPCSecurity
        /// Of the whole suite's method table; peers that were built with another one say so in their logs.
        package var tableHash: String?
        package var limits = RPCLimits.default
        package var isReady: @Sendable () -> Bool = { true }
        /// Called once per finished call: method, status, time from arrival to answer.
        package var observe: @Sendable (RPCMethodEntry, RPCStatus, TimeAmount) -> Void = { _, _, _ in }

        package init(host: String, port: Int, service: String, version: String, security: RPCSecurity) {
            self.host = host
            self.port = port
            self.service = service
            self.version = version
            self.security = security
        }
    }

    private struct Open {
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: (connection: ServerConnection, channel: any Channel)] = [:]
        var isDraining = false
    }

    private let configuration: Configuration
    private let methods: ServedMethods
    private let group: any EventLoopGroup
    private let loops: [ObjectIdentifier: ServerLoop]
    private let logger: Logger
    private let stats = RPCStats()
    private let open = Mutex(Open())

    package init(_ configuration: Configuration, router: RPCRouter, group: any EventLoopGroup, logger: Logger) {
        self.configuration = configuration
        self.group = group
        loops = Dictionary(
            group.makeIterator().map { (ObjectIdentifier($0), ServerLoop($0)) }, uniquingKeysWith: { first, _ in first }
        )
        self.logger = logger
        var router = router
        BuiltInHandlers(configuration, methods: router.entries, stats: stats).register(on: &router)
        methods = ServedMethods(router)
        stats.track(methods.stats)
    }

    /// - Throws: `RPCServerError.addressInUse` or `.cannotListen`, each one clear line.
    package func start() async throws {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: 64 * 1024, high: configuration.limits.outboundBytesPause)
            )
            .childChannelInitializer { channel in self.accept(channel) }
        let address = "\(configuration.host):\(configuration.port)"
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            open.withLock { $0.listener = listener }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw RPCServerError.addressInUse(address)
        } catch {
            throw RPCServerError.cannotListen(address, "\(error)")
        }
    }

    /// The port in use; nil while the server does not listen.
    package var localPort: Int? { open.withLock { $0.listener?.localAddress?.port } }

    private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard open.withLock({ $0.connections.count }) < configuration.limits.connectionsMax else {
                throw RPCServerError.tooManyConnections
            }
            let loop = loops[ObjectIdentifier(channel.eventLoop)] ?? ServerLoop(channel.eventLoop)
            let connection = ServerConnection(
                configuration, methods: methods, stats: stats, logger: logger, loop: loop)
            try configuration.security.secureServer(channel.pipeline.syncOperations)
            try channel.pipeline.syncOperations.addHandler(connection)
            let id = ObjectIdentifier(connection)
            let isDraining = open.withLock {
                $0.connections[id] = (connection, channel)
                return $0.isDraining
            }
            channel.closeFuture.whenComplete { _ in self.open.withLock { _ = $0.connections.removeValue(forKey: id) } }
            if isDraining { connection.drain(.drained) }
        }
    }

    /// Stops listening, tells every peer, lets calls under way finish, and closes what is left when the time is up.
    package func drain(within limit: TimeAmount) async {
        let end = NIODeadline.now() + limit
        let listener = open.withLock { state in
            state.isDraining = true
            return state.listener
        }
        try? await listener?.close()
        // Some were accepted while the listener closed.
        while case let connections = open.withLock({ Array($0.connections.values) }), !connections.isEmpty {
            for (connection, channel) in connections { channel.eventLoop.execute { connection.drain(.drained) } }
            let cutOff = connections.map { _, channel in
                channel.eventLoop.scheduleTask(deadline: end) { channel.close(promise: nil) }
            }
            for (_, channel) in connections { try? await channel.closeFuture.get() }
            for task in cutOff { task.cancel() }
        }
    }
}

package enum RPCServerError: Error, CustomStringConvertible {
    case addressInUse(String)
    case cannotListen(String, String)
    case tooManyConnections

    package var description: String {
        switch self {
        case .addressInUse(let address):
            "\(address) is in use by another process; choose another address or stop that one"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .tooManyConnections: "there are too many connections"
        }
    }
}
