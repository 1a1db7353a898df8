import Crypto
import Foundation
import Storage
import Tokens

/// Lets a client go on with its session, once: 256 bits in base64url. Only the SHA-256 of the bytes is stored.
struct RefreshToken: Sendable, Hashable {
    private static let byteCount = 32

    /// Random, or derived from those before.
    private let bytes: Data

    init() { bytes = .random(count: Self.byteCount) }

    private init(bytes: Data) { self.bytes = bytes }

    init?(text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == Self.byteCount else { return nil }
        self.bytes = Data(bytes)
    }

    var text: String { Base64URL.encode(bytes) }

    var hash: Data { Data(SHA256.hash(data: bytes)) }

    /// The one token that follows this one. It is derived, not drawn: a client whose reply was lost gets the same
    /// successor again, though it stands nowhere in clear.
    func successor(secret: SymmetricKey) -> RefreshToken {
        RefreshToken(bytes: Data(HMAC<SHA256>.authenticationCode(for: bytes, using: secret)))
    }
}
