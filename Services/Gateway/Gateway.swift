import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import ServiceKit
import ServiceLifecycle

/// The only public door: routes `/api`, checks tokens and budgets, serves the web pages. It stores nothing.
@main
struct Gateway: ServiceProcess {
    static let name = "gateway"
    static let abstract = "IBPipeline's public HTTP door."
    static let adminPort = 9100

    static func settings(_ reader: inout SettingsReader) throws -> GatewaySettings { try GatewaySettings(&reader) }

    static func assemble(_ settings: GatewaySettings, _ kit: ProcessKit) async throws -> [any Service] {
        let peers = try Dictionary(
            uniqueKeysWithValues: [Peer.auth, Peer.deals, Peer.audit, Peer.health].map { ($0, try kit.client($0)) })
        guard let auth = peers[Peer.auth] else { throw SettingsError("IBP_PEER_AUTH is not set") }
        let feed = AccessFeed(auth: auth, issuer: settings.issuer, audience: settings.audience, logger: kit.logger)
        let upstreams = Dictionary(
            uniqueKeysWithValues: peers.map { ($0, Upstream($0, $1, logger: kit.logger)) })
        guard let deals = upstreams[Peer.deals] else { throw SettingsError("IBP_PEER_DEALS is not set") }
        guard let gate = upstreams[Peer.auth] else { throw SettingsError("IBP_PEER_AUTH is not set") }
        let edge = Edge(settings.edge)
        var services: [any Service] = []
        let limits = try limits(settings, edge, kit, &services)
        let authenticator = Authenticator(feed: feed, resolutions: Resolutions(gate), logger: kit.logger)
        let handler = GatewayHandler(
            router: try Router(RouteTable.all), authenticator: authenticator, limits: limits, edge: edge,
            upstreams: upstreams,
            events: EventStreams(deals: deals, authenticator: authenticator, logger: kit.logger), pages: try pages(),
            openAPI: try OpenAPIDocument.make(RouteTable.all), accessLog: try accessLog(settings.accessLog),
            logger: kit.logger)
        let certificate = try settings.https.map { https in
            do { return try ServerCertificate(https.files) } catch let error as ServerCertificateError {
                throw SettingsError(error.description)
            }
        }
        let server = { (address: Address, certificate: ServerCertificate?) in
            HTTPServer(
                host: address.host, port: address.port, group: kit.group, certificate: certificate,
                limits: settings.httpLimits, handler: handler,
                faults: { refusal($0, isSecure: certificate != nil) }, logger: kit.logger)
        }

        kit.readiness.set("access keys", isReady: false)
        kit.readiness.set("http", isReady: false)
        let keys = Bell()
        let access = kit.service("access feed") {
            try await feed.run {
                kit.readiness.set("access keys", isReady: true)
                keys.ring()
            }
        }
        var servers = [server(settings.listen, nil)]
        if let https = settings.https, let certificate {
            servers.append(server(https.listen, certificate))
            let watch = CertificateWatch(certificate: certificate, logger: kit.logger)
            services.append(kit.service("certificate watch") { try await watch.run() })
        }
        // Stops after the door, so that the last requests are in it.
        if let log = handler.accessLog { services.append(kit.whenStopped { log.flush() }) }
        if let log = handler.accessLog { services.append(kit.service("access log") { try await log.run() }) }
        let door = PublicDoor(servers: servers, keys: keys, readiness: kit.readiness)
        return services + peers.values.map { kit.service($0) } + [access, door]
    }

    /// The budgets, counted here or together with other gateways, under the rates of the settings or of the policy file.
    private static func limits(
        _ settings: GatewaySettings, _ edge: Edge, _ kit: ProcessKit, _ services: inout [any Service]
    ) throws -> RateLimits {
        var limits = settings.limits
        if let url = settings.sharedRates {
            let counter = RedisCounter(url, group: kit.group, logger: kit.logger)
            limits = limits.sharing(counter)
            services.append(kit.service("shared rates") { try await counter.run() })
        }
        guard let path = settings.policyFile else { return limits }
        let watch: PolicyWatch
        do {
            watch = try PolicyWatch(path: path, logger: kit.logger) { [limits] policy in
                let rules = try edge.rules(by: policy)
                limits.apply(policy.rates)
                edge.put(rules)
            }
        } catch { throw SettingsError("IBP_POLICY_FILE: \(error)") }
        services.append(kit.service("policy watch") { try await watch.run() })
        services.append(kit.onHangup { await watch.reload() })
        return limits
    }

    private static func accessLog(_ target: GatewaySettings.AccessLogTarget) throws -> AccessLog? {
        switch target {
        case .off: return nil
        case .standardOutput: return AccessLog(.standardOutput)
        case .file(let path):
            guard
                FileManager.default.fileExists(atPath: path)
                    || FileManager.default.createFile(
                        atPath: path, contents: nil, attributes: [.posixPermissions: 0o640]),
                let file = FileHandle(forWritingAtPath: path)
            else { throw SettingsError("IBP_ACCESS_LOG names \(path), which cannot be written") }
            try file.seekToEnd()
            return AccessLog(file)
        }
    }

    /// The pages stand in the bundle that lies beside the executable.
    private static func pages() throws -> Pages {
        guard let directory = Bundle.module.resourceURL?.appendingPathComponent("Web").path else {
            throw SettingsError("the web pages are missing beside the executable")
        }
        return try Pages.load(directory: directory)
    }

    private static func refusal(_ refusal: HTTPRefusal, isSecure: Bool) -> HTTPResponse {
        var problem = Problem(refusal.status, refusal.code, refusal.message)
        if refusal.status == .methodNotAllowed {
            problem.headers.add(name: "Allow", value: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        }
        if refusal.status == .serviceUnavailable { problem.headers.add(name: "Retry-After", value: "1") }
        let requestID = UUIDv7.make().text
        problem.headers.add(name: "X-Request-Id", value: requestID)
        var response = problem.response(instance: "", requestID: requestID)
        ResponseHeaders.secureAPI(&response, isSecure: isSecure)
        return response
    }
}

private struct PublicDoor: Service, CustomStringConvertible {
    /// Without auth, too, there are pages to serve and problems to tell.
    private static let keysWait = Duration.seconds(5)

    let servers: [HTTPServer]
    /// Rings when the first keys have come: who is let in before would be told that nobody knows him.
    let keys: Bell
    let readiness: Readiness
    let description = "public door"

    func run() async throws {
        await keys.wait(until: .now + Self.keysWait)
        for server in servers { try await server.start() }
        readiness.set("http", isReady: true)
        try? await gracefulShutdown()
        readiness.drain()
        await withTaskGroup { group in
            for server in servers { group.addTask { await server.drain(within: .seconds(20)) } }
        }
    }
}
