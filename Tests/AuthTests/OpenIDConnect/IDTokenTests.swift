import Crypto
import CryptoExtras
import Foundation
import Testing
import Tokens

@testable import auth

private let now: Int64 = 1_800_000_000

private func verdict(
    _ forge: IDTokenForge, keys: [[String: any Sendable]]? = nil, accessToken: String? = nil, contexts: [String] = []
) throws -> IDTokenRefusal? {
    try verdict(of: forge.token(), keys: keys, accessToken: accessToken, contexts: contexts)
}

/// Nil when the token is good.
private func verdict(
    of token: String, keys: [[String: any Sendable]]? = nil, accessToken: String? = nil, contexts: [String] = []
) throws -> IDTokenRefusal? {
    let keys = try IDTokenForge.keys(try keys ?? [IDTokenForge.ec(), IDTokenForge.rsa()])
    let rules = IDTokenRules(issuer: IDTokenForge.issuer, clientID: IDTokenForge.client, contexts: contexts)
    do {
        _ = try rules.claims(of: token, keys: keys, nonce: "n-1", accessToken: accessToken, now: now)
        return nil
    } catch { return error }
}

private let good = IDTokenForge(now: now)

struct IDTokenHeaderTests {
    @Test func goodTokensOfBothAlgorithmsAreBelieved() throws {
        #expect(try verdict(good) == nil)
        #expect(try verdict(good.with { $0.header = ["alg": "RS256", "kid": "rsa"] }) == nil)
    }

    @Test(arguments: ["none", "None", "NONE", "", "HS256", "RS384", "ES384", "PS256", "es256"])
    func noOtherAlgorithmIsKnown(_ algorithm: String) throws {
        #expect(try verdict(good.with { $0.header["alg"] = algorithm }) == .algorithm)
    }

