package import Foundation

/// What a log sends a witness (C2SP tlog-witness, add-checkpoint): a checkpoint, and the proof that it continues the one of
/// `oldSize` which the witness saw last.
/// ```
/// old 20852014
/// PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
///
/// example.com/behind-the-sofa
/// …
/// ```
package struct AddCheckpoint: Sendable {
    package static let bytesMax = 2 * SignedNote.bytesMax

    /// 0 to a witness that has seen none.
    package let oldSize: Int64
    package let proof: [MerkleHash]
    package let checkpoint: SignedNote

    package init(oldSize: Int64, proof: [MerkleHash], checkpoint: SignedNote) {
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Nil for another form, which a witness answers with 400.
    package init?(_ body: Data) {
        guard body.count <= Self.bytesMax else { return nil }
        var lines = Lines(body)
        guard let oldSize = lines.next(after: "old ").flatMap(Decimal.parse),
            let proof = lines.hashes(max: ConsistencyProof.hashesMax),
            let checkpoint = try? SignedNote(Data(lines.rest))
        else { return nil }
        self.init(oldSize: oldSize, proof: proof, checkpoint: checkpoint)
    }

    package var bytes: Data {
        Data(("old \(oldSize)\n" + proof.map { "\($0.base64)\n" }.joined() + "\n").utf8) + checkpoint.bytes
    }
}
