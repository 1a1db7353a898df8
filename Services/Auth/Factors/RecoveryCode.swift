import Crypto
import Foundation
import Storage

/// Gets somebody in who lost his authenticator app; good once. It has 120 random bits, so that a plain SHA-256 of it may be
/// stored (OWASP ASVS 5, 6.5.2 wants a password hash below 112 bits).
struct RecoveryCode: Sendable, Hashable {
    /// A user gets so many at a time.
    static let setSize = 10
    private static let byteCount = 15
    private static let groupSize = 4

    private let bytes: Data

    init() { bytes = .random(count: Self.byteCount) }

    /// Reads what `text` gives, in any case, with spaces or dashes anywhere, and with letters for the digits that they look
    /// like; nil for anything else.
    init?(text: String) {
        let characters = text.lowercased().filter { $0 != "-" && !$0.isWhitespace }
        let code = String(characters.map { Self.lookAlikes[$0] ?? $0 })
        guard let bytes = Base32.readable.decode(code), bytes.count == Self.byteCount else { return nil }
        self.bytes = Data(bytes)
    }

    private static let lookAlikes: [Character: Character] = ["o": "0", "i": "1", "l": "1"]

    /// `k7qm-3f9d-x2ha-90vw-8tzc-5n6e`
    var text: String {
        let characters = Array(Base32.readable.encode(bytes))
        return stride(from: 0, to: characters.count, by: Self.groupSize)
            .map { String(characters[$0..<min($0 + Self.groupSize, characters.count)]) }
            .joined(separator: "-")
    }

    var hash: Data { Data(SHA256.hash(data: bytes)) }
}
