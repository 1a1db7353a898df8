import Contracts
import Foundation
import Storage
import Testing

@testable import auth

private let oathtool = OtherProgram("oathtool")

private let rfcSecret = Data("12345678901234567890".utf8)

private func instant(_ seconds: Int64) -> Instant { Instant(milliseconds: 1000 * seconds) }

struct Base32Tests {
    /// RFC 4648 section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func vectorsOfTheRFC(_ plain: String, _ text: String) {
        #expect(Base32.standard.encode(plain.utf8) == text)
        #expect(Base32.standard.decode(text) == Array(plain.utf8))
    }

    @Test(arguments: ["my", "M", "MY======", "MZ", "MZXW6Y", "MZX", "M1", "M Y", "MZXW6YTBÖ"])
    func otherSpellingsAreRefused(_ text: String) { #expect(Base32.standard.decode(text) == nil) }

    @Test func everyValueComesBack() {
        for count in 0..<40 {
            let bytes = Array(Data.random(count: count))
            #expect(Base32.standard.decode(Base32.standard.encode(bytes)) == bytes)
            #expect(Base32.readable.decode(Base32.readable.encode(bytes)) == bytes)
        }
    }
}

@Test func comparisonSeesEveryDifference() {
    #expect(ConstantTime.areEqual([], []))
    #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
    for other: [UInt8] in [[1, 2], [1, 2, 3, 0], [0, 2, 3], [1, 0, 3], [1, 2, 131]] {
        #expect(!ConstantTime.areEqual([1, 2, 3], other))
    }
}

struct TOTPTests {
    /// RFC 6238 appendix B, the rows of SHA-1, whose codes have eight digits; the last six of them are ours.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func vectorsOfTheRFC(_ seconds: Int64, _ code: String) {
        #expect(TOTP(secret: rfcSecret).code(at: TOTP.step(at: instant(seconds))) == String(code.suffix(6)))
    }

    @Test(.enabled(if: oathtool.isThere, "there is no oathtool in PATH"))
    func oathtoolMakesTheSameCodes() async throws {
        for seconds: Int64 in [0, 29, 30, 1_790_000_000, 4_102_444_799] {
            let totp = TOTP()
            let code = try await oathtool.run([
                "--totp", "--base32", "--now=@\(seconds)", Base32.standard.encode(totp.secret),
            ])
            #expect(totp.code(at: TOTP.step(at: instant(seconds))) == code)
        }
    }

    @Test func secretsHave160RandomBits() {
        #expect(TOTP().secret.count == 20)
        #expect(TOTP().secret != TOTP().secret)
    }

    @Test func oneStepOfDriftIsAllowed() {
        let totp = TOTP(secret: rfcSecret)
        let now = instant(1_800_000_010)
        let current = TOTP.step(at: now)
        for drift: Int64 in -1...1 {
            #expect(totp.step(of: totp.code(at: current + drift), at: now, after: nil) == current + drift)
        }
        for drift: Int64 in [-3, -2, 2, 3] {
            #expect(totp.step(of: totp.code(at: current + drift), at: now, after: nil) == nil)
        }
    }

    @Test func usedStepsAndThoseBeforeDoNotCount() {
        let totp = TOTP(secret: rfcSecret)
        let now = instant(1_800_000_010)
        let current = TOTP.step(at: now)
        #expect(totp.step(of: totp.code(at: current), at: now, after: current - 1) == current)
        #expect(totp.step(of: totp.code(at: current), at: now, after: current) == nil)
        #expect(totp.step(of: totp.code(at: current - 1), at: now, after: current) == nil)
        #expect(totp.step(of: totp.code(at: current + 1), at: now, after: current) == current + 1)
    }

    @Test func codesMayBeTypedWithSpaces() {
        for text in ["123456", "123 456", " 123456 "] { #expect(TOTP.digits(of: text) == "123456") }
        for text in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123-456"] { #expect(TOTP.digits(of: text) == nil) }
    }
}

struct AuthenticatorURITests {
    private let totp = TOTP(secret: rfcSecret)

    @Test func appsFindWhatTheyNeed() {
        #expect(
            AuthenticatorURI(totp, email: "ada+x@bank.test").text
                == "otpauth://totp/IBPipeline:ada%2Bx%40bank.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=IBPipeline&algorithm=SHA1&digits=6&period=30")
    }

    @Test func nothingInTheAddressGetsOutOfTheLabel() {
        let uri = AuthenticatorURI(totp, email: "a?secret=x&y#z/ü@b").text
        #expect(uri.hasPrefix("otpauth://totp/IBPipeline:a%3Fsecret%3Dx%26y%23z%2F%C3%BC%40b?secret=GEZD"))
    }

    @Test func longAddressesAreCutBetweenCharacters() throws {
        for email in [String(repeating: "a", count: 250) + "@b", String(repeating: "ü", count: 120) + "@b"] {
            let uri = AuthenticatorURI(totp, email: email).text
            #expect(uri.utf8.count <= AuthenticatorURI.bytesMax)
            #expect(uri.utf8.count > AuthenticatorURI.bytesMax - 6)
            let label = try #require(URLComponents(string: uri)).path.dropFirst("/IBPipeline:".count)
            #expect(email.hasPrefix(label) && label.count > 10)
            #expect(QRCode(uri.utf8)?.version == .largest)
        }
    }
}

struct RecoveryCodeTests {
    @Test func codesArePrintedInGroups() throws {
        let code = RecoveryCode()
        #expect(code.text.wholeMatch(of: /([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}/) != nil)
        #expect(RecoveryCode(text: code.text) == code)
        #expect(RecoveryCode() != code)
    }

    @Test func typingThemIsForgiving() throws {
        let code = try #require(RecoveryCode(text: "01zz-qm3f-9dx2-ha90-vw8t-zc5n"))
        for text in [
            "01ZZ-QM3F-9DX2-HA90-VW8T-ZC5N", "01zzqm3f9dx2ha90vw8tzc5n", " 01zz qm3f 9dx2 ha90 vw8t zc5n ",
            "oizz-qm3f-9dx2-ha9o-vw8t-zc5n", "OLZZ-qm3f-9dx2-ha90-vw8t-zc5n",
        ] {
            #expect(RecoveryCode(text: text) == code, "\(text)")
        }
        for text in [
            "", "01zz-qm3f-9dx2-ha90-vw8t-zc5", "01zz-qm3f-9dx2-ha90-vw8t-zc5nn", "u1zz-qm3f-9dx2-ha90-vw8t-zc5n",
        ] {
            #expect(RecoveryCode(text: text) == nil, "\(text)")
        }
    }

    @Test func hashIsOfTheCodeAndNotOfItsSpelling() throws {
        let code = RecoveryCode()
        #expect(try #require(RecoveryCode(text: code.text.uppercased())).hash == code.hash)
        #expect(code.hash.count == 32)
    }
}
