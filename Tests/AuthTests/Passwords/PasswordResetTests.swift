import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

private let next = "seventeen quiet rivers"

struct PasswordResetTests {
    /// A bench with an administrator and Bea.
    func withBea(_ body: (AuthBench, _ root: SignedIn, _ bea: User) async throws -> Void) async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            try await body(bench, root, bea)
        }
    }

    func request(_ bench: AuthBench, for user: UUID, by signedIn: SignedIn) async throws -> PasswordResetGrant {
        try await bench.desk.passwords.requestReset(
            Nothing(), try await bench.context(signedIn, resource: [user.text]))
    }

    func reset(_ bench: AuthBench, _ token: String, to password: String = next) async throws -> Nothing {
        try await bench.desk.passwords.reset(PasswordReset(token: token, newPassword: password), bench.anonymous())
    }

    @Test func tokenSetsThePasswordAndEndsWhatTheOldOneLetIn() async throws {
        try await withBea { bench, root, bea in
            let signedIn = try await bench.signIn("bea@bank.test")
            let web = try await bench.openWeb("bea@bank.test")
            let program = try await bench.desk.tokens.create(
                NewPersonalToken(name: "night", scopes: [.readDeals], expiresInDays: 30),
                try await bench.context(signedIn))
            let grant = try await request(bench, for: bea.id, by: root)
            #expect(grant.token.utf8.count == 43)
            #expect(grant.expiresAt == bench.now.advanced(bySeconds: 3600))
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } == nil)

            _ = try await reset(bench, grant.token)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } != nil)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) } != nil)
            #expect(try await fault { try await bench.resolve(.personalToken, program.secret) } != nil)
            #expect(try await fault { try await bench.signIn("bea@bank.test") }?.code == "invalid_credentials")
            #expect(try await fault { try await bench.signIn("bea@bank.test", next) } == nil)
            #expect(try await fault { try await bench.refresh(root.refreshToken) } == nil)
            let ends = try await bench.events("session.revoked") + (try await bench.events("token.revoked"))
            #expect(ends.map { $0.changes.last?.after } == Array(repeating: "password_reset", count: 3))
        }
    }

    @Test func resetsEndWithTheAdministratorWhoAskedForThem() async throws {
        try await withBea { bench, root, bea in
            let second = try await bench.create("second@bank.test", .admin, by: root)
            let grant = try await request(bench, for: bea.id, by: try await bench.signIn("second@bank.test"))
            _ = try await bench.set(second.id, .disabled, by: root)
            #expect(try await fault { try await reset(bench, grant.token) }?.code == "reset_invalid")
        }
    }

    /// Whoever was in an administrator's session may have invited himself, and asked for others' resets.
    @Test func whatWasGivenOutByTheOldPasswordEndsWithIt() async throws {
        try await withBea { bench, root, bea in
            let second = try await bench.create("second@bank.test", .admin, by: root)
            let thief = try await bench.signIn("second@bank.test")
            let invited = try await bench.invite("thief@bank.test", by: thief).token
            let grant = try await request(bench, for: bea.id, by: thief)
            _ = try await reset(bench, try await request(bench, for: second.id, by: root).token)
            #expect(try await fault { try await bench.accept(invited) }?.code == "invitation_invalid")
            #expect(try await fault { try await reset(bench, grant.token) }?.code == "reset_invalid")
        }
    }

    @Test func secondFactorStaysWanted() async throws {
        try await withBea { bench, root, bea in
            let (totp, _) = try await bench.turnOn(try await bench.signIn("bea@bank.test"))
            let grant = try await request(bench, for: bea.id, by: root)
            _ = try await reset(bench, grant.token)
            let refusal = try await fault { try await bench.signIn("bea@bank.test", next) }
            #expect(refusal?.code == "second_factor_required")
            let both = SignIn(email: "bea@bank.test", password: next, code: bench.code(totp))
            #expect(try await bench.desk.sessions.login(both, bench.anonymous()).user.id == bea.id)
        }
    }

    @Test func eventsTellWhoAskedForItAndNoSecret() async throws {
        try await withBea { bench, root, bea in
            let grant = try await request(bench, for: bea.id, by: root)
            let count = try await bench.events("session.started").count
            _ = try await reset(bench, grant.token)
            let requested = try #require(try await bench.events("password.reset.requested").first)
            #expect(requested.actor.id == root.user.id.text)
            #expect(requested.subject == bea.eventSubject)
            let done = try #require(try await bench.events("password.reset").first)
            #expect(done.actor == EventActor(kind: "anonymous", id: "", address: "192.0.2.7"))
            #expect(done.subject == bea.eventSubject)
            #expect(done.changes.map(\.after) == [root.user.id.text])
            #expect(try await bench.events("session.started").count == count)
            let written = try await bench.payloads()
            #expect(!written.contains(grant.token) && !written.contains(next))
        }
    }

    @Test func badTokensAreAllTheSame() async throws {
        try await withBea { bench, root, bea in
            let replaced = try await request(bench, for: bea.id, by: root)
            let used = try await request(bench, for: bea.id, by: root)
            #expect(used.token != replaced.token)
            let first = try #require(try await fault { try await reset(bench, replaced.token) })
            #expect(first.status == .permissionDenied)
            #expect(first.code == "reset_invalid")
            _ = try await reset(bench, used.token)
            let late = try await request(bench, for: bea.id, by: root)
            bench.pass(seconds: 3600)
            for token in [
                used.token, late.token, "", "x", String(repeating: "A", count: 43), late.token + "=", late.token + "A",
                String(late.token.dropLast()),
            ] {
                // Not even the password is looked at.
                for password in [next, "short"] {
                    #expect(try await fault { try await reset(bench, token, to: password) } == first)
                }
            }
            #expect(try await bench.events("password.reset").count == 1)
        }
    }

    @Test func badPasswordLeavesTheTokenGood() async throws {
        try await withBea { bench, root, bea in
            let grant = try await request(bench, for: bea.id, by: root)
            for password in ["short", "bea miller was here"] {
                let refused = try await fault { try await reset(bench, grant.token, to: password) }
                #expect(refused?.code == "validation_failed")
                #expect(refused?.errors.map(\.field) == ["newPassword"])
            }
            #expect(try await fault { try await reset(bench, grant.token) } == nil)
        }
    }

    @Test func tokenIsGoodOnceHoweverManyComeAtOnce() async throws {
        try await withBea { bench, root, bea in
            let grant = try await request(bench, for: bea.id, by: root)
            let faults = try await together(20) { _ in try await reset(bench, grant.token) }
            #expect(faults.filter { $0 == nil }.count == 1)
            #expect(faults.compactMap(\.self).allSatisfy { $0.code == "reset_invalid" })
        }
    }

    @Test func changedPasswordMakesItWorthless() async throws {
        try await withBea { bench, root, bea in
            let grant = try await request(bench, for: bea.id, by: root)
            let change = PasswordChange(currentPassword: AuthBench.password, newPassword: next)
            let hers = try await bench.context(try await bench.signIn("bea@bank.test"))
            _ = try await bench.desk.passwords.change(change, hers)
            #expect(try await fault { try await reset(bench, grant.token) }?.code == "reset_invalid")
        }
    }

    @Test func disabledUsersHaveNone() async throws {
        try await withBea { bench, root, bea in
            let grant = try await request(bench, for: bea.id, by: root)
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await fault { try await reset(bench, grant.token) }?.code == "reset_invalid")
            let refused = try await fault { try await request(bench, for: bea.id, by: root) }
            #expect(refused?.status == .failedPrecondition)
            #expect(refused?.code == "user_disabled")
            _ = try await bench.set(bea.id, .active, by: root)
            #expect(try await fault { try await reset(bench, grant.token) }?.code == "reset_invalid")
        }
    }

    @Test func nobodyMayAskForOneOfHisOwnOrWithoutARecentSignIn() async throws {
        try await withBea { bench, root, bea in
            #expect(try await fault { try await request(bench, for: root.user.id, by: root) }?.code == "own_account")
            #expect(try await fault { try await request(bench, for: UUID(), by: root) }?.code == "not_found")
            let hers = try await bench.signIn("bea@bank.test")
            #expect(try await fault { try await request(bench, for: root.user.id, by: hers) }?.code == "forbidden")
            bench.pass(seconds: 301)
            let late = try await fault { try await request(bench, for: bea.id, by: root) }
            #expect(late?.code == "insufficient_user_authentication")
            #expect(try await bench.events("password.reset.requested").isEmpty)
        }
    }

    @Test func sweepForgetsOldOnes() async throws {
        try await withBea { bench, root, bea in
            _ = try await request(bench, for: bea.id, by: root)
            bench.pass(seconds: 3600)
            try await bench.desk.sweep()
            let left = try await bench.desk.store.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM password_reset")
            }
            #expect(left == 0)
        }
    }
}
