import Crypto
import Foundation

/// Somebody of whom failures are counted.
struct ThrottleKey: Sendable, Hashable {
    let kind: ThrottleKind
    /// 32 bytes that tell nothing without the server's secret.
    let digest: Data
}

/// What one sign-in is counted under.
struct SignInAttempt: Sendable, Hashable {
    /// Whose waits hold it up, and whose failure it is if it fails.
    let judged: [ThrottleKey]
    /// Whose failures are forgotten when it succeeds.
    let forgiven: [ThrottleKey]
}

/// Makes the keys, the same for an e-mail that nobody has: an HMAC, so that the table says neither who was tried nor from
/// where.
struct ThrottleKeys: Sendable {
    private static let purpose = Data("sign-in throttle".utf8)

    private let secret: SymmetricKey

    /// - Parameter secret: the server's.
    init(secret: SymmetricKey) {
        self.secret = HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Self.purpose, outputByteCount: 32)
    }

    /// - Parameters:
    ///   - email: as it was typed; what is no e-mail is counted as it stands.
    ///   - device: the digest of what the browser showed, when it is known as a device of that very account.
    func attempt(email: String, address: String?, device: Data?) -> SignInAttempt {
        let account = key(.account, Data((EmailAddress(email)?.key ?? ComparableText.key(of: email)).utf8))
        let network = address.map { key(.address, ClientNetwork($0).bytes) }
        let pair = network.map { key(.pair, account.digest + $0.digest) }
        let strangers = [account, network, pair].compactMap(\.self)
        // Other people's failures keep nobody out who comes with a device of his own.
        let own = device.map { [key(.device, $0)] }
        return SignInAttempt(judged: own ?? strangers, forgiven: strangers + (own ?? []))
    }

    private func key(_ kind: ThrottleKind, _ content: Data) -> ThrottleKey {
        let code = HMAC<SHA256>.authenticationCode(for: Data("\(kind.rawValue):".utf8) + content, using: secret)
        return ThrottleKey(kind: kind, digest: Data(code))
    }
}
