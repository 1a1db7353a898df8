package import Foundation

/// A file that proves, without a network, that an entry is in a log (C2SP tlog-proof): where it stands, the hashes up to
/// the root, and the checkpoint that vouches for the root. Its name ends with `.tlog-proof`.
/// ```
/// c2sp.org/tlog-proof@v1
/// extra YWdl                                      only if there is some
/// index 73894
/// gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=    from the leaf's sibling up
///
/// example.com/fancylog                            the signed checkpoint
/// …
/// ```
package struct TlogProof: Sendable {
    package static let bytesMax = 2 * SignedNote.bytesMax
    private static let header = "c2sp.org/tlog-proof@v1"

    package let index: Int64
    package let hashes: [MerkleHash]
    /// Signed by nobody: never to be believed for standing here.
    package let extra: Data?
    /// Byte for byte as the log published it.
    package let checkpoint: Data

    package init(_ proof: InclusionProof, checkpoint: SignedNote, extra: Data? = nil) {
        index = proof.index
        hashes = proof.hashes
        self.extra = extra
        self.checkpoint = checkpoint.bytes
    }

    package init(_ bytes: Data) throws(TlogProofError) {
        guard bytes.count <= Self.bytesMax else { throw .malformed }
        var lines = Lines(bytes)
        guard lines.next(after: Self.header)?.isEmpty == true else { throw .malformed }
        if let line = lines.next(after: "extra ") {
            guard let data = StrictBase64.decode(line) else { throw .malformed }
            extra = data
        } else {
            extra = nil
        }
        guard let index = lines.next(after: "index ").flatMap(Decimal.parse),
            let hashes = lines.hashes(max: InclusionProof.hashesMax)
        else { throw .malformed }
        self.index = index
        self.hashes = hashes
        checkpoint = Data(lines.rest)
    }

    package var bytes: Data {
        var text = Self.header + "\n"
        if let extra { text += "extra \(extra.base64EncodedString())\n" }
        text += "index \(index)\n"
        for hash in hashes { text += "\(hash.base64)\n" }
        return Data((text + "\n").utf8) + checkpoint
    }

    /// C2SP tlog-proof, Verifying a tlog proof. The size is the checkpoint's, which is signed.
    ///
    /// - Parameter leaf: made by the caller of the entry itself, never taken from a file.
    package func verify(_ leaf: MerkleHash, of log: TrustedLog) throws(TlogProofError) -> OpenedCheckpoint {
        let opened: OpenedCheckpoint
        do { opened = try log.open(checkpoint) } catch { throw .checkpoint(error) }
        let proof = InclusionProof(index: index, size: opened.checkpoint.size, hashes: hashes)
        guard proof.holds(for: leaf, root: opened.checkpoint.root) else { throw .notIncluded }
        return opened
    }
}

/// Why a proof file proves nothing.
package enum TlogProofError: Error, Hashable, CustomStringConvertible {
    case malformed
    case checkpoint(CheckpointError)
    /// The checkpoint holds; the entry is not the one at this index of its tree.
    case notIncluded

    package var description: String {
        switch self {
        case .malformed: "not a proof file"
        case .checkpoint(let error): "the checkpoint: \(error)"
        case .notIncluded: "the entry does not stand there in the tree of the checkpoint"
        }
    }
}
