import Crypto
import Foundation
import ServiceKit
import Storage

/// The seed of the key that signs checkpoints (Ed25519, RFC 8032 section 5.1.5), as 64 hexadecimal digits in a file of its
/// own: a copy or a backup of the database signs nothing. `openssl rand -hex 32` makes one.
struct SigningKeyFile: Sendable {
    private static let byteCount = 32
    /// More than the digits and the white space around them.
    private static let fileBytesMax = 1024

    let path: String

    /// Nil where there is no file. Throws `SettingsError` for one that holds something else.
    func read() throws -> Curve25519.Signing.PrivateKey? {
        let bytes: Data?
        do { bytes = try DurableFile(path).read(bytesMax: Self.fileBytesMax) } catch {
            throw SettingsError("IBP_AUDIT_SIGNING_KEY_FILE names \(path), which cannot be read")
        }
        guard let bytes else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let seed = Self.seed(text), let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw SettingsError(
                "IBP_AUDIT_SIGNING_KEY_FILE names \(path), which must hold 64 hexadecimal digits, such as "
                    + "`openssl rand -hex 32` prints")
        }
        return key
    }

    /// A new one, for its owner only.
    func create() throws -> Curve25519.Signing.PrivateKey {
        let key = Curve25519.Signing.PrivateKey()
        let text = key.rawRepresentation.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        do { try DurableFile(path).create(Data((text + "\n").utf8)) } catch {
            throw SettingsError("IBP_AUDIT_SIGNING_KEY_FILE names \(path), where no key can be made: \(error)")
        }
        return key
    }

    private static func seed(_ text: String) -> Data? {
        // By bytes: Unicode has more digits than ASCII.
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * byteCount, text.utf8.count == digits.count else { return nil }
        return Data(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}
