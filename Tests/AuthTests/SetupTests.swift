import Contracts
import Foundation
import GRDB
import RPC
import ServiceKit
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
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var settings = AuthSettings(
            dataDirectory: directory, bootstrap: Bootstrap(applicant: try Applicant(AuthBench.administrator)),
            box: SecretBox(FileKey()))
        let first = try await AuthBench(settings)
        let key = try await first.watch(0).keys
        let signedIn = try await first.signIn()
        try await first.desk.close()
        let other = NewUser(email: "other@bank.test", name: "Otto", role: .admin, password: AuthBench.password)
        settings.bootstrap = Bootstrap(applicant: try Applicant(other))
        let second = try await AuthBench(settings)
        #expect(try await second.watch(0).keys == key)
        #expect(try await second.events("user.created").count == 1)
        #expect(try await fault { try await second.signIn("other@bank.test") } != nil)
        #expect(try await fault { try await second.refresh(signedIn.refreshToken) } == nil)
        try await second.desk.close()
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
            let faults = try await withThrowingTaskGroup(of: (String, RPCFault?).self) { group in
                for index in 0..<100 {
                    group.addTask {
                        let email = "first\(index)@bank.test"
                        let claim = claim(token, email: email)
                        return (email, try await fault { try await bench.desk.setup.claim(claim, bench.anonymous()) })
                    }
                }
                return try await group.reduce(into: [String: RPCFault?]()) { $0[$1.0] = .some($1.1) }
            }
            let winners = faults.filter { $0.value == nil }.map(\.key)
            let refused = faults.values.compactMap(\.self)
            #expect(refused.count == 99)
            #expect(refused.allSatisfy { $0.code == "setup_done" && $0.status == .failedPrecondition })
            #expect(try await bench.events("user.created").count == 1)
            let winner = try await bench.signIn(try #require(winners.first))
            let people = try await bench.desk.users.list(UserQuery(), try await bench.context(winner)).items
            #expect(people.map(\.email) == winners)
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
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let settings = AuthSettings(dataDirectory: directory, box: SecretBox(FileKey()))
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
        let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let settings = AuthSettings(dataDirectory: directory, box: SecretBox(FileKey()))
        try await AuthBench(settings).desk.close()
        let file = try DatabaseQueue(path: "\(directory)/auth.sqlite")
        try await file.write { try $0.execute(sql: "UPDATE signing_key SET private_key = zeroblob(69)") }
        try file.close()
        let failure = try #require(await #expect(throws: StartFailure.self) { try await AuthBench(settings) })
        #expect(failure.description.contains("signing_key/"))
        #expect(!failure.description.contains("\n"))
    }
}

struct AuthSettingsTests {
    func settings(_ environment: [String: String]) throws -> AuthSettings {
        let key = ["IBP_SECRETS_KEY": String(repeating: "0f", count: 32)]
        var reader = SettingsReader(environment: environment.merging(key) { given, _ in given })
        let settings = try AuthSettings(&reader)
        try reader.refuseUnknown(process: "auth")
        return settings
    }

    @Test func defaultsAreTheRecommendedTimes() throws {
        let settings = try settings(["IBP_DATA_DIR": "/data"])
        #expect(settings.dataDirectory == "/data")
        #expect(settings.tokenLifetimeSeconds == 600)
        #expect(settings.sessions == SessionLimits(idleSeconds: 1800, absoluteSeconds: 43_200, retrySeconds: 10))
        #expect(settings.bootstrap == nil)
    }

    @Test func administratorIsNamedWholeAndWell() throws {
        let data = ["IBP_DATA_DIR": "/data"]
        let both = ["IBP_BOOTSTRAP_EMAIL": "a@bank.test", "IBP_BOOTSTRAP_PASSWORD": AuthBench.password]
        #expect(try settings(data.merging(both) { $1 }).bootstrap?.applicant.email.text == "a@bank.test")
        for (name, value) in both {
            #expect(throws: SettingsError.self) { try settings(data.merging([name: value]) { $1 }) }
        }
        let weak = both.merging(["IBP_BOOTSTRAP_PASSWORD": "short"]) { $1 }
        let error = #expect(throws: SettingsError.self) { try settings(data.merging(weak) { $1 }) }
        #expect(error?.description == "IBP_BOOTSTRAP_PASSWORD must have at least 15 characters")
    }

    @Test func secretsNeedAKey() {
        for key in ["", "0f", String(repeating: "0g", count: 32), String(repeating: "0f", count: 33)] {
            let error = #expect(throws: SettingsError.self) {
                try settings(["IBP_DATA_DIR": "/data", "IBP_SECRETS_KEY": key])
            }
            #expect(error?.description.contains("IBP_SECRETS_KEY") == true)
        }
    }

    @Test func firmsNameIsInNoPassword() throws {
        let named = [
            "IBP_DATA_DIR": "/data", "IBP_FIRM_NAME": "Northwind Partners", "IBP_BOOTSTRAP_EMAIL": "a@bank.test",
            "IBP_BOOTSTRAP_PASSWORD": "quiet northwind rivers",
        ]
        let error = #expect(throws: SettingsError.self) { try settings(named) }
        #expect(error?.description.hasPrefix("IBP_BOOTSTRAP_PASSWORD must not contain") == true)
        #expect(try settings(["IBP_DATA_DIR": "/data", "IBP_FIRM_NAME": "Acme"]).firmName == "Acme")
    }

    @Test func keyThatSealedBeforeMayBeGivenToo() throws {
        let previous = String(repeating: "a0", count: 32)
        let data = ["IBP_DATA_DIR": "/data", "IBP_SECRETS_KEY_PREVIOUS": previous]
        #expect(try settings(data).box.previous?.id == FileKey(text: previous)?.id)
        #expect(try settings(["IBP_DATA_DIR": "/data"]).box.previous == nil)
        let wrong = #expect(throws: SettingsError.self) {
            try settings(["IBP_DATA_DIR": "/data", "IBP_SECRETS_KEY_PREVIOUS": "x"])
        }
        #expect(wrong?.description.hasPrefix("IBP_SECRETS_KEY_PREVIOUS must be 64 hexadecimal digits") == true)
        var reader = SettingsReader(environment: ["IBP_DATA_DIR": "/data"])
        let missing = #expect(throws: SettingsError.self) { try AuthSettings(&reader) }
        #expect(missing?.description.hasPrefix("IBP_SECRETS_KEY (or IBP_SECRETS_KEY_FILE) is not set") == true)
    }

    @Test func tokensLiveTenMinutesAtMost() {
        #expect(throws: SettingsError.self) { try settings(["IBP_DATA_DIR": "/data", "IBP_TOKEN_LIFETIME": "11m"]) }
        #expect(throws: SettingsError.self) { try settings([:]) }
        #expect(throws: SettingsError.self) { try settings(["IBP_DATA_DIR": "/data", "IBP_SCRYPT_COST": "1"]) }
    }
}
