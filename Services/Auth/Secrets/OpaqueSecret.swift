import Crypto
import Foundation
import RPC
import Storage
import Tokens

/// A text that lets in whoever has it, and says nothing else: 256 random bits in base64url. So that a copy of auth.sqlite
/// lets nobody in, only the SHA-256 of the text is stored.
struct OpaqueSecret: Sendable {
    private static let byteCount = 32

    let text: String

    /// A new one.
    init() { text = Base64URL.encode(Data.random(count: Self.byteCount)) }

    /// What somebody sent. A text that is no secret of ours has a digest that we do not know.
    init(text: String) { self.text = text }

    /// SHA-256 of the text.
    var digest: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}

extension OpaqueSecret {
    /// The digest of a secret that the gateway has seen, and does not pass on.
    /// - Parameters:
    ///   - text: 32 bytes in base64url.
    ///   - field: in which it came.
    static func digest(_ text: String, in field: String) throws -> Data {
        guard let digest = Base64URL.decode(text), digest.count == SHA256.Digest.byteCount else {
            throw RPCFault.invalid([FieldFault(field, "invalid", "must be 32 bytes in base64url")])
        }
        return Data(digest)
    }
}
