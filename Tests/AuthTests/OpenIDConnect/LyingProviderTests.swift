import Contracts
import Foundation
import NIOHTTP1
import RPC
import Testing

@testable import auth

private let discovery = "/.well-known/openid-configuration"

/// What a provider that is broken, slow or in other hands can do to us.
struct LyingProviderTests {
    private static let lies: [@Sendable (inout IDTokenForge) -> Void] = [
        { $0.claims["iss"] = "https://evil.test" }, { $0.claims["nonce"] = "other" }, { $0.claims["aud"] = "other" },
        { $0.header["alg"] = "none" }, { $0.header["alg"] = "HS256" }, { $0.claims["exp"] = 1_700_000_000 },
        { $0.header["kid"] = "other" }, { $0.claims["at_hash"] = "x" },
        { $0.claims["big"] = String(repeating: "x", count: SignedIDToken.bytesMax) },
    ]

    @Test(arguments: lies.indices) func badIDTokensSignNobodyIn(_ index: Int) async throws {
        try await OpenIDBench.with { world in
            let failure = try await world.failure(Self.lies[index])
            #expect(failure == .provider)
            #expect(try await world.reasons() == ["oidc_token"])
            #expect(try await world.bench.events("user.created").count == 1)
            #expect(try await world.failure() == nil)
        }
    }

    @Test func documentOfAnotherIssuerStartsNothing() async throws {
        try await OpenIDBench.with { world async throws in
            world.provider.metadata(["issuer": "https://evil.test"])
            #expect(try await world.failed { try await world.start() } == .provider)
        }
    }

