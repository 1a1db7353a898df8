package import RPC

extension AuditMethods {
    package static let exportLines = RPCStreamMethod<AuditFilter, CSVPart>(
        0x0325, "audit.export.ndjson", callers: [Peer.gateway], isFinite: true)
    package static let exportTable = RPCStreamMethod<AuditFilter, CSVPart>(
        0x0326, "audit.export.csv", callers: [Peer.gateway], isFinite: true)
}

/// One line of an export: the entry as it is shown, and the bytes that its leaf hash is made of, so that the hash can be
/// recomputed without us.
package struct AuditExportLine: Codable, Sendable, Hashable {
    package var entry: AuditEntry
    /// The canonical JSON of the entry, base64; leafHash = SHA-256(0x00 ‖ bytes).
    package var bytes: String

    package init(entry: AuditEntry, bytes: String) {
        self.entry = entry
        self.bytes = bytes
    }
}

/// The last line of an export: the tree that all of its entries are in. A file without it is not whole.
package struct AuditExportEnd: Codable, Sendable, Hashable {
    package struct Checkpoint: Codable, Sendable, Hashable {
        package var size: Int64
        /// RFC 6962 section 2.1, base64.
        package var root: String

        package init(size: Int64, root: String) {
            self.size = size
            self.root = root
        }
    }

    package var checkpoint: Checkpoint
    /// How many entries stand before it.
    package var entries: Int

    package init(checkpoint: Checkpoint, entries: Int) {
        self.checkpoint = checkpoint
        self.entries = entries
    }
}
