import Logging
import NIOCore
import NIOPosix
import RPC

/// Both ends of the connection, each on one event loop of its own.
enum EchoPeers {
    static let clientName = "bench-client"
    private static let serverName = "bench-server"
    private static let host = "127.0.0.1"
    private static let logger = Logger(label: "rpc-echo", factory: { SwiftLogNoOpLogHandler($0) })

    struct NoSecret: Error {}

    /// Not a secret at all: both ends are this program.
    private static func secret() throws -> HandshakeSecret {
        guard let secret = HandshakeSecret([UInt8](repeating: 7, count: HandshakeSecret.bytesMin)) else {
            throw NoSecret()
        }
        return secret
    }

    /// - Parameter port: 0 for any; `localPort` tells which.
    static func server(port: Int) async throws -> RPCServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let configuration = RPCServer.Configuration(
            host: host, port: port, service: serverName, version: "1", security: .secret(try secret()))
        var router = RPCRouter()
        EchoServer(eventLoop: group.any()).register(in: &router)
        let server = RPCServer(configuration, router: router, group: group, logger: logger)
        try await server.start()
        return server
    }

    /// - Parameters:
    ///   - connections: all on the same event loop.
    ///   - repeats: false where one call of the caller's must be one call for the server.
    static func withClient<Result: Sendable>(
        port: Int, connections: Int = 1, repeats: Bool = true, _ body: (EchoClient) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = RPCClient.Configuration(
            host: host, port: port, peer: serverName, service: clientName, security: .secret(try secret()))
        if !repeats { configuration.attemptsMax = 1 }
        let clients = (0..<connections).map { _ in RPCClient(configuration, group: group, logger: logger) }
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            for client in clients { tasks.addTask { await client.run() } }
            let client = EchoClient(clients, executor: EventLoopTaskExecutor(group.any()))
            let result = try await withTaskExecutorPreference(client.executor) { try await body(client) }
            tasks.cancelAll()
            return result
        }
        try await group.shutdownGracefully()
        return result
    }
}
