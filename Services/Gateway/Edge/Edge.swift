import HTTPServer
import NIOHTTP1
import ServiceKit
import Synchronization

/// What the door believes of those who connect, and lets other sites do. The settings say it; a policy file may say
/// otherwise for a time.
final class Edge: Sendable {
    private let standard: EdgeRules
    private let rules: Mutex<EdgeRules>

    init(_ standard: EdgeRules) {
        self.standard = standard
        rules = Mutex(standard)
    }

    var current: EdgeRules { rules.withLock { $0 } }

    /// What the rules would be; what the policy does not name is as the settings have it.
    func rules(by policy: Policy) throws(SettingsError) -> EdgeRules {
        EdgeRules(
            proxies: try policy.trustedProxies.map { list throws(SettingsError) in try TrustedProxies(list) }
                ?? standard.proxies,
            hosts: try policy.publicHosts.map { list throws(SettingsError) in try PublicHosts(list) } ?? standard.hosts,
            cors: try policy.corsOrigins.map { list throws(SettingsError) in try CORS(list) } ?? standard.cors)
    }

    func put(_ next: EdgeRules) { rules.withLock { $0 = next } }
}

/// One object, so that a request sees all of them as they were at one moment.
final class EdgeRules: Sendable {
    let proxies: TrustedProxies
    let hosts: PublicHosts
    let cors: CORS

    init(proxies: TrustedProxies, hosts: PublicHosts, cors: CORS) {
        self.proxies = proxies
        self.hosts = hosts
        self.cors = cors
    }

    convenience init(_ reader: inout SettingsReader) throws {
        self.init(
            proxies: try TrustedProxies(&reader), hosts: try PublicHosts(&reader), cors: try CORS(&reader))
    }

    /// The same request, from the client that the trusted proxies name.
    func attributed(_ request: HTTPRequest) -> HTTPRequest {
        guard !proxies.isEmpty else { return request }
        var request = request
        let head = request.head
        request.head = head.from(
            proxies.client(peer: head.remoteAddress, forwardedFor: head.headers["x-forwarded-for"]),
            isSecure: proxies.isSecure(
                peer: head.remoteAddress, isTLS: head.isSecure, forwardedProto: head.headers["x-forwarded-proto"]))
        return request
    }
}
