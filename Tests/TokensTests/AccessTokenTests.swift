import Crypto
import Foundation
import Testing

@testable import Tokens

/// The rules an access token is judged by, one test each (RFC 7515, 7519, 8725, 9068).
struct AccessTokenTests {
    let forge = TokenForge()

    @Test func signedTokenIsBelievedAndSaysWhatWasSigned() throws {
        let claims = forge.goodClaims
        let token = try AccessTokenSigner(forge.key).sign(claims)
        #expect(try forge.verifier.verify(token, now: TokenForge.now) == claims)
        #expect(try forge.verifier.verify(utf8: Array(token.utf8)[...], now: TokenForge.now) == claims)
        #expect(token.utf8.count < 1024)
    }

    @Test func handMadeTokenIsBelieved() throws {
        #expect(forge.refusal(of: try forge.token()) == nil)
    }

    @Test(arguments: [
        #""none""#, #""None""#, #""nOnE""#, #""NONE""#, #""""#, #""es256""#, #""HS256""#, #""RS256""#, #""EdDSA""#,
        #"["ES256"]"#, "null", "256",
    ])
    func otherAlgorithmsAreRefused(algorithm: String) throws {
        let header = #"{"alg":\#(algorithm),"typ":"at+jwt","kid":"\#(forge.key.kid)"}"#
        #expect(try forge.refusal(header: header) == .algorithm)
    }

    @Test func missingAlgorithmIsRefused() throws {
        #expect(try forge.refusal(header: #"{"typ":"at+jwt","kid":"\#(forge.key.kid)"}"#) == .algorithm)
    }

