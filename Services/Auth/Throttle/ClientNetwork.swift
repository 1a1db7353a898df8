import Foundation
import Glibc

/// What counts as one place when failures are counted: an IPv4 address; of IPv6 the /64, which is what one customer has
/// (RFC 6177); an IPv4-mapped address is the IPv4 address.
struct ClientNetwork: Sendable, Hashable {
    let bytes: Data

    /// A text that is no address is a place of its own.
    init(_ address: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Data($0) }
        } else if inet_pton(AF_INET6, address, &six) == 1 {
            let all = withUnsafeBytes(of: &six) { Data($0) }
            bytes = all.starts(with: Self.mapped) ? all.suffix(4) : all.prefix(8)
        } else {
            bytes = Data(address.utf8)
        }
    }

    private static let mapped = Data(repeating: 0, count: 10) + [0xFF, 0xFF]
}
