import Contracts
import Crypto
import Foundation
import GRDB
import RPC
import Storage
import Testing
import Tokens

@testable import auth

extension AuthBench {
    /// A browser signs in, showing the secret of a device.
    func browse(
        _ device: String?, _ email: String = "root@bank.test", _ password: String = AuthBench.password
    ) async throws -> WebSession {
        let digest = device.map { Base64URL.encode(SHA256.hash(data: Data($0.utf8))) }
        return try await desk.sessions.openWeb(
            WebSignIn(SignIn(email: email, password: password), device: digest), anonymous())
    }
}

struct DeviceTests {
    @Test func firstSignInOfABrowserMakesItADevice() async throws {
        try await AuthBench.with { bench in
            let secret = try #require(try await bench.browse(nil).device)
            #expect(Base64URL.decode(secret)?.count == 32)
            #expect(try await bench.browse(secret).device == nil)
            #expect(try await bench.browse("unknown").device != nil)
            #expect(try await !bench.payloads().contains(secret))
            let hashes = try await bench.desk.store.read { try Data.fetchAll($0, sql: "SELECT hash FROM device") }
            #expect(hashes.contains(Data(SHA256.hash(data: Data(secret.utf8)))))
        }
    }

    @Test func othersFailuresKeepNobodyOutWhoHasADevice() async throws {
        try await AuthBench.with { bench in
            let device = try await bench.browse(nil).device
            // From everywhere, and from the very address of the owner.
            for index in 0..<12 { _ = try await bench.attempt(from: "198.51.100.\(index)") }
            for index in 0..<25 { _ = try await bench.attempt("nobody-\(index)@bank.test") }
            #expect(try await fault { try await bench.browse(nil) }?.code == "sign_in_throttled")
            #expect(try await fault { try await bench.browse("guessed") }?.code == "sign_in_throttled")
            #expect(try await fault { try await bench.browse(device) } == nil)
        }
    }

    @Test func deviceOfSomebodyElseDoesNotCount() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let device = try #require(try await bench.browse(nil, "bea@bank.test").device)
            for index in 0..<6 { _ = try await bench.attempt(from: "198.51.100.\(index)") }
            let refusal = try await fault { try await bench.browse(device) }
            #expect(refusal?.code == "sign_in_throttled")
            bench.pass(seconds: 30)
            let own = try #require(try await bench.browse(device).device)
            #expect(own != device)
        }
    }

    @Test func deviceWaitsForItsOwnFailures() async throws {
        try await AuthBench.with { bench in
            let device = try await bench.browse(nil).device
            for _ in 0..<6 {
                let refusal = try await fault {
                    try await bench.browse(device, "root@bank.test", AuthBench.wrongPassword)
                }
                #expect(refusal?.code == "invalid_credentials")
            }
            let refusal = try await fault { try await bench.browse(device) }
            #expect(refusal?.code == "sign_in_throttled")
            #expect(refusal?.retryAfterMilliseconds == 30_000)
            // They are nobody else's.
            #expect(try await bench.attempt("root@bank.test", AuthBench.password) == nil)
            bench.pass(seconds: 30)
            #expect(try await bench.browse(device).device == nil)
            #expect(try await bench.rows() == 0)
        }
    }

    @Test func userHasTwentyDevicesAtMost() async throws {
        try await AuthBench.with { bench in
            let first = try #require(try await bench.browse(nil).device)
            bench.pass(seconds: 1)
            let second = try #require(try await bench.browse(nil).device)
            for _ in 0..<18 {
                bench.pass(seconds: 1)
                _ = try await bench.browse(nil)
            }
            bench.pass(seconds: 1)
            #expect(try await bench.browse(first).device == nil)
            bench.pass(seconds: 1)
            _ = try await bench.browse(nil)
            let count = try await bench.desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM device") }
            #expect(count == DeviceStore.perUserMax)
            #expect(try await bench.browse(first).device == nil)
            #expect(try await bench.browse(second).device != nil)
        }
    }

    @Test func deviceIsForgottenAfterHalfAYearWithoutUse() async throws {
        try await AuthBench.with { bench in
            let used = try #require(try await bench.browse(nil).device)
            let unused = try #require(try await bench.browse(nil).device)
            bench.pass(seconds: 100 * 86_400)
            #expect(try await bench.browse(used).device == nil)
            bench.pass(seconds: 100 * 86_400)
            try await bench.desk.sweep()
            let count = try await bench.desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM device") }
            #expect(count == 1)
            #expect(try await bench.browse(used).device == nil)
            #expect(try await bench.browse(unused).device != nil)
        }
    }
}
