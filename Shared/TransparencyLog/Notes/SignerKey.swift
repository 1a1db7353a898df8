package import Crypto
import Foundation

/// A key that signs notes or cosigns checkpoints. Its description is that of its public half.
package struct SignerKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let verifier: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    package init(
        name: String, _ algorithm: SignatureAlgorithm, _ key: Curve25519.Signing.PrivateKey
    ) throws(NoteKeyError) {
        verifier = try VerifierKey(name: name, algorithm, key.publicKey)
        self.key = key
    }

    /// `PRIVATE+KEY+name+id+base64(algorithm ‖ seed)`, as golang.org/x/mod/sumdb/note keeps them; the ID is that of the
    /// public key.
    package init(_ text: String) throws(NoteKeyError) {
        guard text.utf8.starts(with: Self.prefix.utf8) else { throw .malformed }
        let parts = try KeyText(text.utf8.dropFirst(Self.prefix.utf8.count))
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: parts.key) else { throw .malformed }
        try self.init(name: parts.name, parts.algorithm, key)
        guard verifier.id == parts.id else { throw .idWrong }
    }

    /// Whoever has this text signs as this key.
    package var secretText: String {
        Self.prefix + KeyText.make(verifier.name, verifier.id, verifier.algorithm, key.rawRepresentation)
    }

    /// The same secret as a witness's key, under another ID (C2SP tlog-cosignature, Format).
    package var cosigner: SignerKey {
        get throws(NoteKeyError) { try SignerKey(name: verifier.name, .cosignature, key) }
    }

    package var description: String { verifier.text }
    package var debugDescription: String { verifier.text }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static let prefix = "PRIVATE+KEY+"

    /// Ed25519 over the text (C2SP signed-note, Ed25519 signatures).
    package func sign(_ note: SignedNote) throws -> NoteSignature {
        guard verifier.algorithm == .ed25519 else { throw NoteKeyError.algorithmWrong }
        return NoteSignature(
            name: verifier.name, keyID: verifier.id, bytes: try key.signature(for: Data(note.textBytes)))
    }

    /// Ed25519 over a time and the text (C2SP tlog-cosignature, Ed25519 signed message). Says that this is the largest
    /// consistent tree that the signer has seen: only after a `WitnessDecision.accept` that is stored.
    ///
    /// - Parameter seconds: since 1970.
    package func cosign(_ note: SignedNote, at seconds: Int64) throws -> NoteSignature {
        guard verifier.algorithm == .cosignature, seconds >= 0 else { throw NoteKeyError.algorithmWrong }
        let signature = try key.signature(for: Cosignature.message(note.textBytes, at: seconds))
        return NoteSignature(
            name: verifier.name, keyID: verifier.id, bytes: Cosignature.bytes(of: seconds) + signature)
    }
}
