package import RPC

extension AuditMethods {
    package static let exportLines = RPCStreamMethod<AuditFilter, CSVPart>(
        0x0325, "audit.export.ndjson", callers: [Peer.gateway], isFinite: true)
    package static let exportTable = RPCStreamMethod<AuditFilter, CSVPart>(
        0x0326, "audit.export.csv", callers: [Peer.gateway], isFinite: true)
}

/// One line of an export: the entry as it is shown, the bytes that its leaf hash is made of, and its place in the tree that
/// was signed, so that all of it can be verified without us. What a line shows is what its bytes say, but for personal values,
/// of which the bytes hold commitments.
package struct AuditExportLine: Codable, Sendable, Hashable {
    package var entry: AuditEntry
    /// The canonical JSON of the entry, base64; leafHash = SHA-256(0x00 ‖ bytes).
    package var bytes: String
    /// Where the entry stands in the tree; from here on nil where no signed checkpoint covers it.
    package var index: Int64?
    /// RFC 6962 section 2.1.1, from the leaf's sibling up to the root of the signed checkpoint in the last line; base64.
    package var proof: [String]?

    package init(entry: AuditEntry, bytes: String, index: Int64? = nil, proof: [String]? = nil) {
        self.entry = entry
        self.bytes = bytes
        self.index = index
        self.proof = proof
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
    /// The newest checkpoint as it was published (C2SP tlog-checkpoint), to which the proofs of the lines lead; nil where nothing
    /// was signed, and in tables, which have no proofs.
    package var signed: String?

    package init(checkpoint: Checkpoint, entries: Int, signed: String? = nil) {
        self.checkpoint = checkpoint
        self.entries = entries
        self.signed = signed
    }
}
