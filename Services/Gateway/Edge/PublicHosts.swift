import ServiceKit

/// The names under which the gateway is called. Others get 421 (RFC 9110 §15.5.20): a page of somebody else's name that
/// leads here (DNS rebinding) reads nothing, and no cache in front keeps answers for names that are not ours.
struct PublicHosts: Sendable {
    static let hostsMax = 64

    private let hosts: Set<Authority>

    /// None accepts every name.
    init(_ hosts: [some StringProtocol]) throws(SettingsError) {
        guard hosts.count <= Self.hostsMax else { throw SettingsError("more than \(Self.hostsMax) hosts") }
        self.hosts = Set(
            try hosts.map { host throws(SettingsError) in
                guard let authority = Authority(host) else {
                    throw SettingsError("\(host) is no host such as deals.example or deals.example:8443")
                }
                return authority
            })
    }

    init(_ reader: inout SettingsReader) throws {
        self = try reader.list(
            "public.hosts",
            "hosts under which the gateway may be called, such as deals.example,localhost:8080; all when not set"
        ) { members throws(SettingsError) in try PublicHosts(members) }
    }

    /// - Parameters:
    ///   - authority: the request's `HTTPHead.host`.
    ///   - isSecure: whether the client called by https, whose port 443 may be left out on either side; else it is 80.
    func accepts(_ authority: String, isSecure: Bool) -> Bool {
        guard !hosts.isEmpty else { return true }
        guard let authority = Authority(authority) else { return false }
        let port: UInt16 = isSecure ? 443 : 80
        let short = authority.without(defaultPort: port)
        return hosts.contains(short)
            || short.port == nil && hosts.contains(Authority(host: short.host, port: port))
    }
}
