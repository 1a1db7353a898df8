package import Foundation

/// Text with the signatures of one or more keys (C2SP signed-note): the text, an empty line, the signature lines. What it
/// says must not be believed, or even shown, before `opened(by:)` has verified a signature.
package struct SignedNote: Sendable {
    /// Over a hundred of the longest signatures there are.
    package static let bytesMax = 1 << 20
    /// The document wants 16 at least.
    package static let signaturesMax = 100

    /// With its last newline and without the empty line. These bytes are what is signed.
    let textBytes: [UInt8]
    private(set) package var signatures: [NoteSignature] = []

    /// - Parameter text: ends with a newline and has no other control characters.
    package init(text: String) throws(NoteError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        guard bytes.last == UInt8(ascii: "\n"), Self.isPrintable(bytes) else { throw .malformed }
        textBytes = bytes
    }

    package init(_ bytes: Data) throws(NoteError) {
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        let all = Array(bytes)
        guard Self.isPrintable(all), String(validating: all, as: UTF8.self) != nil, all.last == UInt8(ascii: "\n"),
            let end = Self.lastEmptyLine(all)
        else { throw .malformed }
        textBytes = Array(all[..<end])
        var lines = Lines(all[(end + 1)...])
        while let line = lines.next() {
            guard let signature = NoteSignature(line: line) else { throw .malformed }
            guard signatures.count < Self.signaturesMax else { throw .tooManySignatures }
            signatures.append(signature)
        }
        guard !signatures.isEmpty else { throw .malformed }
    }

    package var bytes: Data {
        Data(textBytes) + [UInt8(ascii: "\n")] + signatures.reduce(into: Data()) { $0 += $1.line.utf8 }
    }

    /// Adds a signature, in place of one of the same key.
    package mutating func add(_ signature: NoteSignature) {
        signatures.removeAll { $0.keyID == signature.keyID && $0.name.isSame(as: signature.name) }
        signatures.append(signature)
    }

    /// Signatures of other keys are passed over, even if they share a name or an ID with a known one. A known key's must be
    /// right, each of them: one that is not makes the whole note suspect.
    package func opened(by keys: [VerifierKey]) throws(NoteError) -> OpenedNote {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            for key in keys where key.isKey(of: signature) {
                guard key.verifies(signature.bytes, over: textBytes) else { throw .signatureWrong(key: key.name) }
                verified.append(VerifiedSignature(key: key, signature: signature))
            }
        }
        guard !verified.isEmpty else { throw .noKnownSignature }
        return OpenedNote(text: String(decoding: textBytes, as: UTF8.self), signatures: verified)
    }

    private static func isPrintable(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
    }

    /// Where the last empty line begins, behind a line; nil if there is none.
    private static func lastEmptyLine(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropFirst().last { bytes[$0] == UInt8(ascii: "\n") && bytes[$0 - 1] == UInt8(ascii: "\n") }
    }
}

/// A note with at least one signature of a known key.
package struct OpenedNote: Sendable {
    package let text: String
    /// Those of known keys, in the order of the note.
    package let signatures: [VerifiedSignature]
}
