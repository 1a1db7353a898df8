import Crypto
import CryptoExtras
import Foundation
import Tokens

/// The signatures that an ID token may have. Nothing else is known here: not `none`, and no HMAC, for which a public key
/// could be made to serve as the secret.
enum IDTokenAlgorithm: String, Sendable, CaseIterable { case rs256 = "RS256", es256 = "ES256" }

/// The provider's signing keys (RFC 7517, RFC 7518 section 6). Keys of other kinds and for other uses are left out.
struct ProviderKeys: Sendable {
    enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
    }

    static let keysMax = 100
    /// 8192 bits: a longer key only costs time.
    private static let modulusBytesMax = 1024

    private let keys: [(id: String?, key: Key)]

    init(_ json: [UInt8]) throws(ProviderFailure) {
        guard case .array(let list)? = try ProviderJSON.object(json)["keys"], list.count <= Self.keysMax else {
            throw .malformed
        }
        keys = list.compactMap { item in
            guard case .object(let members) = item, let key = Self.key(members) else { return nil }
            return (members["kid"]?.string, key)
        }
    }

    /// - Parameter id: `kid`; it may only be left out where there is but one key.
    /// - Throws: `unknownKey`, also where two keys have the name; `algorithm` when the key is for another one.
    func key(_ id: String?, _ algorithm: IDTokenAlgorithm) throws(IDTokenRefusal) -> Key {
        let found = id.map { id in keys.filter { $0.id == id } } ?? keys
        guard found.count == 1, let key = found.first?.key else { throw .unknownKey }
        guard key.algorithm == algorithm else { throw .algorithm }
        return key
    }

    private static func key(_ members: [String: TokenJSON]) -> Key? {
        guard members["use"] == nil || members["use"] == .string("sig"),
            members["key_ops"] == nil || members["key_ops"]?.texts.contains("verify") == true,
            let key = members["kty"] == .string("RSA") ? rsa(members) : p256(members)
        else { return nil }
        let algorithm = members["alg"]
        return algorithm == nil || algorithm == .string(key.algorithm.rawValue) ? key : nil
    }

    private static func rsa(_ members: [String: TokenJSON]) -> Key? {
        guard let n = members["n"]?.string.flatMap({ Base64URL.decode($0) }), n.count <= modulusBytesMax,
            let e = members["e"]?.string.flatMap({ Base64URL.decode($0) })
        else { return nil }
        // Refuses keys under 2048 bits and exponents that are even or 1.
        return (try? _RSA.Signing.PublicKey(n: n, e: e)).map { .rsa($0) }
    }

    private static func p256(_ members: [String: TokenJSON]) -> Key? {
        guard members["kty"] == .string("EC"), members["crv"] == .string("P-256"), let x = members["x"]?.string,
            let y = members["y"]?.string
        else { return nil }
        return (try? P256.Signing.PublicKey(x: x, y: y)).map { .p256($0) }
    }
}

extension ProviderKeys.Key {
    var algorithm: IDTokenAlgorithm {
        switch self {
        case .rsa: .rs256
        case .p256: .es256
        }
    }

    func isValid(_ signature: [UInt8], for signed: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .rsa(let key):
            key.isValidSignature(
                .init(rawRepresentation: signature), for: signed, padding: .insecurePKCS1v1_5)  // RS256 is this padding
        case .p256(let key):
            (try? P256.Signing.ECDSASignature(rawRepresentation: signature)).map {
                key.isValidSignature($0, for: signed)
            } ?? false
        }
    }
}
