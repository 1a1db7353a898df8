import Crypto
import Foundation
import Tokens

/// Lets somebody who has forgotten the password choose another: 256 random bits in base64url, good once and for an hour.
/// Only its hash is stored.
struct ResetToken: Sendable {
    static let lifetimeSeconds: Int64 = 3600
    private static let byteCount = 32

    let text: String

    init() { text = Base64URL.encode(Data.random(count: Self.byteCount)) }

    init?(text: String) {
        guard Base64URL.decode(text)?.count == Self.byteCount else { return nil }
        self.text = text
    }

    var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}
