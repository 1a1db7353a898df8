import NIOCore
import Synchronization

/// Counts the open connections of a server, in all and per client, over all event loops.
final class ConnectionCounts: Sendable {
    enum Admission {
        case accepted
        /// Over a limit: it gets an answer that says so.
        case refused
        /// So far over the limit that not even that is possible.
        case dropped
    }

    private struct State {
        var open = 0
        var perClient: [String: Int] = [:]
    }

    /// How many connections beyond `connectionsMax` may be open while their refusal is on its way.
    private static let refusedMax = 128
    /// Refusals linger a moment; one address must not fill the house with them.
    private static let refusedPerAddressMax = 16

    private let state = Mutex(State())

    var open: Int { state.withLock { $0.open } }

    /// Counts the connection whatever the outcome; each call wants one `leave`.
    func enter(_ client: String, limits: HTTPLimits) -> Admission {
        state.withLock { state in
            state.open += 1
            state.perClient[client, default: 0] += 1
            let ofClient = state.perClient[client, default: 0]
            if state.open > limits.connectionsMax + Self.refusedMax
                || ofClient > limits.connectionsPerAddressMax + Self.refusedPerAddressMax
            {
                return .dropped
            }
            let isOver = state.open > limits.connectionsMax || ofClient > limits.connectionsPerAddressMax
            return isOver ? .refused : .accepted
        }
    }

    func leave(_ client: String) {
        state.withLock { state in
            state.open -= 1
            let left = state.perClient[client, default: 1] - 1
            state.perClient[client] = left > 0 ? left : nil
        }
    }
}

/// Who is at the other end of a connection.
struct ClientAddress {
    /// The IP address as text; empty for a Unix socket.
    let text: String
    /// What counts as one client: the IPv4 address, or the /64 that one IPv6 customer has at least.
    let countedAs: String

    init(_ address: SocketAddress?) {
        let ip = address?.ipAddress ?? ""
        let mapped = "::ffff:"
        if ip.hasPrefix(mapped), ip.contains(".") {
            text = String(ip.dropFirst(mapped.count))
            countedAs = text
        } else if let address, case .v6 = address {
            text = ip
            // In a sockaddr_in6 the address begins at byte 8.
            countedAs = address.withSockAddr { start, size in
                let network = UnsafeRawBufferPointer(start: start, count: size)[8..<16]
                return network.map { String($0, radix: 16) }.joined(separator: ":")
            }
        } else {
            text = ip
            countedAs = ip
        }
    }
}
