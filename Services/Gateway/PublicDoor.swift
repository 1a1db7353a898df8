import HTTPServer
import NIOCore
import ServiceKit
import ServiceLifecycle

/// The listening servers, from ready to drained.
struct PublicDoor: Service, CustomStringConvertible {
    /// Without auth, too, there are pages to serve and problems to tell.
    private static let keysWait = Duration.seconds(5)
    private static let drainTime = TimeAmount.seconds(20)

    private let servers: [HTTPServer]
    private let readiness: Readiness
    /// Rings when keys have come: who is let in before the first would be told that nobody knows him.
    private let keys = Bell()
    let description = "public door"

    init(
        _ settings: GatewaySettings, _ certificate: ServerCertificate?, _ handler: GatewayHandler, _ kit: ProcessKit
    ) {
        func server(_ address: Address, _ certificate: ServerCertificate?) -> HTTPServer {
            HTTPServer(
                host: address.host, port: address.port, group: kit.group, certificate: certificate,
                limits: settings.httpLimits, handler: handler,
                faults: { Problem.response($0, isSecure: certificate != nil) }, logger: kit.logger)
        }
        servers =
            [server(settings.listen, nil)] + (settings.https.map { [server($0.listen, certificate)] } ?? [])
        readiness = kit.readiness
        readiness.set("access keys", isReady: false)
        readiness.set("http", isReady: false)
    }

    func keysAreHere() {
        readiness.set("access keys", isReady: true)
        keys.ring()
    }

    func run() async throws {
        await keys.wait(until: .now + Self.keysWait)
        for server in servers { try await server.start() }
        readiness.set("http", isReady: true)
        try? await gracefulShutdown()
        readiness.drain()
        await withTaskGroup { group in
            for server in servers { group.addTask { await server.drain(within: Self.drainTime) } }
        }
    }
}
