import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct SignInTests {
    @Test func rightPasswordOpensASession() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            #expect(signedIn.tokenType == "Bearer")
            #expect(signedIn.expiresIn == 600)
            #expect(signedIn.user.email == "Root@bank.test")
            #expect(signedIn.user.role == .admin)
            let claims = try await bench.claims(signedIn)
            #expect(claims.sub == signedIn.user.id)
            #expect(claims.role == "admin")
            let started = try #require(try await bench.events("session.started").last)
            #expect(started.subject == EventSubject(kind: "session", id: claims.sid.text))
            #expect(started.actor.id == signedIn.user.id.text)
            #expect(started.actor.address == "192.0.2.7")
            #expect(started.requestId == "r-1")
            #expect(try await bench.desk.users.me(Nothing(), try await bench.context(signedIn)) == signedIn.user)
        }
    }

    @Test func emailIsComparedWithoutCaseAndSpace() async throws {
        try await AuthBench.with { bench in
            for email in ["ROOT@BANK.TEST", " root@bank.test ", "\u{FF52}oot@bank.test"] {
                let user = try await bench.signIn(email).user
                #expect(user.email == "Root@bank.test")
            }
        }
    }

    @Test func allFailuresLookTheSame() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            _ = try await bench.set(bea.id, .disabled, by: root)
            let secret = AuthBench.wrongPassword
            let faults = [
                try await fault { try await bench.signIn("root@bank.test", secret) },
                try await fault { try await bench.signIn("nobody@bank.test", secret) },
                try await fault { try await bench.signIn("no e-mail", secret) },
                try await fault { try await bench.signIn("root@bank.test", String(repeating: "x", count: 100_000)) },
                try await fault { try await bench.signIn("bea@bank.test") },
            ]
            let expected = RPCFault(.unauthenticated, "invalid_credentials", "E-mail or password is wrong.")
            #expect(faults.allSatisfy { $0 == expected })
            let failed = try await bench.events("session.failed")
            #expect(
                failed.map { $0.changes.first?.after }
                    == ["bad_password", "unknown_user", "unknown_user", "bad_password", "disabled"])
            #expect(failed.map(\.subject.id) == [root.user.id.text, "", "", root.user.id.text, bea.id.text])
            #expect(failed.allSatisfy { $0.actor.kind == "anonymous" && $0.actor.address == "192.0.2.7" })
            let written = try await bench.payloads()
            #expect(!written.contains("nobody@") && !written.contains("no e-mail") && !written.contains(secret))
        }
    }

    @Test func noSecretIsInTheEvents() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let next = try await bench.refresh(root.refreshToken)
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(next))
            let written = try await bench.payloads()
            for secret in [AuthBench.password, root.refreshToken, next.refreshToken, root.accessToken, "$scrypt$"] {
                #expect(!written.contains(secret))
            }
            #expect(
                try await bench.events().map(\.type) == [
                    "key.created", "user.created", "session.started", "invitation.created", "user.created",
                    "invitation.accepted", "session.refreshed", "session.revoked",
                ])
        }
    }

    @Test func callsWithoutIdentityAreRefused() async throws {
        try await AuthBench.with { bench in
            let me = try await fault { try await bench.desk.users.me(Nothing(), bench.anonymous()) }
            #expect(me?.status == .unauthenticated)
            let logout = try await fault { try await bench.desk.sessions.logout(Nothing(), bench.anonymous()) }
            #expect(logout?.status == .unauthenticated)
        }
    }
}
