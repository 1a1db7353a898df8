import Crypto
import Foundation
import Tokens

/// Proves that whoever accepts an invitation was given its link: 256 random bits, good once and for three days. Only its
/// hash is stored.
struct InvitationToken: Sendable {
    static let lifetimeSeconds: Int64 = 72 * 3600

    let text: String

    init() { text = Base64URL.encode(Data.random(count: 32)) }

    init(text: String) { self.text = text }

    var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}
