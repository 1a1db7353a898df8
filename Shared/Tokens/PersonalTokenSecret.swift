package import Crypto
import Foundation

/// The text of a personal access token: `ibp_`, 43 characters of base62 (256 bits) and 6 of CRC-32 over what stands before
/// them. Scanners find leaked ones by the prefix; the checksum tells a mistyped one without asking anybody.
package struct PersonalTokenSecret: Sendable, Hashable {
    package static let prefix = "ibp_"
    private static let randomCount = 43
    private static let checkCount = 6
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    package let text: String

    /// From the system's cryptographic generator.
    package init() {
        var generator = SystemRandomNumberGenerator()
        let random = (0..<Self.randomCount).map { _ in Self.alphabet[Int.random(in: 0..<62, using: &generator)] }
        let body = Array(Self.prefix.utf8) + random
        text = String(decoding: body + Self.check(body), as: UTF8.self)
    }

    /// Nil for what cannot be one of ours.
    package init?(text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let count = Self.prefix.utf8.count + Self.randomCount
        guard bytes.count == count + Self.checkCount, bytes.starts(with: Self.prefix.utf8),
            bytes[Self.prefix.utf8.count...].allSatisfy(Self.alphabet.contains),
            Array(bytes[count...]) == Self.check(bytes[..<count])
        else { return nil }
        self.text = String(text)
    }

    /// What is stored in its place.
    package var digest: SHA256Digest { SHA256.hash(data: Data(text.utf8)) }

    /// Its end, by which its owner tells it from others.
    package var hint: String { String(text.suffix(4)) }

    /// Base62, most significant digit first.
    static func check(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var rest = crc32(bytes)
        var digits: [UInt8] = []
        for _ in 0..<checkCount {
            digits.append(alphabet[Int(rest % 62)])
            rest /= 62
        }
        return digits.reversed()
    }

    /// ISO 3309, bit by bit: 47 bytes do not ask for a table.
    private static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