    @Test func publicKeyIsNoSecret() throws {
        let forge = good.with { $0.header = ["alg": "HS256", "kid": "rsa"] }
        let signed = try "\(IDTokenForge.segment(forge.header)).\(IDTokenForge.segment(forge.claims))"
        let secret = SymmetricKey(data: try IDTokenForge.rsa.get().publicKey.derRepresentation)
        let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret)
        #expect(try verdict(of: "\(signed).\(Base64URL.encode(code))") == .algorithm)
    }

    @Test func algorithmIsTheKeysOwn() throws {
        #expect(try verdict(good.with { $0.header["kid"] = "rsa" }) == .algorithm)
        #expect(try verdict(good.with { $0.header = ["alg": "RS256", "kid": "ec"] }) == .algorithm)
    }

    @Test func algorithmMustBeThere() throws {
        #expect(try verdict(good.with { $0.header["alg"] = nil }) == .algorithm)
        #expect(try verdict(good.with { $0.header["alg"] = ["ES256"] }) == .algorithm)
    }

    @Test(arguments: ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty"])
    func headerBringsNoKeyAndNoRules(_ member: String) throws {
        #expect(try verdict(good.with { $0.header[member] = "x" }) == .headerMember)
    }

    @Test func tokensOfOtherTypesAreNone() throws {
        #expect(try verdict(good.with { $0.header["typ"] = "at+jwt" }) == .type)
        #expect(try verdict(good.with { $0.header["typ"] = 1 }) == .type)
        #expect(try verdict(good.with { $0.header["typ"] = nil }) == nil)
    }

    @Test func keyIsFoundByItsNameAlone() throws {
        #expect(try verdict(good.with { $0.header["kid"] = "other" }) == .unknownKey)
        #expect(try verdict(good.with { $0.header["kid"] = 1 }) == .unknownKey)
        #expect(try verdict(good.with { $0.header["kid"] = "" }) == .unknownKey)
        #expect(try verdict(good.with { $0.header["kid"] = String(repeating: "k", count: 257) }) == .unknownKey)
        #expect(try verdict(good, keys: [IDTokenForge.ec(), IDTokenForge.ec()]) == .unknownKey)
    }

    @Test func nameMayBeLeftOutWhereThereIsOneKey() throws {
        let nameless = good.with { $0.header["kid"] = nil }
        #expect(try verdict(nameless) == .unknownKey)
        #expect(try verdict(nameless, keys: [IDTokenForge.ec()]) == nil)
        #expect(try verdict(nameless, keys: []) == .unknownKey)
    }

    @Test func formIsCheckedFirst() throws {
        let token = try good.token()
        #expect(try verdict(of: String(repeating: "a", count: SignedIDToken.bytesMax + 1)) == .tooLong)
        #expect(try verdict(of: token + "." + token) == .segments)
        #expect(try verdict(of: "a.b") == .segments)
        #expect(try verdict(of: token + "=") == .encoding)
        #expect(try verdict(of: "e30.!.e30") == .encoding)
        #expect(try verdict(of: "W10.e30.e30") == .headerMalformed)
        let twice = Base64URL.encode(Data(#"{"alg":"none","alg":"ES256"}"#.utf8))
        #expect(try verdict(of: "\(twice).e30.e30") == .duplicateMember)
    }

    @Test func anyChangeBreaksTheSignature() throws {
        let parts = try good.token().split(separator: ".")
        let other = try IDTokenForge.segment(good.with { $0.claims["sub"] = "u-2" }.claims)
        #expect(try verdict(of: "\(parts[0]).\(other).\(parts[2])") == .signature)
        #expect(try verdict(of: "\(parts[0]).\(parts[1]).") == .signature)
        let stranger = try P256.Signing.PrivateKey().signature(for: Data("\(parts[0]).\(parts[1])".utf8))
        #expect(
            try verdict(of: "\(parts[0]).\(parts[1]).\(Base64URL.encode(stranger.rawRepresentation))") == .signature)
        let rsa = good.with { $0.header = ["alg": "RS256", "kid": "rsa"] }
        let halves = try rsa.token().split(separator: ".")
        #expect(try verdict(of: "\(halves[0]).\(other).\(halves[2])") == .signature)
    }
}

struct IDTokenClaimTests {
    @Test func issuerIsOursToTheByte() throws {
        for issuer in ["https://id.bank.test/", "https://ID.bank.test", "https://evil.test"] {
            #expect(try verdict(good.with { $0.claims["iss"] = issuer }) == .issuer)
        }
        #expect(try verdict(good.with { $0.claims["iss"] = nil }) == .claim)
    }

    @Test func audienceHasUs() throws {
        #expect(try verdict(good.with { $0.claims["aud"] = "other" }) == .audience)
        #expect(try verdict(good.with { $0.claims["aud"] = [IDTokenForge.client] }) == nil)
        #expect(try verdict(good.with { $0.claims["aud"] = ["other"] }) == .audience)
        #expect(try verdict(good.with { $0.claims["aud"] = [any Sendable]() }) == .audience)
        #expect(try verdict(good.with { $0.claims["aud"] = [IDTokenForge.client, 1] as [any Sendable] }) == .claim)
        #expect(try verdict(good.with { $0.claims["aud"] = nil }) == .claim)
    }

    @Test func tokenForSeveralWasIssuedToUs() throws {
        let several = good.with { $0.claims["aud"] = [IDTokenForge.client, "other"] }
        #expect(try verdict(several) == .authorizedParty)
        #expect(try verdict(several.with { $0.claims["azp"] = "other" }) == .authorizedParty)
        #expect(try verdict(several.with { $0.claims["azp"] = IDTokenForge.client }) == nil)
        #expect(try verdict(good.with { $0.claims["azp"] = "other" }) == .authorizedParty)
    }

    @Test func timesAreNowWithinAMinute() throws {
        #expect(
            try verdict(
                good.with {
                    $0.claims["exp"] = now - 59
                    $0.claims["iat"] = now - 99
                }) == nil)
        #expect(
            try verdict(
                good.with {
                    $0.claims["exp"] = now - 60
                    $0.claims["iat"] = now - 99
                }) == .expired)
        #expect(try verdict(good.with { $0.claims["iat"] = now + 60 }) == nil)
        #expect(try verdict(good.with { $0.claims["iat"] = now + 61 }) == .notYetValid)
        #expect(try verdict(good.with { $0.claims["nbf"] = now + 61 }) == .notYetValid)
        #expect(
            try verdict(
                good.with {
                    $0.claims["exp"] = now - 10
                    $0.claims["iat"] = now
                }) == .expired)
        for claim in ["exp", "iat"] {
            #expect(try verdict(good.with { $0.claims[claim] = nil }) == .claim)
            #expect(try verdict(good.with { $0.claims[claim] = "\(now)" }) == .claim)
            #expect(try verdict(good.with { $0.claims[claim] = 1e30 }) == .claim)
        }
        #expect(try verdict(good.with { $0.claims["nbf"] = "soon" }) == .claim)
    }

    @Test func nonceIsThatOfThisSignIn() throws {
        #expect(try verdict(good.with { $0.claims["nonce"] = "n-2" }) == .nonce)
        #expect(try verdict(good.with { $0.claims["nonce"] = nil }) == .nonce)
    }

    @Test func hashOfTheAccessTokenFits() throws {
        let hash = Base64URL.encode(SHA256.hash(data: Data("access".utf8)).prefix(16))
        let bound = good.with { $0.claims["at_hash"] = hash }
        #expect(try verdict(bound, accessToken: "access") == nil)
        #expect(try verdict(bound, accessToken: "other") == .accessTokenHash)
        #expect(try verdict(bound) == .accessTokenHash)
        #expect(try verdict(good.with { $0.claims["at_hash"] = 1 }, accessToken: "access") == .accessTokenHash)
    }

    @Test func subjectIsAPlainNameOfBoundedLength() throws {
        #expect(try verdict(good.with { $0.claims["sub"] = String(repeating: "s", count: 255) }) == nil)
        for subject in ["", String(repeating: "s", count: 256), "bea\u{0}", "béa"] {
            #expect(try verdict(good.with { $0.claims["sub"] = subject }) == .subject)
        }
        #expect(try verdict(good.with { $0.claims["sub"] = nil }) == .claim)
    }

    @Test func contextIsAmongThoseAskedFor() throws {
        #expect(try verdict(good, contexts: ["mfa"]) == .context)
        #expect(try verdict(good.with { $0.claims["acr"] = "pwd" }, contexts: ["mfa", "hwk"]) == .context)
        #expect(try verdict(good.with { $0.claims["acr"] = "hwk" }, contexts: ["mfa", "hwk"]) == nil)
    }

    @Test func claimsAreJSONReadStrictly() throws {
        let header = try IDTokenForge.segment(good.header)
        for (text, refusal) in [
            ("[]", IDTokenRefusal.claimsMalformed), (#"{"iss":"a","iss":"b"}"#, .duplicateMember),
            ("{", .claimsMalformed),
        ] {
            let signed = "\(header).\(Base64URL.encode(Data(text.utf8)))"
            let signature = try IDTokenForge.p256.signature(for: Data(signed.utf8)).rawRepresentation
            #expect(try verdict(of: "\(signed).\(Base64URL.encode(signature))") == refusal)
        }
    }
}

