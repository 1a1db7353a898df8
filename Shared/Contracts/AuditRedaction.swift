package import Foundation
package import RPC

extension AuditMethods {
    package static let redact = RPCMethod<AuditRedactionRequest, AuditEntry>(
        0x0327, "audit.entries.redact", callers: [Peer.gateway])
    package static let eraseUser = RPCMethod<AuditErasureRequest, AuditErasure>(
        0x0328, "audit.users.erase", callers: [Peer.gateway])
}

/// Erases personal values of one entry, for good.
package struct AuditRedactionRequest: Codable, Sendable, Hashable {
    /// `actor.address`, `changes[0].before`, …: each once; all that the entry has when left out.
    package var paths: [String]?
    package var reason: String

    package init(paths: [String]? = nil, reason: String) {
        self.paths = paths
        self.reason = reason
    }
}

/// A personal value that was erased: the entry proves only that there was one.
package struct AuditRedaction: Codable, Sendable, Hashable {
    package var path: String
    package var at: Instant
    /// The officer's id.
    package var by: String
    package var reason: String
    /// The index of the entry that tells of it.
    package var seq: Int64

    package init(path: String, at: Instant, by: String, reason: String, seq: Int64) {
        self.path = path
        self.at = at
        self.by = by
        self.reason = reason
        self.seq = seq
    }
}

/// Erases the personal values of one person in all of the log, for good.
package struct AuditErasureRequest: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// What an erasure did.
package struct AuditErasure: Codable, Sendable, Hashable {
    package var userId: UUID
    /// How many values were erased.
    package var values: Int
    /// How many entries by or about the person are of releases that had everything in plain: what they hold cannot be erased,
    /// but is pruned with age.
    package var plainEntries: Int
    /// The index of the entry that tells of it.
    package var seq: Int64

    package init(userId: UUID, values: Int, plainEntries: Int, seq: Int64) {
        self.userId = userId
        self.values = values
        self.plainEntries = plainEntries
        self.seq = seq
    }
}
