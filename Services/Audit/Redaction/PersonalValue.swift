import Crypto
import Foundation

/// A personal value as it is kept beside its entry. The entry itself has its commitment alone, from which nobody finds the
/// value without the salt, however few values there are to try: with both gone, it is gone.
struct PersonalValue: Sendable, Hashable {
    static let saltBytes = 16

    let path: String
    let salt: Data
    let value: String

    /// HMAC-SHA-256(salt, value) in hex.
    var commitment: String { Self.commitment(to: value, salt: salt) }

    static func commitment(to value: String, salt: Data) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(value.utf8), using: SymmetricKey(data: salt))
        var hex: [UInt8] = []
        hex.reserveCapacity(64)
        for byte in code {
            hex.append(digits[Int(byte >> 4)])
            hex.append(digits[Int(byte & 15)])
        }
        return String(decoding: hex, as: UTF8.self)
    }

    static func randomSalt() -> Data {
        var random = SystemRandomNumberGenerator()
        var words = (random.next(), random.next())
        return withUnsafeBytes(of: &words) { Data($0) }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
