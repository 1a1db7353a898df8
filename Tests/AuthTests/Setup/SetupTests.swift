import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct SetupTests {
    func token(_ bench: AuthBench) throws -> String {
        let text = try String(contentsOfFile: "\(bench.directory)/setup-token", encoding: .utf8)
        #expect(text.hasSuffix("\n"))
        return text.trimmingCharacters(in: .newlines)
    }

    func claim(_ token: String, email: String = "first@bank.test") -> SetupClaim {
        SetupClaim(token: token, email: email, name: "Fay First", password: AuthBench.password)
    }

    func hasToken(_ bench: AuthBench) -> Bool {
        FileManager.default.fileExists(atPath: "\(bench.directory)/setup-token")
    }

    @Test func settingsMakeTheFirstAdministrator() async throws {
        try await AuthBench.with { bench in
            #expect(!hasToken(bench))
            let created = try #require(try await bench.events("user.created").first)
            #expect(created.actor == .service("auth"))
            #expect(try await bench.signIn().user.role == .admin)
            #expect(
                try await fault { try await bench.desk.setup.claim(claim("x"), bench.anonymous()) }?.code
                    == "setup_done")
        }
    }

    @Test func settingsChangeNothingOnceThereIsAUser() async throws {
        try await AuthBench.withSettings { settings in
            let first = try await AuthBench(settings)
            let key = try await first.watch(0).keys
            let signedIn = try await first.signIn()
            try await first.desk.close()
            let other = NewUser(email: "other@bank.test", name: "Otto", role: .admin, password: AuthBench.password)
            var changed = settings
            changed.bootstrap = Bootstrap(applicant: try Applicant(other))
            let second = try await AuthBench(changed)
            #expect(try await second.watch(0).keys == key)
            #expect(try await second.events("user.created").count == 1)
            #expect(try await fault { try await second.signIn("other@bank.test") } != nil)
            #expect(try await fault { try await second.refresh(signedIn.refreshToken) } == nil)
            try await second.desk.close()
        }
    }

    @Test func tokenMakesTheFirstAdministrator() async throws {
        try await AuthBench.with(isEmpty: true) { bench in
            let token = try token(bench)
            #expect(token.utf8.count == 43)
            let signedIn = try await bench.desk.setup.claim(claim(token), bench.anonymous())
            #expect(signedIn.user.role == .admin)
            #expect(try await bench.claims(signedIn).sub == signedIn.user.id)
            #expect(!hasToken(bench))
            #expect(try await bench.events().map(\.type) == ["key.created", "user.created", "session.started"])
            #expect(
                try await fault { try await bench.desk.setup.claim(claim(token), bench.anonymous()) }?.code
                    == "setup_done")
            #expect(try await !bench.payloads().contains(token))
        }
    }

    @Test func oneOfAHundredClaimsWins() async throws {
        try await AuthBench.with(isEmpty: true) { bench in
            let token = try token(bench)
            let faults = try await together(100) { number in
                try await bench.desk.setup.claim(
                    claim(token, email: "first\(number)@bank.test"), bench.anonymous())
            }
            let number = try #require(faults.firstIndex(where: { $0 == nil }))
            let winner = "first\(number)@bank.test"
            let refused = faults.compactMap(\.self)
            #expect(refused.count == 99)
            #expect(refused.allSatisfy { $0.code == "setup_done" && $0.status == .failedPrecondition })
            #expect(try await bench.events("user.created").count == 1)
            let root = try await bench.context(try await bench.signIn(winner))
            let people = try await bench.desk.users.list(UserQuery(), root).items
            #expect(people.map(\.email) == [winner])
            #expect(people.map(\.role) == [.admin])
        }
    }

    @Test func badTokensAndFieldsClaimNothing() async throws {
        try await AuthBench.with(isEmpty: true) { bench in
            let token = try token(bench)
            let wrong = claim(String(token.reversed()))
            #expect(
                try await fault { try await bench.desk.setup.claim(wrong, bench.anonymous()) }?.code
                    == "setup_token_invalid")
            var weak = claim(token)
            weak.password = "short"
            #expect(
                try await fault { try await bench.desk.setup.claim(weak, bench.anonymous()) }?.code
                    == "validation_failed")
            #expect(try await fault { try await bench.desk.setup.claim(claim(token), bench.anonymous()) } == nil)
        }
    }

    @Test func tokenIsGoodForADay() async throws {
        try await AuthBench.with(isEmpty: true) { bench in
            let token = try token(bench)
            bench.pass(seconds: 86_400)
            let late = try await fault { try await bench.desk.setup.claim(claim(token), bench.anonymous()) }
            #expect(late?.code == "setup_token_invalid")
        }
    }

    @Test func everyStartMakesANewToken() async throws {
        try await AuthBench.withSettings(isEmpty: true) { settings in
            let first = try await AuthBench(settings)
            let old = try token(first)
            try await first.desk.close()
            let second = try await AuthBench(settings)
            let new = try token(second)
            #expect(old != new)
            #expect(
                try await fault { try await second.desk.setup.claim(claim(old), second.anonymous()) }?.code
                    == "setup_token_invalid")
            #expect(try await fault { try await second.desk.setup.claim(claim(new), second.anonymous()) } == nil)
            try await second.desk.close()
        }
    }

    @Test func filesAreForTheOwnerOnly() async throws {
        try await AuthBench.with(isEmpty: true) { bench in
            for name in try FileManager.default.contentsOfDirectory(atPath: bench.directory) {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(bench.directory)/\(name)")[
                    .posixPermissions]
                #expect(mode as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test func unreadableKeyStopsTheStart() async throws {
        try await AuthBench.withSettings(isEmpty: true) { settings in
            try await AuthBench(settings).desk.close()
            let file = try DatabaseQueue(path: settings.dataDirectory + "/auth.sqlite")
            try await file.write { try $0.execute(sql: "UPDATE signing_key SET private_key = zeroblob(69)") }
            try file.close()
            let failure = try #require(await #expect(throws: SealingError.self) { try await AuthBench(settings) })
            #expect(failure.description.contains("signing_key/"))
            #expect(!failure.description.contains("\n"))
        }
    }
}
