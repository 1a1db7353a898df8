import Contracts
import Foundation
import HTTPServer
import ServiceKit
import ServiceLifecycle

/// The only public door: routes `/api`, checks tokens and budgets, serves the web pages. It stores nothing.
///
///     clients ──▶ PublicDoor ──▶ GatewayHandler ──▶ pages, documents, event streams
///                                  │  edge, limits    └──▶ Upstreams ──▶ auth, deals, audit, health
///                                  └── authenticator ◀── AccessFeed ◀── keys and revocations from auth
@main
struct Gateway: ServiceProcess {
    static let name = Peer.gateway
    static let abstract = "IBPipeline's public HTTP door."
    static let adminPort = 9100

    static func settings(_ reader: inout SettingsReader) throws -> GatewaySettings { try GatewaySettings(&reader) }

    static func assemble(_ settings: GatewaySettings, _ kit: ProcessKit) async throws -> [any Service] {
        let upstreams = try Upstreams(logger: kit.logger) { try kit.client($0) }
        let feed = AccessFeed(
            auth: upstreams.auth.client, issuer: settings.issuer, audience: settings.audience, logger: kit.logger)
        let authenticator = Authenticator(feed: feed, resolutions: Resolutions(upstreams.auth), logger: kit.logger)
        let counter = settings.sharedRates.map { RedisCounter($0, group: kit.group, logger: kit.logger) }
        let limits = settings.limits.sharing(counter)
        let edge = Edge(settings.edge)
        let policy = try policyWatch(settings.policyFile, limits, edge, kit)
        let accessLog = try AccessLog.open(settings.accessLog)
        let handler = GatewayHandler(
            router: try Router(RouteTable.all), authenticator: authenticator, limits: limits, edge: edge,
            upstreams: upstreams,
            events: EventStreams(deals: upstreams.deals, authenticator: authenticator, logger: kit.logger),
            downloads: Downloads(deals: upstreams.deals, audit: upstreams.audit), pages: try pages(),
            openAPI: try OpenAPIDocument.make(RouteTable.all), accessLog: accessLog,
            logger: kit.logger)
        let certificate = try settings.https.map { try self.certificate($0) }
        let door = PublicDoor(settings, certificate, handler, kit)

        // In the order of the start; they stop in reverse.
        var services: [any Service] = []
        if let counter { services.append(kit.service("shared rates") { try await counter.run() }) }
        if let policy {
            services.append(kit.service("policy watch") { try await policy.run() })
            services.append(kit.onHangup { await policy.reload() })
        }
        if let certificate {
            let watch = CertificateWatch(certificate: certificate, logger: kit.logger)
            services.append(kit.service("certificate watch") { try await watch.run() })
        }
        if let accessLog {
            // Stops after the door, so that the last requests are in it.
            services.append(kit.whenStopped { accessLog.flush() })
            services.append(kit.service("access log") { try await accessLog.run() })
        }
        services += upstreams.all.map { kit.service($0.client) }
        services.append(kit.service("access feed") { try await feed.run { door.keysAreHere() } })
        return services + [door]
    }

    /// Takes rates and rules over from the policy file, now and whenever it changes; nil when there is none.
    private static func policyWatch(
        _ path: String?, _ limits: RateLimits, _ edge: Edge, _ kit: ProcessKit
    ) throws -> PolicyWatch? {
        guard let path else { return nil }
        do {
            return try PolicyWatch(path: path, logger: kit.logger) { policy in
                let rules = try edge.rules(by: policy)
                limits.apply(policy.rates)
                edge.put(rules)
            }
        } catch { throw SettingsError("IBP_POLICY_FILE: \(error)") }
    }

    /// The pages stand in the bundle that lies beside the executable.
    private static func pages() throws -> Pages {
        guard let directory = Bundle.module.resourceURL?.appendingPathComponent("Web").path else {
            throw SettingsError("the web pages are missing beside the executable")
        }
        return try Pages.load(directory: directory)
    }

    private static func certificate(_ https: GatewaySettings.HTTPS) throws -> ServerCertificate {
        do { return try ServerCertificate(https.files) } catch let error as ServerCertificateError {
            throw SettingsError(error.description)
        }
    }
}
