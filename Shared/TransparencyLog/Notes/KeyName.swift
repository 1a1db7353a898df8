import Crypto
import Foundation

/// Rules of names and IDs of keys (C2SP signed-note, Format and Signatures).
enum KeyName {
    /// The document sets no limit; names are URLs without a scheme.
    static let bytesMax = 255

    static func isValid(_ name: String) -> Bool {
        (1...bytesMax).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "+" && !$0.properties.isWhitespace }
    }

    /// SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key)[:4]
    static func id(_ name: String, _ algorithm: SignatureAlgorithm, publicKey: Data) -> UInt32 {
        let digest = SHA256.hash(data: Data(name.utf8) + [0x0A, algorithm.rawValue] + publicKey)
        return digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Eight hexadecimal digits, as keys are written.
    static func hex(_ id: UInt32) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}

/// How a key signs (C2SP signed-note, Signature types). Both are Ed25519; the byte keeps them apart.
package enum SignatureAlgorithm: UInt8, Sendable {
    /// Over the text of the note.
    case ed25519 = 0x01
    /// Over the text and a time, by a witness (C2SP tlog-cosignature).
    case cosignature = 0x04
}
