import Dispatch
import Glibc
import NIOCore

/// Finds the addresses of a host's name, in the order in which they should be tried.
struct AddressResolver: Sendable {
    static let addressesMax = 16

    struct Failure: Error {}

    let addresses: @Sendable (_ host: String) async throws -> [SocketAddress]

    /// As the machine is set up. A name server that is silent holds up one thread for as long as the machine's resolver waits,
    /// and no caller that is cancelled meanwhile is let go earlier.
    static let system = AddressResolver { host in
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try lookUp(host) }) }
        }
    }

    private static func lookUp(_ host: String) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { throw Failure() }
        defer { freeaddrinfo(first) }
        var found: [SocketAddress] = []
        var next = first
        while let entry = next, found.count < addressesMax {
            if let address = address(entry.pointee) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }

    private static func address(_ entry: addrinfo) -> SocketAddress? {
        guard let raw = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
        case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
        default: return nil
        }
    }
}