    @Test func publicKeyIsNoSharedSecret() throws {
        let header = #"{"alg":"HS256","typ":"at+jwt","kid":"\#(forge.key.kid)"}"#
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(forge.claims().utf8))"
        let secrets = [
            forge.key.publicKey.rawRepresentation, forge.key.publicKey.derRepresentation,
            Data(forge.key.publicKey.pemRepresentation.utf8),
        ]
        for secret in secrets {
            let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: secret))
            #expect(forge.refusal(of: "\(signed).\(Base64URL.encode(code))") == .algorithm)
        }
    }

    @Test func keyOfAnotherNameIsNeverTried() throws {
        let other = SigningKey()
        let verifier = AccessTokenVerifier(
            keys: ["other": forge.key.publicKey, other.kid: other.publicKey], issuer: "https://issuer.test",
            audience: "ibpipeline")
        let token = try forge.token()
        #expect(throws: TokenRefusal.unknownKey) { try verifier.verify(token, now: TokenForge.now) }
    }

    @Test(arguments: ["../../dev/null", "' OR 1=1", #"\u0000"#, "default"])
    func unknownKeyIDsAreRefused(kid: String) throws {
        #expect(try forge.refusal(header: #"{"alg":"ES256","typ":"at+jwt","kid":"\#(kid)"}"#) == .unknownKey)
    }

    @Test func keyIDsThatAreNoneAreRefused() throws {
        #expect(try forge.refusal(header: #"{"alg":"ES256","typ":"at+jwt"}"#) == .keyID)
        let long = String(repeating: "k", count: 129)
        for kid in ["\"\"", "1", "null", #"["\#(forge.key.kid)"]"#, "\"\(long)\""] {
            #expect(try forge.refusal(header: #"{"alg":"ES256","typ":"at+jwt","kid":\#(kid)}"#) == .keyID)
        }
    }

    @Test(arguments: ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "cty", "Alg", "else"])
    func otherHeaderMembersAreRefused(member: String) throws {
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(forge.key.kid)","\#(member)":"JWT"}"#
        #expect(try forge.refusal(header: header) == .headerMember)
    }

    @Test func keyInTheTokenIsNotUsed() throws {
        let attacker = SigningKey()
        let jwk = #"{"kty":"EC","crv":"P-256","x":"\#(attacker.publicKey.x)","y":"\#(attacker.publicKey.y)"}"#
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(forge.key.kid)","jwk":\#(jwk)}"#
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(forge.claims().utf8))"
        let signature = try attacker.privateKey.signature(for: Data(signed.utf8)).rawRepresentation
        #expect(forge.refusal(of: "\(signed).\(Base64URL.encode(signature))") == .headerMember)
    }

    @Test(arguments: [#""JWT""#, #""jwt""#, #""AT+JWT""#, #""application/at+jwt""#, #""refresh+jwt""#, "null"])
    func otherTypesAreRefused(type: String) throws {
        #expect(try forge.refusal(header: #"{"alg":"ES256","typ":\#(type),"kid":"\#(forge.key.kid)"}"#) == .type)
    }

    @Test func missingTypeIsRefused() throws {
        #expect(try forge.refusal(header: #"{"alg":"ES256","kid":"\#(forge.key.kid)"}"#) == .type)
    }

    @Test(arguments: ["sub", "sid", "role", "iat", "exp", "jti", "client_id", "iss", "aud"])
    func everyClaimIsRequired(name: String) throws {
        #expect(try forge.refusal([name: nil]) == .claim)
        #expect(try forge.refusal([name: "null"]) == .claim)
        #expect(try forge.refusal([name: "{}"]) == .claim)
    }

    @Test func idsHaveOneSpelling() throws {
        #expect(try forge.refusal(["sub": #""01890A5D-AC96-774B-BCCE-B302099A8057""#]) == .claim)
        #expect(try forge.refusal(["sid": #""1""#]) == .claim)
    }

    @Test func roleIsNotJudged() throws {
        let token = try forge.token(claims: forge.claims(["role": #""emperor""#]))
        #expect(try forge.verifier.verify(token, now: TokenForge.now).role == "emperor")
    }

    @Test func claimsThatAreNotOursAreIgnored() throws {
        #expect(try forge.refusal(["amr": #"["pwd",{"a":[1.5e3,true,null]}]"#, "auth_time": "1"]) == nil)
    }

    @Test func tokenEndsAfterItsExpiryAndTheLeeway() throws {
        let leeway = AccessTokenVerifier.leewaySeconds
        for (exp, expected) in [(-leeway - 1, TokenRefusal.expired), (-leeway, .expired), (-leeway + 1, nil), (0, nil)]
        {
            let times = ["iat": "\(TokenForge.now - 300)", "exp": "\(TokenForge.now + exp)"]
            #expect(try forge.refusal(times) == expected)
        }
    }

    @Test func tokenLivesTenMinutesAtMost() throws {
        #expect(try forge.refusal(["exp": "\(TokenForge.now + 600)"]) == nil)
        #expect(try forge.refusal(["exp": "\(TokenForge.now + 601)"]) == .lifetime)
        #expect(try forge.refusal(["exp": "1000000000000000000"]) == .lifetime)
        #expect(try forge.refusal(["exp": "\(Int64.max)", "iat": "\(Int64.min)"]) == .lifetime)
        #expect(try forge.refusal(["exp": "\(TokenForge.now)"]) == .lifetime)
        #expect(try forge.refusal(["exp": "-1"]) == .lifetime)
    }

    @Test(arguments: [
        "1e18", "1800000600.0", "1800000600.5", #""1800000600""#, "18000006000000000000000", "true", "[]",
    ])
    func timesAreIntegers(value: String) throws {
        #expect(try forge.refusal(["exp": value]) == .claim)
        #expect(try forge.refusal(["iat": value]) == .claim)
        #expect(try forge.refusal(["nbf": value]) == .claim)
    }

    @Test func tokenFromTheFutureIsRefused() throws {
        let leeway = AccessTokenVerifier.leewaySeconds
        #expect(try forge.refusal(["iat": "\(TokenForge.now + leeway)"]) == nil)
        #expect(try forge.refusal(["iat": "\(TokenForge.now + leeway + 1)"]) == .notYetValid)
        #expect(try forge.refusal(["nbf": "\(TokenForge.now + leeway)"]) == nil)
        #expect(try forge.refusal(["nbf": "\(TokenForge.now + leeway + 1)"]) == .notYetValid)
    }

    @Test func issuerIsCompared() throws {
        for issuer in ["https://issuer.test/", "https://ISSUER.test", "", "https://other.test"] {
            #expect(try forge.refusal(["iss": "\"\(issuer)\""]) == .issuer)
        }
    }

    @Test func audienceIsOursOrHasOurs() throws {
        #expect(try forge.refusal(["aud": #"["other","ibpipeline"]"#]) == nil)
        #expect(try forge.refusal(["aud": #"["other"]"#]) == .audience)
        #expect(try forge.refusal(["aud": "[]"]) == .audience)
        #expect(try forge.refusal(["aud": #""IBPIPELINE""#]) == .audience)
        #expect(try forge.refusal(["aud": #"["ibpipeline",1]"#]) == .claim)
    }
}
