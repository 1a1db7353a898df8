import Crypto
package import Foundation

/// The key that seals secrets in a service's file. It comes from the environment or a file of its own, never from the database,
/// so that a copy or a backup of the database tells nothing by itself.
package struct FileKey: Sendable {
    private static let byteCount = 32

    let key: SymmetricKey
    /// Tells keys apart and says nothing about them: the first 8 bytes of the key's SHA-256.
    package let id: Data

    private init(bytes: Data) {
        self.init(key: SymmetricKey(data: bytes), id: Data(SHA256.hash(data: bytes).prefix(8)))
    }

    private init(key: SymmetricKey, id: Data) {
        self.key = key
        self.id = id
    }

    /// A new one.
    package init() { self.init(bytes: .random(count: Self.byteCount)) }

    /// - Parameter text: 64 hexadecimal digits, as `openssl rand -hex 32` prints them.
    package init?(text: String) {
        // By bytes: Unicode has more digits than ASCII, and a `Character` may be one of those.
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.byteCount, text.utf8.count == digits.count else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        self.init(bytes: Data(bytes))
    }

    /// The id, for people: 16 hexadecimal digits.
    package var name: String { Self.name(of: id) }

    package static func name(of id: Data) -> String {
        id.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Another key made of this one (HKDF, RFC 5869), so that what one service sealed no other opens though both are given
    /// the same key. Its id stays: people know the key by it.
    /// - Parameter label: says for what; never changed, or nothing that was sealed opens again.
    package func derived(for label: String) -> FileKey {
        FileKey(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: key, info: Data(label.utf8), outputByteCount: Self.byteCount), id: id)
    }
}
