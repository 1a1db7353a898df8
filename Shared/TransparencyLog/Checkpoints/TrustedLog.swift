package import Foundation

/// Which log somebody trusts, by which keys, and how many witnesses must have seen what it says. All is given out of band;
/// nothing of it is ever learnt from a note.
package struct TrustedLog: Sendable {
    package let origin: String
    /// One of them must have signed.
    package let keys: [VerifierKey]
    package let witnesses: [VerifierKey]
    /// How many of the witnesses, by name.
    package let witnessesNeeded: Int

    package init(origin: String, keys: [VerifierKey], witnesses: [VerifierKey] = [], witnessesNeeded: Int = 0) {
        self.origin = origin
        self.keys = keys
        self.witnesses = witnesses
        self.witnessesNeeded = witnessesNeeded
    }

    /// Steps 2 and 3 of C2SP tlog-proof, Verifying a tlog proof.
    package func open(_ note: Data) throws(CheckpointError) -> OpenedCheckpoint {
        let parsed: SignedNote
        do { parsed = try SignedNote(note) } catch { throw .note(error) }
        return try open(parsed)
    }

    package func open(_ note: SignedNote) throws(CheckpointError) -> OpenedCheckpoint {
        let opened: OpenedNote
        do { opened = try note.opened(by: keys + witnesses) } catch { throw .note(error) }
        guard let checkpoint = Checkpoint(opened.text) else { throw .malformed }
        guard checkpoint.origin.isSame(as: origin) else { throw .otherOrigin }
        guard opened.signatures.contains(where: { signed in keys.contains { $0.isKey(of: signed.signature) } }) else {
            throw .note(.noKnownSignature)
        }
        let cosigned = opened.signatures.filter { signed in witnesses.contains { $0.isKey(of: signed.signature) } }
        let seenBy = Set(cosigned.map { Data($0.key.name.utf8) }).count
        guard seenBy >= witnessesNeeded else { throw .witnessesMissing(seenBy: seenBy, needed: witnessesNeeded) }
        return OpenedCheckpoint(checkpoint: checkpoint, cosignatures: cosigned)
    }
}

/// A checkpoint that a trusted log has signed, and enough witnesses.
package struct OpenedCheckpoint: Sendable {
    package let checkpoint: Checkpoint
    package let cosignatures: [VerifiedSignature]
}

/// Why a checkpoint is not believed.
package enum CheckpointError: Error, Hashable, CustomStringConvertible {
    case note(NoteError)
    /// Signed, but not the text of a checkpoint.
    case malformed
    case otherOrigin
    case witnessesMissing(seenBy: Int, needed: Int)

    package var description: String {
        switch self {
        case .note(let error): error.description
        case .malformed: "what is signed is not a checkpoint"
        case .otherOrigin: "it is of another log"
        case .witnessesMissing(let seenBy, let needed): "\(seenBy) of \(needed) witnesses have signed it"
        }
    }
}
