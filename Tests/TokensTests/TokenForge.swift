import Crypto
import Foundation

@testable import Tokens

/// Makes tokens, good and bad: header and claims are texts, so that a test can say anything at all in them.
struct TokenForge {
    static let now: Int64 = 1_800_000_000

    let key = SigningKey()

    var verifier: AccessTokenVerifier {
        AccessTokenVerifier(keys: [key.kid: key.publicKey], issuer: "https://issuer.test", audience: "ibpipeline")
    }

    var goodHeader: String { #"{"alg":"ES256","typ":"at+jwt","kid":"\#(key.kid)"}"# }

    var goodClaims: AccessClaims {
        AccessClaims(
            iss: "https://issuer.test", aud: "ibpipeline", sub: UUID(), sid: UUID(), role: "banker", iat: Self.now,
            exp: Self.now + 600)
    }

    /// JSON of good claims, some replaced by the given JSON text and some (nil) left out.
    func claims(_ changes: [String: String?] = [:]) -> String {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057"
        var members = [
            "iss": #""https://issuer.test""#, "aud": #""ibpipeline""#, "sub": "\"\(id)\"", "sid": "\"\(id)\"",
            "role": #""banker""#, "iat": "\(Self.now)", "exp": "\(Self.now + 600)", "jti": #""a""#,
            "client_id": #""ibpipeline""#,
        ]
        for (name, value) in changes { members[name] = value }
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    func token(header: String? = nil, claims: String? = nil) throws -> String {
        try token(header: Data((header ?? goodHeader).utf8), claims: Data((claims ?? self.claims()).utf8))
    }

    func token(header: Data, claims: Data) throws -> String {
        let signed = "\(Base64URL.encode(header)).\(Base64URL.encode(claims))"
        let signature = try key.privateKey.signature(for: Data(signed.utf8))
        return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
    }

    /// Why the token is refused; nil when it is believed.
    func refusal(of token: String, now: Int64 = Self.now) -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try verifier.verify(token, now: now)
            return nil
        } catch {
            return error
        }
    }

    func refusal(header: String) throws -> TokenRefusal? { refusal(of: try token(header: header)) }

    func refusal(_ changes: [String: String?], now: Int64 = Self.now) throws -> TokenRefusal? {
        refusal(of: try token(claims: claims(changes)), now: now)
    }
}
