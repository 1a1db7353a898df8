import Contracts
import Foundation
import RPC
import Testing

@testable import auth

struct PasswordRuleTests {
    func code(
        _ password: String, email: String = "bea.miller@northwind.test", name: String = "Bea Miller",
        firm: String? = nil, use: PasswordText.Use = .onlyFactor
    ) -> String? {
        PasswordText(password).fault(email: EmailAddress(email), name: name, firm: firm, use: use)?.code
    }

    @Test func lengthIsFifteenToAHundredAndTwentyEight() {
        let words =
            "seventeen quiet rivers under a wide grey sky, and nobody there to count them; so the eighteenth dried up "
        let long = String((words + words).prefix(129))
        #expect(code(String(long.prefix(14))) == "too_short")
        #expect(code(String(long.prefix(15))) == nil)
        #expect(code(String(long.prefix(128))) == nil)
        #expect(code(long) == "too_long")
        #expect(code("") == "too_short")
        #expect(code(String(repeating: long, count: 100)) == "too_long")
    }

    @Test func eightWillDoBesideASecondFactor() {
        #expect(code("vq8 hu2k", use: .besideSecondFactor) == nil)
        #expect(code("vq8 hu2", use: .besideSecondFactor) == "too_short")
        #expect(code("vq8 hu2k") == "too_short")
        let fault = PasswordText("x").fault(email: nil, name: "", use: .besideSecondFactor)
        #expect(fault?.message == "must have at least 8 characters")
        #expect(code("sunshine", use: .besideSecondFactor) == "common")
        #expect(code("P@ssw0rd", use: .besideSecondFactor) == "common")
        #expect(code("45678901", use: .besideSecondFactor) == "sequential")
        #expect(code("vq8vq8vq8", use: .besideSecondFactor) == "repetitive")
    }

    /// Scalars, not bytes; and as they are after NFKC, which makes three of one ligature.
    @Test func lengthIsCountedInScalars() {
        #expect(code("密碼是七個安靜的河流和一座小山") == nil)
        #expect(code("密碼是七個安靜的河流和一座小") == "too_short")
        #expect(code("o\u{FB03}ce lamp post") == nil)
    }

    @Test(arguments: [
        "correct horse battery", "nineteen purple owls", "seventeen quiet rivers", "pass phrase 密碼 🙂 ok",
        "lower case only ok",
        "48203 99177 61540", "tr0ub4dor&3-xkcd-936", "Der Bäcker singt nachts", "кот спит на тёплой печи",
        "            a b c d e",
        "k3#Vq9!xT2@mW7z", "my computer hates rain", "hijack the firstborn",
    ])
    func anyCharactersWillDo(_ password: String) {
        #expect(code(password, name: "Al") == nil)
    }

    @Test(arguments: [
        "password1234567", "Password!!!!!!!", "passwordpassword", "Password Password", "!!!Liverpool!!!",
        "P@ssw0rd1234567",
        "$uperm4n-------", "1qaz2wsx-------", "qwerty/20240817", "dragon-20240817", "Iloveyou2Iloveyou2",
        "123letmein12345",
        "mailcreated5240", "\u{FF50}assword 2024-08",
    ])
    func widelyUsedOnesAreRefusedHoweverPadded(_ password: String) {
        #expect(code(password) == "common")
    }

    @Test(arguments: [
        "aaaaaaaaaaaaaaa", "abcabcabcabcabc", "xyxxyyxyxyyxyxxy", "vq8 vq8 vq8 vq8", "blue lamp blue lamp",
        "............... ",
    ])
    func repetitionsAreRefused(_ password: String) {
        #expect(code(password) == "repetitive")
    }

    /// What is repeated would do by itself.
    @Test func longPieceMayBeSaidTwice() {
        #expect(code("seventeen rivers, seventeen rivers") == nil)
    }

    @Test(arguments: [
        "abcdefghijklmnop", "123456789012345", "qwertyuiopasdfg", "ponmlkjihgfedcba", "987654321098765",
        "2w3e4r5t6y7u8i9o",
        "6yhn5tgb4rfv3edc", "wxyzabcdefghi 6789", "!@#$%^&*()!@#$%^", "абвгдежзийклмноп", "QWERTZUIOPyxcvb",
    ])
    func sequencesAreRefused(_ password: String) {
        #expect(code(password) == "sequential")
    }

    @Test func ownNamesAreNotInIt() {
        for password in [
            "my BEA.MILLER is long", "bea miller was here", "a beamiller sentence", "the miller's tale again",
            "northwind blows hard",
            "the pipeline is long", "I like IBPipeline a lot",
        ] {
            #expect(code(password) == "contains_name", "\(password)")
        }
        #expect(code("a quiet long sentence", email: "a@bank.test", name: "Al") == nil)
    }

    @Test func firmsNameIsNotInIt() {
        let password = "acme-security of mine"
        #expect(code(password) == nil)
        #expect(code(password, firm: "Acme & Söhne") == "contains_name")
        #expect(code("acmesöhne for ever", firm: "Acme & Söhne") == "contains_name")
    }

    @Test func firmsNameOfTheSettingsCounts() async throws {
        try await AuthBench.with({ $0.firmName = "Horse & Co" }) { bench in
            let root = try await bench.signIn()
            let refused = try await fault { try await bench.create("bea@bank.test", by: root) }
            #expect(refused?.errors.map(\.code) == ["contains_name"])
        }
    }
}

struct CommonPasswordTests {
    @Test func listIsAsItIsCompared() {
        let lines = CommonPasswordList.lines.split(separator: "\n").map(String.init)
        #expect(lines.count { $0.count >= 8 } > 3000)
        #expect(lines.allSatisfy { $0.count >= 6 && ComparableText.key(of: $0) == $0 })
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test func lettersAndDigitsInsideAreNoPadding() {
        #expect(CommonPasswords.contain("--liverpool--"))
        #expect(!CommonPasswords.contain("my liverpool"))
        #expect(!CommonPasswords.contain("9912345678021"))
        #expect(!CommonPasswords.contain(""))
        #expect(!CommonPasswords.contain(String(repeating: "1", count: 128)))
    }
}
