import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

private let refused = RPCFault(.unauthenticated, "invalid_credentials", "E-mail or password is wrong.")

extension AuthBench {
    fileprivate func login(_ input: SignIn) async throws -> SignedIn {
        try await desk.sessions.login(input, anonymous())
    }

    fileprivate func failures() async throws -> [String?] {
        try await events("session.failed").map { $0.changes.first?.after }
    }
}

struct PasskeySignInTests {
    @Test func passkeyAloneOpensASession() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            bench.pass(seconds: 60)
            let signedIn = try await bench.login(SignIn(passkey: authenticator.get(bench.request())))
            #expect(signedIn.user == root.user)
            #expect(
                try await bench.passkeys(signedIn) == [
                    Passkey(id: passkey.id, name: "A", createdAt: passkey.createdAt, lastUsedAt: bench.now)
                ])
            let web = try await bench.desk.sessions.openWeb(
                WebSignIn(SignIn(passkey: authenticator.get(bench.request()))), bench.anonymous())
            #expect(web.user == root.user)
            #expect(try await bench.waitingChallenges() == 0)
        }
    }

    @Test func challengeIsGoodOnceForFiveMinutesAndForSigningIn() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            authenticator.counter = 0
            _ = try await bench.add("A", &authenticator, by: root)

            let used = SignIn(passkey: try authenticator.get(try await bench.request().publicKey.challenge))
            _ = try await bench.login(used)
            #expect(try await fault { try await bench.login(used) } == refused)

            let own = SignIn(passkey: try authenticator.get(try await bench.creation(root).publicKey.challenge))
            #expect(try await fault { try await bench.login(own) } == refused)

            let late = SignIn(passkey: try authenticator.get(try await bench.request().publicKey.challenge))
            bench.pass(seconds: PasskeyChallengeStore.lifetimeSeconds)
            #expect(try await fault { try await bench.login(late) } == refused)
            #expect(try await bench.failures() == ["bad_passkey", "bad_passkey", "bad_passkey"])
        }
    }

    @Test func failureLooksLikeAnyOtherAndUsesTheChallengeUp() async throws {
        try await AuthBench.withPasskeys { bench in
            var authenticator = TestAuthenticator()
            _ = try await bench.add("A", &authenticator, by: bench.signIn())
            let request = try await bench.request()
            var thief = authenticator
            thief.key = TestAuthenticator().key
            #expect(try await fault { try await bench.login(SignIn(passkey: thief.get(request))) } == refused)
            #expect(try await fault { try await bench.login(SignIn(passkey: authenticator.get(request))) } == refused)
            let unknown = try TestAuthenticator().get(try await bench.request().publicKey.challenge)
            #expect(try await fault { try await bench.login(SignIn(passkey: unknown)) } == refused)
            var garbage = unknown
            garbage.response.authenticatorData = "AAAA"
            #expect(try await fault { try await bench.login(SignIn(passkey: garbage)) } == refused)
            #expect(try await bench.failures() == Array(repeating: "bad_passkey", count: 4))
            #expect(try await bench.login(SignIn(passkey: authenticator.get(bench.request()))).user.role == .admin)
        }
    }

    @Test func removedPasskeyAndDisabledUserAreRefused() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let signedIn = try await bench.signIn("bea@bank.test")
            var first = TestAuthenticator()
            var second = TestAuthenticator()
            let passkey = try await bench.add("A", &first, by: signedIn)
            _ = try await bench.add("B", &second, by: signedIn)
            try await bench.remove(passkey, by: signedIn)
            #expect(try await fault { try await bench.login(SignIn(passkey: first.get(bench.request()))) } == refused)
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await fault { try await bench.login(SignIn(passkey: second.get(bench.request()))) } == refused)
            #expect(try await bench.failures() == ["bad_passkey", "disabled"])
        }
    }

    /// Another factor, which the user has too, does not stand in for the passkey that was shown.
    @Test func signInThatIsOvertakenByTheRemovalFails() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            _ = try await bench.turnOn(root)
            let proof = bench.desk.sessions.proof
            let alone = try await proof.prove(
                SignIn(passkey: authenticator.get(bench.request())), bench.anonymous())
            let beside = try await proof.prove(
                SignIn(
                    email: "root@bank.test", password: AuthBench.password,
                    passkey: authenticator.get(bench.request())), bench.anonymous())
            try await bench.remove(passkey, by: root)
            for user in [alone, beside] {
                let grant = try await bench.desk.sessions.sessions.start(for: user)
                #expect(grant == nil)
            }
        }
    }

    @Test func copyOfAnAuthenticatorIsRefusedAndTold() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            var copy = authenticator
            _ = try await bench.login(SignIn(passkey: authenticator.get(bench.request())))
            #expect(try await fault { try await bench.login(SignIn(passkey: copy.get(bench.request()))) } == refused)
            let cloned = try await bench.events("passkey.cloned")
            #expect(cloned.map(\.subject.id) == [passkey.id.text])
            #expect(cloned.first?.changes.first?.after == root.user.id.text)
            _ = try await bench.login(SignIn(passkey: authenticator.get(bench.request())))
        }
    }

    @Test func besideAPasswordThePasskeyMustBelongToTheSameUser() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            var own = TestAuthenticator()
            var others = TestAuthenticator()
            _ = try await bench.add("A", &own, by: root)
            _ = try await bench.add("B", &others, by: bea)

            func signIn(_ password: String, _ passkey: PasskeyAssertion) async throws -> SignedIn {
                try await bench.login(SignIn(email: "root@bank.test", password: password, passkey: passkey))
            }
            #expect(try await signIn(AuthBench.password, own.get(bench.request())).user == root.user)
            #expect(
                try await fault { try await signIn(AuthBench.password, others.get(bench.request())) } == refused)
            // Its challenge is used up though the password is wrong, or it would tell that the password is right.
            let request = try await bench.request()
            #expect(try await fault { try await signIn("wrong horse battery", own.get(request)) } == refused)
            #expect(try await fault { try await bench.login(SignIn(passkey: own.get(request))) } == refused)
            #expect(try await bench.failures() == ["bad_passkey", "bad_password", "bad_passkey"])
        }
    }

    @Test func whatIsMissingIsNamed() async throws {
        try await AuthBench.withPasskeys { bench in
            let passkey = try TestAuthenticator().get("")
            let inputs: [(SignIn, [String])] = [
                (SignIn(), ["email", "password"]), (SignIn(email: "a@b.test"), ["password"]),
                (SignIn(password: "x"), ["email"]), (SignIn(email: "a@b.test", passkey: passkey), ["password"]),
            ]
            for (input, missing) in inputs {
                let fault = try await fault { try await bench.login(input) }
                #expect(fault?.status == .invalidArgument)
                #expect(fault?.errors.map(\.field) == missing)
            }
            #expect(try await bench.failures().isEmpty)
        }
    }

    @Test func noSecretIsInTheEventsOrTheFile() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            _ = try await bench.add("A", &authenticator, by: root)
            let request = try await bench.request()
            let assertion = try authenticator.get(request)
            _ = try await bench.login(SignIn(passkey: assertion))
            let waiting = try await bench.request().publicKey.challenge
            let written = try await bench.payloads()
            for text in [assertion.id, assertion.response.signature, request.publicKey.challenge, waiting] {
                #expect(!written.contains(text))
            }
            let challenge = Data(try #require(Base64URL.decode(waiting)))
            let file = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite"))
            let log = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite-wal"))
            #expect((file + log).range(of: challenge) == nil)
        }
    }
}
