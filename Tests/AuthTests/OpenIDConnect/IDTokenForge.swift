import Crypto
import CryptoExtras
import Foundation
import Tokens

@testable import auth

/// Makes ID tokens, good ones and all kinds of others.
struct IDTokenForge: Sendable {
    static let issuer = "https://id.bank.test"
    static let client = "ibpipeline"

    // Slow to make, and what they are does not matter.
    static let rsa = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }
    static let p256 = P256.Signing.PrivateKey()

    var header: [String: any Sendable] = ["alg": "ES256", "typ": "JWT", "kid": "ec"]
    var claims: [String: any Sendable] = [:]

    init(now: Int64, nonce: String = "n-1", issuer: String = issuer) {
        claims = [
            "iss": issuer, "sub": "u-1", "aud": Self.client, "exp": now + 300, "iat": now, "nonce": nonce,
            "email": "bea@bank.test", "email_verified": true, "name": "Bea Miller", "groups": ["bankers"],
        ]
    }

    func with(_ change: (inout IDTokenForge) -> Void) -> IDTokenForge {
        var other = self
        change(&other)
        return other
    }

    /// Signed as the header says; by nothing at all when it says something else.
    func token() throws -> String {
        let signed = try "\(Self.segment(header)).\(Self.segment(claims))"
        let signature: Data =
            switch header["alg"] as? String {
            case "ES256": try Self.p256.signature(for: Data(signed.utf8)).rawRepresentation
            case "RS256":
                try Self.rsa.get().signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5).rawRepresentation
            default: Data()
            }
        return "\(signed).\(Base64URL.encode(signature))"
    }

    static func segment(_ object: [String: any Sendable]) throws -> String {
        Base64URL.encode(try JSONSerialization.data(withJSONObject: object, options: .sortedKeys))
    }

    static func json(_ object: [String: any Sendable]) throws -> [UInt8] {
        [UInt8](try JSONSerialization.data(withJSONObject: object))
    }

    static func ec(_ members: [String: any Sendable] = [:]) -> [String: any Sendable] {
        let own: [String: any Sendable] = [
            "kty": "EC", "crv": "P-256", "x": p256.publicKey.x, "y": p256.publicKey.y, "kid": "ec",
        ]
        return own.merging(members) { $1 }
    }

    static func rsa(_ members: [String: any Sendable] = [:]) throws -> [String: any Sendable] {
        let numbers = try rsa.get().publicKey.getKeyPrimitives()
        let own: [String: any Sendable] = [
            "kty": "RSA", "n": Base64URL.encode(numbers.modulus), "e": Base64URL.encode(numbers.publicExponent),
            "kid": "rsa",
        ]
        return own.merging(members) { $1 }
    }

    static func keys(_ keys: [[String: any Sendable]]) throws -> ProviderKeys {
        try ProviderKeys(try json(["keys": keys]))
    }
}
