import Crypto
import Foundation
import Tokens

/// Proves that whoever claims the first administrator can read the service's directory: 256 random bits, good once and
/// for a day. Only its hash is stored.
struct SetupToken: Sendable {
    static let lifetimeSeconds: Int64 = 86_400

    let text: String

    init() { text = Base64URL.encode(Data.random(count: 32)) }

    init(text: String) { self.text = text }

    var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}

/// Where the operator, or the process that started us, finds the token: `setup-token` in the data directory.
struct SetupTokenFile: Sendable {
    let path: String

    init(directory: String) { path = "\(directory)/setup-token" }

    func write(_ token: SetupToken) throws { try PrivateFile.write(token.text + "\n", to: path) }

    func remove() throws { try PrivateFile.remove(path) }
}
