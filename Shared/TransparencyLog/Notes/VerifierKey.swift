package import Crypto
import Foundation

/// Whose signatures are trusted: a name and a public key (C2SP signed-note, Signatures). Name and ID together tell which
/// key a signature is of; the ID alone is too short to tell anything.
package struct VerifierKey: Sendable {
    package let name: String
    package let id: UInt32
    package let algorithm: SignatureAlgorithm
    private let key: Curve25519.Signing.PublicKey

    package init(
        name: String, _ algorithm: SignatureAlgorithm, _ key: Curve25519.Signing.PublicKey
    ) throws(NoteKeyError) {
        guard KeyName.isValid(name) else { throw .nameInvalid }
        self.name = name
        self.algorithm = algorithm
        self.key = key
        id = KeyName.id(name, algorithm, publicKey: key.rawRepresentation)
    }

    /// `name+id+base64(algorithm ‖ public key)`, the form in which keys are handed out.
    package init(_ text: String) throws(NoteKeyError) {
        let parts = try KeyText(text.utf8[...])
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: parts.key) else { throw .malformed }
        try self.init(name: parts.name, parts.algorithm, key)
        guard id == parts.id else { throw .idWrong }
    }

    package var text: String { KeyText.make(name, id, algorithm, key.rawRepresentation) }

    func isKey(of signature: NoteSignature) -> Bool { signature.keyID == id && signature.name.isSame(as: name) }

    func verifies(_ signature: Data, over text: some Collection<UInt8>) -> Bool {
        switch algorithm {
        case .ed25519:
            return signature.count == 64 && key.isValidSignature(signature, for: Data(text))
        case .cosignature:
            guard let time = Cosignature.time(of: signature) else { return false }
            return key.isValidSignature(signature.dropFirst(8), for: Cosignature.message(text, at: time))
        }
    }
}

/// The form that public and private keys share: name, ID in hexadecimal, algorithm and 32 bytes in base64.
struct KeyText {
    let name: String
    let id: UInt32
    let algorithm: SignatureAlgorithm
    let key: Data

    init(_ text: Substring.UTF8View) throws(NoteKeyError) {
        // Base64 has plus signs too, a name never.
        let parts = text.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let id = UInt32(String(parts[1]) ?? "", radix: 16),
            KeyName.hex(id).utf8.elementsEqual(parts[1]), let bytes = StrictBase64.decode(parts[2]), bytes.count == 33
        else { throw .malformed }
        guard let algorithm = SignatureAlgorithm(rawValue: bytes[0]) else { throw .algorithmUnknown }
        guard let name = String(parts[0]) else { throw .malformed }
        self.name = name
        self.id = id
        self.algorithm = algorithm
        key = bytes.dropFirst()
    }

    static func make(_ name: String, _ id: UInt32, _ algorithm: SignatureAlgorithm, _ key: Data) -> String {
        "\(name)+\(KeyName.hex(id))+\((Data([algorithm.rawValue]) + key).base64EncodedString())"
    }
}
