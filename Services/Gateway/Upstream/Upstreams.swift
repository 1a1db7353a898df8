import Contracts
import Logging
import RPC

/// The services behind the gateway.
struct Upstreams: Sendable {
    let auth, deals, audit, health: Upstream

    /// - Parameter client: makes the client of a peer.
    init(logger: Logger, _ client: (String) throws -> RPCClient) throws {
        func upstream(_ peer: String) throws -> Upstream { Upstream(peer, try client(peer), logger: logger) }
        auth = try upstream(Peer.auth)
        deals = try upstream(Peer.deals)
        audit = try upstream(Peer.audit)
        health = try upstream(Peer.health)
    }

    var all: [Upstream] { [auth, deals, audit, health] }

    /// By its name in the RPC.
    subscript(_ peer: String) -> Upstream? {
        switch peer {
        case Peer.auth: auth
        case Peer.deals: deals
        case Peer.audit: audit
        case Peer.health: health
        default: nil
        }
    }
}
