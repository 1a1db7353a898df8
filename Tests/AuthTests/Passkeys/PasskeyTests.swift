import Contracts
import Foundation
import RPC
import Storage
import Testing

@testable import auth

struct PasskeyTests {
    @Test func optionsAskForAPasskeyThatIsFoundAndUnlocked() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let options = try await bench.creation(root).publicKey
            #expect(options.rp.id == "bank.example")
            #expect(options.user.id == PasskeyUserHandle.text(of: root.user.id))
            #expect(options.user.name == root.user.email)
            #expect(options.pubKeyCredParams.map(\.alg) == [-7])
            #expect(options.attestation == "none")
            #expect(options.authenticatorSelection.residentKey == "required")
            #expect(options.authenticatorSelection.userVerification == "required")
            #expect(options.excludeCredentials.isEmpty)
            #expect(options.timeout == 300_000)
            #expect(options.challenge.count == 43)
            let request = try await bench.request().publicKey
            #expect(request.rpId == "bank.example")
            #expect(request.allowCredentials.isEmpty)
            #expect(request.userVerification == "required")
            #expect(request.challenge != options.challenge)
        }
    }

    @Test func passkeyIsAddedListedAndRemoved() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var first = TestAuthenticator()
            var second = TestAuthenticator()
            let old = try await bench.add(" Work laptop ", &first, by: root)
            bench.pass(seconds: 1)
            let new = try await bench.add("Phone", &second, by: root)
            #expect(old.name == "Work laptop")
            #expect(old.lastUsedAt == nil)
            #expect(try await bench.passkeys(root) == [new, old])
            let excluded = try await bench.creation(root).publicKey.excludeCredentials
            #expect(excluded.map(\.id) == [first, second].map { $0.create("").id })
            #expect(excluded.map(\.transports) == [["internal", "usb"], ["internal", "usb"]])

            try await bench.remove(old, by: root)
            #expect(try await bench.passkeys(root) == [new])
            #expect(try await fault { try await bench.remove(old, by: root) }?.status == .notFound)

            let added = try await bench.events("passkey.added")
            #expect(added.map(\.subject.id) == [old.id.text, new.id.text])
            #expect(added.allSatisfy { $0.subject.kind == "passkey" && $0.actor.id == root.user.id.text })
            #expect(try await bench.events("passkey.removed").map(\.subject.id) == [old.id.text])
        }
    }

    @Test func eachCredentialBelongsToOneUserOnce() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            var authenticator = TestAuthenticator()
            _ = try await bench.add("A", &authenticator, by: root)
            for signedIn in [root, bea] {
                let credential = authenticator.create(try await bench.creation(signedIn).publicKey.challenge)
                let taken = try await fault {
                    try await bench.desk.passkeys.add(
                        NewPasskey(name: "A", credential: credential), try await bench.context(signedIn))
                }
                #expect(taken?.status == .alreadyExists)
                #expect(taken?.code == "passkey_taken")
            }
        }
    }

    @Test func userHasTenAtMost() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let spare = TestAuthenticator().create(try await bench.creation(root).publicKey.challenge)
            for number in 1...PasskeyStore.passkeysMax {
                var authenticator = TestAuthenticator()
                _ = try await bench.add("Key \(number)", &authenticator, by: root)
            }
            #expect(try await fault { try await bench.creation(root) }?.code == "too_many_passkeys")
            let eleventh = try await fault {
                try await bench.desk.passkeys.add(
                    NewPasskey(name: "A", credential: spare), try await bench.context(root))
            }
            #expect(eleventh?.code == "too_many_passkeys")
            #expect(eleventh?.status == .failedPrecondition)
        }
    }

    @Test func nameIsOneLine() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            for name in ["", "  ", "a\nb", String(repeating: "x", count: 101)] {
                var authenticator = TestAuthenticator()
                let refused = try await fault { try await bench.add(name, &authenticator, by: root) }
                #expect(refused?.errors.map(\.field) == ["name"])
            }
        }
    }

    @Test func changesWantARecentSignIn() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            bench.pass(seconds: 200)
            let credential = TestAuthenticator().create(try await bench.creation(root).publicKey.challenge)
            bench.pass(seconds: StepUpStore.secondsMax - 199)
            let faults = [
                try await fault { try await bench.creation(root) },
                try await fault {
                    try await bench.desk.passkeys.add(
                        NewPasskey(name: "B", credential: credential), try await bench.context(root))
                },
                try await fault { try await bench.remove(passkey, by: root) },
            ]
            #expect(faults.allSatisfy { $0?.code == "insufficient_user_authentication" })
            #expect(try await bench.passkeys(root) == [passkey])
            let nobody = try await fault { try await bench.desk.passkeys.list(Nothing(), bench.anonymous()) }
            #expect(nobody?.status == .unauthenticated)
        }
    }

    @Test func removalEndsTheOtherSessionsAndAdditionDoesNot() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let other = try await bench.openWeb()
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            #expect(try await bench.resolve(.webSession, other.secret).subject == root.user.id)
            try await bench.remove(passkey, by: root)
            #expect(try await fault { try await bench.resolve(.webSession, other.secret) }?.status == .unauthenticated)
            #expect(try await bench.refresh(root.refreshToken).user.id == root.user.id)
            let ends = try await bench.events("session.revoked").flatMap(\.changes).filter { $0.field == "reason" }
            #expect(ends.map(\.after) == ["passkey_removed"])
        }
    }

    @Test func nobodyRemovesAnothersPasskey() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            var authenticator = TestAuthenticator()
            let passkey = try await bench.add("A", &authenticator, by: root)
            #expect(try await fault { try await bench.remove(passkey, by: bea) }?.status == .notFound)
            #expect(try await bench.passkeys(root) == [passkey])
            #expect(try await bench.passkeys(bea).isEmpty)
        }
    }

    @Test func resetTakesAllPasskeysOfOneUser() async throws {
        try await AuthBench.withPasskeys { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let signedIn = try await bench.signIn("bea@bank.test")
            var authenticators = [TestAuthenticator(), TestAuthenticator(), TestAuthenticator()]
            _ = try await bench.add("A", &authenticators[0], by: root)
            _ = try await bench.add("B", &authenticators[1], by: signedIn)
            _ = try await bench.add("C", &authenticators[2], by: signedIn)
            let store = bench.passkeyStore
            let occasion = Occasion(try await bench.context(root), at: bench.now)
            let counts = try await store.store.write { db in
                let before = try PasskeyStore.count(of: bea.id, in: db)
                try store.removeAll(of: bea.id, occasion, in: db)
                return [
                    before, try PasskeyStore.count(of: bea.id, in: db),
                    try PasskeyStore.count(of: root.user.id, in: db),
                ]
            }
            #expect(counts == [2, 0, 1])
            let removed = try await bench.events("passkey.removed")
            #expect(removed.count == 2)
            #expect(removed.allSatisfy { $0.actor.id == root.user.id.text })
        }
    }

    @Test func withoutOriginsThereAreNone() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let context = try await bench.context(root)
            let credential = TestAuthenticator().create("")
            let faults = [
                try await fault { try await bench.creation(root) }, try await fault { try await bench.request() },
                try await fault {
                    try await bench.desk.passkeys.add(NewPasskey(name: "A", credential: credential), context)
                },
                try await fault {
                    let passkey = try TestAuthenticator().get("")
                    return try await bench.desk.sessions.login(SignIn(passkey: passkey), bench.anonymous())
                },
            ]
            #expect(faults.allSatisfy { $0?.code == "passkeys_off" && $0?.status == .failedPrecondition })
            #expect(try await bench.passkeys(root).isEmpty)
        }
    }
}