struct ProviderKeyTests {
    @Test func keysForOtherUsesAreLeftOut() throws {
        for members: [String: any Sendable] in [
            ["use": "enc"], ["key_ops": ["encrypt"]], ["alg": "ES384"], ["crv": "P-384"], ["kty": "oct"], ["x": "AA"],
        ] {
            #expect(try verdict(good, keys: [IDTokenForge.ec(members)]) == .unknownKey, "\(members)")
        }
        let full: [String: any Sendable] = ["use": "sig", "key_ops": ["verify"], "alg": "ES256", "x5c": ["…"]]
        #expect(try verdict(good, keys: [IDTokenForge.ec(full)]) == nil)
    }

    @Test func weakKeysAreLeftOut() throws {
        let rsa = good.with { $0.header = ["alg": "RS256", "kid": "rsa"] }
        #expect(try verdict(rsa, keys: [IDTokenForge.rsa(["e": "AQ"])]) == .unknownKey)
        #expect(try verdict(rsa, keys: [IDTokenForge.rsa(["e": "Ag"])]) == .unknownKey)
        let short = try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024)).publicKey.getKeyPrimitives()
        #expect(try verdict(rsa, keys: [IDTokenForge.rsa(["n": Base64URL.encode(short.modulus)])]) == .unknownKey)
        let long = Base64URL.encode([UInt8](repeating: 0xFF, count: 1025))
        #expect(try verdict(rsa, keys: [IDTokenForge.rsa(["n": long])]) == .unknownKey)
    }

    @Test func setsAreBounded() throws {
        let many = [[String: any Sendable]](repeating: IDTokenForge.ec(), count: ProviderKeys.keysMax + 1)
        #expect(throws: ProviderFailure.malformed) { try IDTokenForge.keys(many) }
        #expect(throws: ProviderFailure.malformed) { try ProviderKeys(Array("{}".utf8)) }
        #expect(throws: ProviderFailure.malformed) { try ProviderKeys(Array("<html>".utf8)) }
    }
}
