import Contracts
import Foundation
package import Logging
package import NIOCore
package import RPC
package import ServiceLifecycle
package import Telemetry
import UnixSignals

/// What every service is given to build itself from.
package struct ProcessKit: Sendable {
    package var logger: Logger
    package var group: any EventLoopGroup
    package var readiness: Readiness
    package var metrics: PrometheusRegistry
    let name: String
    private let common: CommonSettings
    private let security: Result<RPCSecurity, any Error>

    package init(
        name: String, common: CommonSettings, logger: Logger, group: any EventLoopGroup, metrics: PrometheusRegistry
    ) {
        self.name = name
        self.common = common
        self.logger = logger
        self.group = group
        self.metrics = metrics
        readiness = Readiness()
        security = Result { try common.security(logger: logger) }
    }

    package static let version = "0.1.0"

    /// An RPC server on `IBP_LISTEN`. Ready once it listens; drains when the process stops.
    package func server(_ router: RPCRouter) throws -> any Service {
        guard let listen = common.listen else {
            throw SettingsError("IBP_LISTEN is not set: HOST:PORT for calls from other services")
        }
        var configuration = RPCServer.Configuration(
            host: listen.host, port: listen.port, service: name, version: Self.version, security: try security.get())
        configuration.tableHash = MethodTable.hash
        configuration.isReady = { [readiness] in readiness.isReady }
        let timers = CallTimers()
        configuration.observe = { method, status, elapsed in timers.record(method, status, elapsed) }
        readiness.set("rpc", isReady: false)
        let server = RPCServer(configuration, router: router, group: group, logger: logger)
        return RPCServerService(server: server, readiness: readiness, logger: logger)
    }

    /// A client of the peer whose address `IBP_PEER_<NAME>` gives.
    package func client(_ peer: String) throws -> RPCClient {
        guard let address = common.peers[peer] else {
            throw SettingsError("IBP_PEER_\(peer.uppercased()) is not set: HOST:PORT of the \(peer) service")
        }
        var configuration = RPCClient.Configuration(
            host: address.host, port: address.port, peer: peer, service: name, security: try security.get())
        configuration.version = Self.version
        configuration.tableHash = MethodTable.hash
        configuration.sendsIdentity = name == Peer.gateway
        return RPCClient(configuration, group: group, logger: logger)
    }

    package func service(_ client: RPCClient) -> any Service {
        service("client of \(client.configuration.peer)") { await client.run() }
    }

    /// A loop that is cancelled when the process begins to stop.
    package func service(_ name: String, _ run: @escaping @Sendable () async throws -> Void) -> any Service {
        LoopService(description: name, body: run)
    }

    /// Runs the closure at each SIGHUP, which no longer ends the process: read again what may be read again.
    package func onHangup(_ body: @escaping @Sendable () async -> Void) -> any Service {
        service("hangup") { for await _ in await UnixSignalsSequence(trapping: .sighup) { await body() } }
    }

    /// Runs the closure after everything that starts later has stopped: put it first, before what uses the resource.
    package func whenStopped(_ close: @escaping @Sendable () async throws -> Void) -> any Service {
        ClosingService(close: close)
    }
}

private struct ClosingService: Service, CustomStringConvertible {
    let description = "closing"
    let close: @Sendable () async throws -> Void

    func run() async throws {
        try? await gracefulShutdown()
        try await close()
    }
}

private struct LoopService: Service, CustomStringConvertible {
    let description: String
    let body: @Sendable () async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(body)
        } catch is CancellationError {
            return
        } catch let fault as RPCFault where fault.status == .cancelled {
            return
        }
    }
}

private struct RPCServerService: Service, CustomStringConvertible {
    let server: RPCServer
    let readiness: Readiness
    let logger: Logger

    var description: String { "RPC server" }

    func run() async throws {
        try await server.start()
        readiness.set("rpc", isReady: true)
        logger.debug("listening", metadata: ["rpc.port": "\(server.localPort ?? 0)"])
        try? await gracefulShutdown()
        readiness.drain()
        await server.drain(within: .seconds(20))
    }
}
