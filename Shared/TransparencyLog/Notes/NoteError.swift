/// Why a note is refused (C2SP signed-note).
package enum NoteError: Error, Hashable, CustomStringConvertible {
    case tooLong
    case tooManySignatures
    /// Not text, an empty line and signature lines; or a byte that a note may not have.
    case malformed
    /// A key that we know did not sign this text.
    case signatureWrong(key: String)
    case noKnownSignature

    package var description: String {
        switch self {
        case .tooLong: "the note has over \(SignedNote.bytesMax) bytes"
        case .tooManySignatures: "the note has over \(SignedNote.signaturesMax) signatures"
        case .malformed: "not a signed note"
        case .signatureWrong(let key): "the signature of \(key) is not one of this text"
        case .noKnownSignature: "no key that is trusted has signed it"
        }
    }
}

/// Why a key is refused. Nothing in it repeats a key.
package enum NoteKeyError: Error, Hashable {
    case malformed
    /// A name is not empty, has no white space, control characters or plus signs, and is at most `KeyName.bytesMax` long.
    case nameInvalid
    case algorithmUnknown
    /// The ID in the key is not that of its name and bytes.
    case idWrong
    /// A key for notes was to cosign, or the other way round.
    case algorithmWrong
}
