package import RPC

extension DealMethods {
    package static let decideConflict = RPCMethod<ConflictDecision, Deal>(
        0x020B, "deals.conflict.decide", callers: [Peer.gateway], deduplicates: true)
}

/// Compliance's answer to a conflict check: `cleared`, `cleared_with_conditions` or `declined`.
package struct ConflictDecision: Codable, Sendable {
    package var decision: ConflictStatus
    package var note: String?
    package var expiresOn: BusinessDate?

    package init(decision: ConflictStatus, note: String? = nil, expiresOn: BusinessDate? = nil) {
        self.decision = decision
        self.note = note
        self.expiresOn = expiresOn
    }
}