    @Test(arguments: [discovery, "/keys"])
    func brokenDocumentsStartNothing(_ path: String) async throws {
        try await OpenIDBench.with { world async throws in
            let huge = [UInt8](repeating: UInt8(ascii: " "), count: ProviderHTTP.bytesMax + 1)
            let answers = [
                TinyProvider.Answer(body: huge), TinyProvider.Answer(body: Array("<html>".utf8)),
                TinyProvider.Answer(status: .internalServerError), TinyProvider.Answer(body: []),
                TinyProvider.Answer(body: Array(#"{"keys":[],"keys":[]}"#.utf8)),
                TinyProvider.Answer(status: .found, headers: ["Location": world.provider.issuer + "/elsewhere"]),
            ]
            for answer in answers {
                world.provider.answer(path, with: answer)
                #expect(try await world.failed { try await world.start() } == .provider)
            }
            #expect(world.provider.asked("/elsewhere").isEmpty)
            world.provider.answer(path, with: nil)
            #expect(try await world.failed { try await world.start() } == nil)
        }
    }

    @Test func brokenTokenAnswersSignNobodyIn() async throws {
        try await OpenIDBench.with { world async throws in
            let huge = [UInt8](repeating: UInt8(ascii: " "), count: ProviderHTTP.bytesMax + 1)
            let answers = [
                TinyProvider.Answer(body: huge), TinyProvider.Answer(body: Array("{}".utf8)),
                TinyProvider.Answer(body: Array(#"{"id_token":1}"#.utf8)),
                TinyProvider.Answer(status: .badRequest, body: Array(#"{"error":"invalid_grant"}"#.utf8)),
                TinyProvider.Answer(
                    status: .temporaryRedirect, headers: ["Location": world.provider.issuer + "/elsewhere"]),
            ]
            for answer in answers {
                world.provider.answer("/token", with: answer)
                #expect(try await world.failure() == .provider)
            }
            #expect(world.provider.asked("/elsewhere").isEmpty)
            #expect(try await world.reasons() == [String?](repeating: "oidc_provider", count: answers.count))
        }
    }

    @Test(arguments: [discovery, "/keys"])
    func slowDocumentsAreNotWaitedFor(_ path: String) async throws {
        try await OpenIDBench.with({ $0.timeout = .milliseconds(100) }) { world async throws in
            world.provider.answer(path, with: TinyProvider.Answer(isHeld: true))
            #expect(try await world.failed { try await world.start() } == .provider)
        }
    }

    /// A slow machine, too, gets the documents in this time.
    @Test func slowTokensAreNotWaitedFor() async throws {
        try await OpenIDBench.with({ $0.timeout = .seconds(3) }) { world in
            let callback = try world.callback(try await world.start())
            world.provider.answer("/token", with: TinyProvider.Answer(isHeld: true))
            #expect(try await world.failed { try await world.finish(callback) } == .provider)
        }
    }

    @Test func providerThatIsAwayIsAFailureOfItsOwn() async throws {
        try await OpenIDBench.with({ $0.issuer = "http://127.0.0.1:1" }) { world async throws in
            #expect(try await world.failed { try await world.start() } == .provider)
        }
    }

    @Test func refusalsOfTheProviderAreTold() async throws {
        try await OpenIDBench.with { world in
            for (error, failure) in [("access_denied", OpenIDFailure.denied), ("server_error", .provider)] {
                var callback = try world.callback(try await world.start())
                callback.error = error
                #expect(try await world.failed { try await world.finish(callback) } == failure)
            }
            var silent = try world.callback(try await world.start())
            silent.code = nil
            #expect(try await world.failed { try await world.finish(silent) } == .provider)
            var long = try world.callback(try await world.start())
            long.code = String(repeating: "c", count: 4097)
            #expect(try await world.failed { try await world.finish(long) } == .provider)
            #expect(world.provider.asked("/token").isEmpty)
            #expect(
                try await world.reasons() == ["oidc_denied", "oidc_provider", "oidc_provider", "oidc_provider"])
        }
    }

    @Test func answerOfAnotherProviderIsNotTaken() async throws {
        try await OpenIDBench.with { world in
            var callback = try world.callback(try await world.start())
            callback.iss = "https://evil.test"
            #expect(try await world.failed { try await world.finish(callback) } == .provider)
            callback = try world.callback(try await world.start())
            callback.iss = world.provider.issuer
            #expect(try await world.failed { try await world.finish(callback) } == nil)
        }
        try await OpenIDBench.with { world async throws in
            world.provider.metadata(["authorization_response_iss_parameter_supported": true])
            #expect(try await world.failure() == .provider)
            #expect(world.provider.asked("/token").isEmpty)
        }
    }

    @Test func newKeyIsFetchedOnceAMinute() async throws {
        try await OpenIDBench.with { world async throws in
            #expect(try await world.failure { $0.header["kid"] = "new" } == .provider)
            #expect(world.provider.asked("/keys").count == 1)
            world.bench.pass(seconds: 60)
            for _ in 0..<3 { #expect(try await world.failure { $0.header["kid"] = "new" } == .provider) }
            #expect(world.provider.asked("/keys").count == 2)
            world.bench.pass(seconds: 60)
            world.provider.keys([IDTokenForge.ec(), IDTokenForge.ec(["kid": "new"])])
            #expect(try await world.failure { $0.header["kid"] = "new" } == nil)
            #expect(world.provider.asked("/keys").count == 3)
        }
    }

    @Test func documentsAreFetchedOnceForAll() async throws {
        try await OpenIDBench.with { world in
            world.provider.answer("/keys", with: TinyProvider.Answer(isHeld: true))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await world.start() } }
                try await eventually { world.provider.asked("/keys").count == 1 }
                world.provider.release()
                try await group.waitForAll()
            }
            #expect(world.provider.asked(discovery).count == 1)
            #expect(world.provider.asked("/keys").count == 1)
        }
    }

    @Test func oldDocumentsWillDoWhileTheProviderIsAway() async throws {
        try await OpenIDBench.with { world in
            _ = try await world.start()
            world.bench.pass(seconds: 3600)
            world.provider.answer(discovery, with: TinyProvider.Answer(status: .internalServerError))
            #expect(try await world.failed { try await world.start() } == nil)
            #expect(world.provider.asked(discovery).count == 2)
            world.bench.pass(seconds: 86_400)
            #expect(try await world.failed { try await world.start() } == .provider)
        }
    }

    @Test func sameSignInsWaitForTheProviderAsTheServiceCanBear() async throws {
        try await OpenIDBench.with { world in
            var callbacks: [OpenIDCallback] = []
            for _ in 0...OpenIDHandlers.finishingMax { callbacks.append(try world.callback(try await world.start())) }
            world.provider.answer("/token", with: TinyProvider.Answer(isHeld: true))
            let last = callbacks.removeLast()
            await withTaskGroup(of: Void.self) { group in
                for callback in callbacks { group.addTask { _ = try? await world.finish(callback) } }
                do {
                    try await eventually { world.provider.asked("/token").count == OpenIDHandlers.finishingMax }
                    #expect(try await world.failed { try await world.finish(last) } == .unavailable)
                } catch { Issue.record(error) }
                world.provider.answer("/token", with: nil)
                world.provider.release()
            }
            #expect(try await world.failure() == nil)
        }
    }
}

struct UserInfoTests {
    private func thin(_ forge: inout IDTokenForge) {
        for claim in ["email", "email_verified", "groups", "name"] { forge.claims[claim] = nil }
    }

    @Test func whatTheTokenLeavesOutIsAskedFor() async throws {
        try await OpenIDBench.with { world in
            world.provider.metadata(["userinfo_endpoint": world.provider.issuer + "/userinfo"])
            world.provider.userInfo([
                "sub": "u-1", "email": "bea@bank.test", "email_verified": true, "groups": ["bankers"], "name": "Bea",
                "iss": "https://evil.test",
            ])
            let user = try await world.signIn { thin(&$0) }.user
            #expect(user.email == "bea@bank.test")
            #expect(user.name == "Bea")
            #expect(world.provider.asked("/userinfo").map(\.authorization) == ["Bearer access-1"])
            _ = try await world.signIn()
            #expect(world.provider.asked("/userinfo").count == 1)
        }
    }

    @Test func whatIsSaidOfAnotherDoesNotCount() async throws {
        try await OpenIDBench.with { world async throws in
            world.provider.metadata(["userinfo_endpoint": world.provider.issuer + "/userinfo"])
            world.provider.userInfo(["sub": "u-2", "email": "x@bank.test", "groups": ["admins"]])
            #expect(try await world.failure { thin(&$0) } == .provider)
        }
    }

    @Test func whatTheTokenSaysCounts() async throws {
        try await OpenIDBench.with { world in
            world.provider.metadata(["userinfo_endpoint": world.provider.issuer + "/userinfo"])
            world.provider.userInfo([
                "sub": "u-1", "email": "bea@bank.test", "email_verified": true, "groups": ["admins"],
            ])
            let user = try await world.signIn { $0.claims["email"] = nil }.user
            #expect(user.role == .banker)
        }
    }
}
