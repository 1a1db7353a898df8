import Foundation
package import RPC

extension DealMethods {
    package static let delete = RPCMethod<DealDeletion, Deal>(0x0260, "deals.delete", callers: [Peer.gateway])
    package static let restore = RPCMethod<DealRestoration, Deal>(
        0x0261, "deals.restore", callers: [Peer.gateway], deduplicates: true)
    package static let decideRetention = RPCMethod<RetentionDecision, Deal>(
        0x0262, "deals.retention.decide", callers: [Peer.gateway])
}

/// Why a deal is deleted. Nothing of it is destroyed: it can be restored.
package struct DealDeletion: Codable, Sendable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// Brings a deleted deal back.
package struct DealRestoration: Codable, Sendable {
    package var reason: String?
    /// Another one, for when the deal's own is taken meanwhile.
    package var codeName: String?

    package init(reason: String? = nil, codeName: String? = nil) {
        self.reason = reason
        self.codeName = codeName
    }
}

/// How long a deal must be kept, as compliance decides: also to end a hold or shorten a time.
package struct RetentionDecision: Codable, Sendable {
    package var legalHold: Bool
    /// For no certain time when it is left out.
    package var retentionUntil: BusinessDate?
    package var reason: String

    package init(legalHold: Bool, retentionUntil: BusinessDate? = nil, reason: String) {
        self.legalHold = legalHold
        self.retentionUntil = retentionUntil
        self.reason = reason
    }
}
