import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// Calls over mutual TLS on the loopback.
struct TLSCallTests {
    private let authority: TestAuthority
    private let deals: TLSFolder
    private let gateway: TLSFolder

    init() throws {
        authority = try TestAuthority()
        deals = try TLSFolder("deals", of: authority)
        gateway = try TLSFolder("gateway", of: authority)
    }

    private func withPair<T: Sendable>(
        client: RPCSecurity, as name: String = "gateway", wait: TimeAmount = .seconds(30),
        _ body: @Sendable (RPCClient) async throws -> T
    ) async throws -> T {
        let group = MultiThreadedEventLoopGroup.singleton
        var configuration = RPCServer.Configuration(
            host: "127.0.0.1", port: 0, service: "deals", version: "1",
            security: .certificates(try deals.identity()))
        configuration.limits.handshakeTimeout = .seconds(30)
        var router = RPCRouter()
        router.on(TestMethods.whoAmI) { _, context in Text(text: context.peer) }
        router.on(TestMethods.echo) { input, _ in input }
        let server = RPCServer(configuration, router: router, group: group, logger: Loopback.quiet)
        try await server.start()
        var calling = RPCClient.Configuration(
            host: "127.0.0.1", port: try #require(server.localPort), peer: "deals", service: name, security: client)
        calling.connectionWait = wait
        calling.limits.handshakeTimeout = wait
        let caller = RPCClient(calling, group: group, logger: Loopback.quiet)
        return try await withThrowingTaskGroup { tasks in
            tasks.addTask { await caller.run() }
            defer { tasks.cancelAll() }
            let result = try await body(caller)
            tasks.cancelAll()
            await server.drain(within: .milliseconds(100))
            return result
        }
    }

    @Test func callsGoThroughAndTheServerKnowsWhoCalls() async throws {
        let large = Text(text: (0..<60_000).map { "\($0)" }.joined(separator: " "))
        try await withPair(client: .certificates(gateway.identity())) { client in
            let name = try await client.call(TestMethods.whoAmI, Nothing(), timeout: .seconds(60))
            #expect(name.text == "gateway")
            let answer = try await client.call(TestMethods.echo, large, timeout: .seconds(60))
            #expect(answer == large)
        }
    }

    @Test func nameThatIsNotInTheCertificateIsRefused() async throws {
        let refusal = try await withPair(
            client: .certificates(gateway.identity()), as: "audit", wait: .milliseconds(500)
        ) { client in
            await fault { try await client.call(TestMethods.whoAmI, Nothing(), timeout: .seconds(60)) }
        }
        #expect(refusal?.status == .unavailable)
    }

    @Test func secretIsNoWayIntoAServerWithCertificates() async throws {
        let refusal = try await withPair(
            client: .secret(try #require(Loopback.secret)), wait: .milliseconds(500)
        ) { client in
            await fault { try await client.call(TestMethods.whoAmI, Nothing(), timeout: .seconds(60)) }
        }
        #expect(refusal?.status == .unavailable)
    }
}
