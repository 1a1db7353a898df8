import NIOCore

/// Which addresses an endpoint may have. Whoever may set up webhooks must not reach by them what only this machine or its
/// network can reach: databases, admin ports, the cloud's metadata.
enum AddressRule: Sendable {
    case publicOnly
    /// For firms whose receivers stand in their own network.
    case any

    func allows(_ address: SocketAddress) -> Bool {
        switch self {
        case .any: true
        case .publicOnly: Self.isPublic(address)
        }
    }

    static func isPublic(_ address: SocketAddress) -> Bool {
        switch address {
        // Where the address stands in sockaddr_in and sockaddr_in6, behind family and port, and there the flow.
        case .v4(let v4): isPublic(v4: withUnsafeBytes(of: v4.address) { Array($0[4..<8]) })
        case .v6(let v6): isPublic(v6: withUnsafeBytes(of: v6.address) { Array($0[8..<24]) })
        case .unixDomainSocket: false
        }
    }

    /// The special-purpose registry of IANA (RFC 6890), multicast, and what is reserved.
    private static let closedV4: [Prefix] = [
        Prefix([0], 8), Prefix([10], 8), Prefix([100, 64], 10), Prefix([127], 8), Prefix([169, 254], 16),
        Prefix([172, 16], 12), Prefix([192, 0, 0], 24), Prefix([192, 0, 2], 24), Prefix([192, 88, 99], 24),
        Prefix([192, 168], 16), Prefix([198, 18], 15), Prefix([198, 51, 100], 24), Prefix([203, 0, 113], 24),
        Prefix([224], 4), Prefix([240], 4),
        // Azure's platform services, the one metadata address that looks public.
        Prefix([168, 63, 129, 16], 32),
    ]

    /// Global unicast; all else, such as mapped, unique local, link-local and multicast addresses, is closed.
    private static let openV6 = Prefix([0x20], 3)
    private static let closedV6: [Prefix] = [
        // Protocol assignments with Teredo, documentation, and 6to4, which carries an IPv4 address.
        Prefix([0x20, 0x01, 0x00], 23), Prefix([0x20, 0x01, 0x0d, 0xb8], 32), Prefix([0x20, 0x02], 16),
        Prefix([0x3f, 0xff], 20),
    ]
    /// NAT64 (RFC 6052): how a network without IPv4 reaches the IPv4 address in the last four bytes.
    private static let nat64 = Prefix([0x00, 0x64, 0xff, 0x9b], 96)

    private static func isPublic(v4: [UInt8]) -> Bool { !closedV4.contains { $0.holds(v4) } }

    private static func isPublic(v6: [UInt8]) -> Bool {
        if nat64.holds(v6) { return isPublic(v4: Array(v6.suffix(4))) }
        return openV6.holds(v6) && !closedV6.contains { $0.holds(v6) }
    }

    /// The first bits of an address; bytes that are left out are zero.
    private struct Prefix {
        let bytes: [UInt8]
        let bits: Int

        init(_ bytes: [UInt8], _ bits: Int) {
            self.bytes = bytes
            self.bits = bits
        }

        func holds(_ address: [UInt8]) -> Bool {
            (0..<(bits + 7) / 8).allSatisfy { index in
                let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, bits - index * 8))
                let wanted = index < bytes.count ? bytes[index] : 0
                return address[index] & mask == wanted & mask
            }
        }
    }
}
