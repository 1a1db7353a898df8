import Crypto
import Foundation
import Testing

@testable import Tokens

/// The spelling of a token: one, and no other (RFC 7515 section 7.1, RFC 8725 section 3).
struct CompactTokenTests {
    let forge = TokenForge()

    @Test func tokenHasThreeSegments() throws {
        let token = try forge.token()
        for other in ["", "a", "a.b", "\(token).", ".\(token)", "\(token).\(token)", "a.b.c.d.e"] {
            #expect(forge.refusal(of: other) == .segments)
        }
        #expect(forge.refusal(of: #"{"payload":"e30","signatures":[]}"#) == .segments)
        #expect(forge.refusal(of: "..") == .headerMalformed)
    }

    @Test func tokenIsFourKibibytesAtMost() throws {
        let pad = String(repeating: "x", count: 4096)
        #expect(try forge.refusal(["pad": "\"\(pad)\""]) == .tooLong)
        #expect(forge.refusal(of: String(repeating: ".", count: 1_000_000)) == .tooLong)
    }

    @Test func onlyTheAlphabetIsTaken() throws {
        let token = try forge.token()
        #expect(forge.refusal(of: token + "=") == .encoding)
        #expect(forge.refusal(of: token + "\n") == .encoding)
        #expect(forge.refusal(of: " " + token) == .encoding)
        #expect(forge.refusal(of: token.replacing(".", with: " .", maxReplacements: 1)) == .encoding)
        #expect(forge.refusal(of: "+\(token.dropFirst())") == .encoding)
        #expect(forge.refusal(of: "/\(token.dropFirst())") == .encoding)
        #expect(forge.refusal(of: "é\(token.dropFirst())") == .encoding)
    }

    @Test func signatureHasOneSpelling() throws {
        let token = try forge.token()
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(token.last)
        let spellings = alphabet.filter { $0 != last }.map { "\(token.dropLast())\($0)" }
        #expect(spellings.allSatisfy { forge.refusal(of: $0) != nil })
        #expect(spellings.filter { forge.refusal(of: $0) == .encoding }.count == 60)
    }

    @Test func objectsNameAMemberOnce() throws {
        let header = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(forge.key.kid)","alg":"ES256"}"#
        #expect(try forge.refusal(header: header) == .duplicateMember)
        let escaped = #"{"alg":"ES256","typ":"at+jwt","kid":"\#(forge.key.kid)","\u0061lg":"none"}"#
        #expect(try forge.refusal(header: escaped) == .duplicateMember)
        let claims = forge.claims().dropLast() + #","role":"admin"}"#
        #expect(forge.refusal(of: try forge.token(claims: String(claims))) == .duplicateMember)
    }

    @Test(arguments: [
        "", "{}x", "[]", "null", "{", #"{"alg"}"#, #"{"alg":"ES256",}"#, "{'alg':'ES256'}", "{\"alg\":\"ES\n256\"}",
        #"{"alg":01}"#, #"{"a":[[[[1]]]]}"#, #"{"a":"\uD800"}"#, #"{"a":"\uDC00\uD800"}"#, #"{"a":"\x"}"#, #"{"a":1.}"#,
        #"{"a":+1}"#, #"{"a":truE}"#,
    ])
    func headerIsJSON(text: String) throws {
        #expect(try forge.refusal(header: text) == .headerMalformed)
    }

    @Test func textIsUTF8() throws {
        var bytes = Data(forge.goodHeader.utf8)
        bytes.replaceSubrange(bytes.count - 3..<bytes.count - 2, with: [0xFF])
        let badHeader = try forge.token(header: bytes, claims: Data(forge.claims().utf8))
        #expect(forge.refusal(of: badHeader) == .headerMalformed)
        let badClaims = try forge.token(header: Data(forge.goodHeader.utf8), claims: Data([0x22, 0xC3, 0x28, 0x22]))
        #expect(forge.refusal(of: badClaims) == .claimsMalformed)
    }

    @Test func signatureOfOtherBytesIsRefused() throws {
        let good = try forge.token()
        let parts = good.split(separator: ".")
        let other = Base64URL.encode(forge.claims(["role": #""admin""#]).utf8)
        #expect(forge.refusal(of: "\(parts[0]).\(other).\(parts[2])") == .signature)
        let foreign = try SigningKey().privateKey.signature(for: Data("\(parts[0]).\(parts[1])".utf8)).rawRepresentation
        #expect(forge.refusal(of: "\(parts[0]).\(parts[1]).\(Base64URL.encode(foreign))") == .signature)
    }

    /// r and s out of 1 ..< n, and signatures of another length or in DER.
    @Test func signaturesThatAreNoneAreRefused() throws {
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let zero = [UInt8](repeating: 0, count: 32)
        let one = Array(zero.dropLast() + [1])
        let all = [UInt8](repeating: 0xFF, count: 32)
        let parts = try forge.token().split(separator: ".")
        let signed = "\(parts[0]).\(parts[1])"
        let real = try forge.key.privateKey.signature(for: Data(signed.utf8))
        let good = Array(real.rawRepresentation)
        let r = Array(good[..<32])
        let s = Array(good[32...])
        let bad: [[UInt8]] = [
            [], zero + zero, zero + s, r + zero, order + s, r + order, order + order, one + one, one + zero, all + all,
            r,
            good + [0], [0] + good, Array(real.derRepresentation),
        ]
        for signature in bad { #expect(forge.refusal(of: "\(signed).\(Base64URL.encode(signature))") == .signature) }
        #expect(forge.refusal(of: "\(signed).\(Base64URL.encode(good))") == nil)
    }
}
