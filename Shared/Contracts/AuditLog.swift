package import Foundation
package import RPC

/// The log as C2SP tlog-tiles has it, for those who verify it by themselves.
extension AuditMethods {
    package static let checkpoint = RPCMethod<Nothing, AuditLogText>(
        0x0310, "audit.log.checkpoint", callers: [Peer.gateway], isIdempotent: true)
    package static let verifierKeys = RPCMethod<Nothing, AuditLogText>(
        0x0311, "audit.log.vkey", callers: [Peer.gateway], isIdempotent: true)
    /// The resource is the tile's path behind `tile/`.
    package static let tile = RPCMethod<Nothing, AuditTile>(
        0x0312, "audit.log.tile", callers: [Peer.gateway], isIdempotent: true)
    /// The resource is the bundle's path behind `tile/entries/`. The head first, then the bytes to the end.
    package static let entryBundle = RPCStreamMethod<Nothing, AuditBundlePart>(
        0x0313, "audit.log.entries", callers: [Peer.gateway], isFinite: true)
    /// The resource is the entry's number.
    package static let proof = RPCMethod<Nothing, AuditLogText>(
        0x0314, "audit.entries.proof", callers: [Peer.gateway], isIdempotent: true)
}

/// A text that is handed on byte for byte: a checkpoint, verifier keys, a proof.
package struct AuditLogText: Codable, Sendable, Hashable {
    package var text: String

    package init(text: String) { self.text = text }
}

/// Up to 256 hashes of the tree, one after the other.
package struct AuditTile: Codable, Sendable, Hashable {
    package var hashes: Data
    /// Whether it will never be longer.
    package var isFull: Bool

    package init(hashes: Data, isFull: Bool) {
        self.hashes = hashes
        self.isFull = isFull
    }
}

/// A piece of a bundle of entries.
package enum AuditBundlePart: Codable, Sendable, Hashable {
    /// How long the whole is.
    case head(bytes: Int)
    case bytes(Data)

    /// Of one piece: as base64 in JSON it stays below what the wire compresses.
    package static let bytesMax = 40 * 1024
}
