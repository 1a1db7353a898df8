package import Foundation

/// A signature line of a note: `— name base64(key ID ‖ signature)` (C2SP signed-note, Signatures). It proves nothing until
/// a key has verified it.
package struct NoteSignature: Sendable {
    package let name: String
    package let keyID: UInt32
    package let bytes: Data

    init(name: String, keyID: UInt32, bytes: Data) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// Without the newline.
    init?(line: some Collection<UInt8>) {
        guard line.starts(with: Self.dash) else { return nil }
        let parts = line.dropFirst(Self.dash.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self), KeyName.isValid(name),
            let bytes = StrictBase64.decode(parts[1]), bytes.count > 4
        else { return nil }
        self.init(
            name: name, keyID: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }, bytes: bytes.dropFirst(4))
    }

    /// Signature lines alone, as a witness answers (C2SP tlog-witness, add-checkpoint); nil for anything else.
    package static func lines(_ body: Data) -> [NoteSignature]? {
        var signatures: [NoteSignature] = []
        var lines = Lines(body)
        while let line = lines.next() {
            guard signatures.count < SignedNote.signaturesMax, let signature = NoteSignature(line: line) else {
                return nil
            }
            signatures.append(signature)
        }
        return lines.rest.isEmpty && !signatures.isEmpty ? signatures : nil
    }

    /// With its newline.
    package var line: String {
        let id = withUnsafeBytes(of: keyID.bigEndian) { Data($0) }
        return "— \(name) \((id + bytes).base64EncodedString())\n"
    }

    private static let dash = Array("— ".utf8)
}

/// A signature that a known key has verified.
package struct VerifiedSignature: Sendable {
    package let key: VerifierKey
    package let signature: NoteSignature

    /// When a witness cosigned, in seconds since 1970; nil for other signatures.
    package var time: Int64? { key.algorithm == .cosignature ? Cosignature.time(of: signature.bytes) : nil }
}
