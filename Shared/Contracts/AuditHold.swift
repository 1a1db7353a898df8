package import RPC

extension AuditMethods {
    package static let hold = RPCMethod<Nothing, AuditHold>(
        0x0329, "audit.hold", callers: [Peer.gateway], isIdempotent: true)
    package static let placeHold = RPCMethod<AuditHoldRequest, AuditHold>(
        0x032A, "audit.hold.place", callers: [Peer.gateway])
    package static let liftHold = RPCMethod<AuditHoldRequest, AuditHold>(
        0x032B, "audit.hold.lift", callers: [Peer.gateway])
}

package struct AuditHoldRequest: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Whether the log may be pruned, and how far it is.
package struct AuditHold: Codable, Sendable, Hashable, RPCResource {
    /// A legal hold is on: nothing is pruned.
    package var held: Bool
    /// Why it was placed or lifted last.
    package var reason: String?
    /// The officer's id.
    package var by: String?
    package var at: Instant?
    /// Entries below this index were pruned.
    package var minimumIndex: Int64
    /// After how many years entries are pruned; nil for never.
    package var retentionYears: Int?
    package var version: Int64

    package var resourceID: String { "hold" }

    package init(
        held: Bool, reason: String? = nil, by: String? = nil, at: Instant? = nil, minimumIndex: Int64,
        retentionYears: Int?, version: Int64
    ) {
        self.held = held
        self.reason = reason
        self.by = by
        self.at = at
        self.minimumIndex = minimumIndex
        self.retentionYears = retentionYears
        self.version = version
    }
}
