import ServiceKit

/// The load balancers whose word on a request counts: who the client is, and whether it came to them over TLS.
///
/// A client may write any `X-Forwarded-For` it likes, and each proxy adds on the right the address it was called from. So
/// only what a trusted one wrote is true, and the right-most address that is not trusted is the client's.
struct TrustedProxies: Sendable {
    static let networksMax = 256
    /// How many entries of the field are looked at, from the right.
    static let hopsMax = 32

    private let networks: [CIDR]

    init(_ networks: [some StringProtocol]) throws(SettingsError) {
        guard networks.count <= Self.networksMax else {
            throw SettingsError("more than \(Self.networksMax) networks")
        }
        self.networks = try networks.map { network throws(SettingsError) in try CIDR(network) }
    }

    init(_ reader: inout SettingsReader) throws {
        self = try reader.list(
            "trusted.proxies",
            "networks of the proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.0/8,fd00::/8"
        ) { members throws(SettingsError) in try TrustedProxies(members) }
    }

    var isEmpty: Bool { networks.isEmpty }

    private func trusts(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The address that limits and logs go by, in its one spelling; `peer` itself where that is no IP address.
    ///
    /// - Parameter forwardedFor: the values of all `X-Forwarded-For` fields in the order of arrival. What is no address
    ///   (`unknown`, a hidden name) ends the walk at the last good one: what stands left of it was not seen by anyone trusted.
    func client(peer: String, forwardedFor: [String]) -> String {
        guard var nearest = IPAddress(peer) else { return peer }
        var hops = 0
        for field in forwardedFor.reversed() {
            var rest = field[...]
            while true {
                guard hops < Self.hopsMax, trusts(nearest) else { return nearest.text }
                let comma = rest.utf8.lastIndex(of: UInt8(ascii: ","))
                let entry = comma.map { rest[rest.utf8.index(after: $0)...] } ?? rest
                guard let address = IPAddress(forwarded: entry) else { return nearest.text }
                nearest = address
                hops += 1
                guard let comma else { break }
                rest = rest[..<comma]
            }
        }
        return nearest.text
    }

    /// Whether the client's connection is encrypted: to the proxy where a trusted one says how it was called, else to us.
    ///
    /// - Parameter forwardedProto: the values of all `X-Forwarded-Proto` fields in the order of arrival; the right-most value
    ///   is the nearest proxy's.
    func isSecure(peer: String, isTLS: Bool, forwardedProto: [String]) -> Bool {
        guard let last = forwardedProto.last, let address = IPAddress(peer), trusts(address) else { return isTLS }
        let value = last.split(separator: ",", omittingEmptySubsequences: false).last ?? ""
        return value.drop { $0 == " " } == "https"
    }
}
