/// What every server answers beside its own methods, to any peer that passed the handshake.
package enum BuiltInMethods {
    package static let anyone: Set<String> = ["*"]
    package static let health = RPCMethod<Nothing, RPCServerHealth>(
        0x0001, "rpc.health", callers: anyone, isIdempotent: true)
    package static let describe = RPCMethod<Nothing, RPCDescription>(
        0x0002, "rpc.describe", callers: anyone, isIdempotent: true)
    package static let stats = RPCMethod<Nothing, RPCStatsReport>(
        0x0003, "rpc.stats", callers: anyone, isIdempotent: true)
    /// An item now and one for every change.
    package static let watch = RPCStreamMethod<Nothing, RPCServerHealth>(0x0004, "rpc.watch", callers: anyone)
}

package struct RPCServerHealth: Codable, Sendable {
    package var isReady: Bool
    package var service: String
    package var version: String
    package var uptimeSeconds: Int

    package init(isReady: Bool, service: String, version: String, uptimeSeconds: Int) {
        self.isReady = isReady
        self.service = service
        self.version = version
        self.uptimeSeconds = uptimeSeconds
    }
}

/// The method table of a server.
package struct RPCDescription: Codable, Sendable {
    package struct Method: Codable, Sendable {
        package var id: UInt16
        package var name: String
        package var callers: [String]
        package var idempotent: Bool
        package var stream: Bool
    }

    package var service: String
    package var tableHash: String?
    package var methods: [Method]
}

package struct RPCStatsReport: Codable, Sendable {
    package struct Method: Codable, Sendable {
        package var name: String
        package var calls: Int
        package var failures: Int
        package var totalMicroseconds: Int
    }

    package var connections: Int
    package var inFlight: Int
    /// Calls turned away because too much waited already.
    package var refused: Int
    /// Calls whose time was over before they began.
    package var expired: Int
    package var methods: [Method]
}
