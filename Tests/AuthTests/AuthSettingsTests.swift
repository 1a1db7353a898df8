import Foundation
import ServiceKit
import Storage
import Testing

@testable import auth

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
