import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

/// A server and a client of it on the loopback, for the length of one test.
struct Loopback {
    let server: RPCServer
    let client: RPCClient

    static let secret = HandshakeSecret(Array(repeating: 7, count: 32))
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// A busy machine may be slow to greet.
    static let limits: RPCLimits = {
        var limits = RPCLimits.default
        limits.handshakeTimeout = .seconds(30)
        return limits
    }()

    static func with<T: Sendable>(
        _ router: RPCRouter, serverLimits: RPCLimits = .default, peer: String = "gateway",
        serverSecret: HandshakeSecret? = secret,
        connectionWait: TimeAmount = .seconds(30), mayConnect: Bool = true,
        serverGroup group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ body: @Sendable (Loopback) async throws -> T
    ) async throws -> T {
        var limits = serverLimits
        limits.handshakeTimeout = Self.limits.handshakeTimeout
        let server = try server(router, limits: limits, holding: serverSecret, on: group)
        try await server.start()
        let client = try client(port: try #require(server.localPort), peer: peer, connectionWait: connectionWait)
        return try await withThrowingTaskGroup { tasks in
            tasks.addTask { await client.run() }
            do {
                if mayConnect { try await client.waitUntilConnected() }
                let result = try await body(Loopback(server: server, client: client))
                tasks.cancelAll()
                await server.drain(within: .milliseconds(100))
                return result
            } catch {
                tasks.cancelAll()
                await server.drain(within: .milliseconds(100))
                throw error
            }
        }
    }

    /// A server that is not started.
    static func server(
        _ router: RPCRouter, port: Int = 0, limits: RPCLimits = limits, holding secret: HandshakeSecret? = secret,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws -> RPCServer {
        var configuration = RPCServer.Configuration(
            host: "127.0.0.1", port: port, service: "deals", version: "1", security: .secret(try #require(secret)))
        configuration.limits = limits
        return RPCServer(configuration, router: router, group: group, logger: quiet)
    }

    /// A client that does not run.
    static func client(
        port: Int, peer: String = "gateway", limits: RPCLimits = limits, connectionWait: TimeAmount = .seconds(30),
        attemptsMax: Int = 3, on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) throws -> RPCClient {
        var configuration = RPCClient.Configuration(
            host: "127.0.0.1", port: port, peer: "deals", service: peer, security: .secret(try #require(secret)))
        configuration.sendsIdentity = true
        configuration.limits = limits
        configuration.connectionWait = connectionWait
        configuration.attemptsMax = attemptsMax
        return RPCClient(configuration, group: group, logger: quiet)
    }
}

extension RPCClient {
    /// All links, because a call from a test may take any.
    func waitUntilConnected() async throws {
        while try await call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60)).connections < System.coreCount {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Lets a test hold handlers until it says so. A wait also ends when its task is cancelled.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    func open() {
        state.withLock {
            $0.isOpen = true
            for waiter in $0.waiting { waiter.finish() }
        }
    }

    func wait() async {
        let stream = AsyncStream<Void> { continuation in
            state.withLock { $0.isOpen ? continuation.finish() : $0.waiting.append(continuation) }
        }
        for await _ in stream {}
    }
}

/// A method that says when it has begun, and answers when it may.
struct HeldCall {
    let started = Latch()
    let release = Latch()

    var router: RPCRouter {
        var router = RPCRouter()
        router.on(TestMethods.hold) { [started, release] input, _ in
            started.open()
            await release.wait()
            return input
        }
        return router
    }
}

func fault(_ body: () async throws -> some Any) async -> RPCFault? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? RPCFault
    }
}

struct Text: Codable, Sendable, Equatable { var text: String }

enum TestMethods {
    static let echo = RPCMethod<Text, Text>(0x7001, "test.echo", callers: ["gateway"], isIdempotent: true)
    static let hold = RPCMethod<Text, Text>(0x7002, "test.hold", callers: ["gateway"])
    static let whoAmI = RPCMethod<Nothing, Text>(0x7003, "test.who", callers: ["gateway", "deals-peer"])
}
