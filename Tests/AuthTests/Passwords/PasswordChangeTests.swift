import Contracts
import Foundation
import RPC
import Storage
import Testing

@testable import auth

private let next = "seventeen quiet rivers"

struct PasswordChangeTests {
    func change(
        _ bench: AuthBench, from old: String = AuthBench.password, to new: String = next, by signedIn: SignedIn
    ) async throws -> Nothing {
        try await bench.desk.passwords.change(
            PasswordChange(currentPassword: old, newPassword: new), try await bench.context(signedIn))
    }

    @Test func newPasswordSignsInAndTheOldOneDoesNot() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            // However long ago the sign-in was: the current password is the proof.
            bench.pass(seconds: 599)
            _ = try await change(bench, by: signedIn)
            #expect(try await fault { try await bench.signIn() }?.code == "invalid_credentials")
            #expect(try await fault { try await bench.signIn("root@bank.test", next) } == nil)
            let changed = try #require(try await bench.events("password.changed").first)
            #expect(changed.subject == signedIn.user.eventSubject)
            #expect(changed.actor.id == signedIn.user.id.text)
            let written = try await bench.payloads()
            #expect(!written.contains(next) && !written.contains("$scrypt$"))
        }
    }

    @Test func allOtherSessionsEndWithTheOldOne() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: signedIn)
            let hers = try await bench.openWeb("bea@bank.test")
            let other = try await bench.signIn()
            let web = try await bench.openWeb()
            _ = try await change(bench, by: signedIn)
            #expect(try await fault { try await bench.refresh(other.refreshToken) } != nil)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) } != nil)
            #expect(try await bench.resolve(.webSession, hers.secret).subject == bea.id)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } == nil)
            let ends = try await bench.events("session.revoked").map { $0.changes.last?.after }
            #expect(ends == ["password_changed", "password_changed"])
        }
    }

    @Test func wrongCurrentPasswordChangesNothing() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let other = try await bench.signIn()
            let refused = try await fault { try await change(bench, from: "wrong horse battery", by: signedIn) }
            #expect(refused?.status == .invalidArgument)
            #expect(refused?.errors.map(\.field) == ["currentPassword"])
            #expect(refused?.errors.map(\.code) == ["wrong"])
            #expect(try await bench.events("password.refused").map(\.subject) == [signedIn.user.eventSubject])
            #expect(try await bench.events("password.changed").isEmpty)
            #expect(try await fault { try await bench.refresh(other.refreshToken) } == nil)
            #expect(try await fault { try await bench.signIn() } == nil)
        }
    }

    @Test func newPasswordMustBeAGoodAndAnotherOne() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            for (password, code) in [
                ("short", "too_short"), ("root is a long word", "contains_name"), (AuthBench.password, "unchanged"),
            ] {
                let refused = try await fault { try await change(bench, to: password, by: signedIn) }
                #expect(refused?.errors.map(\.field) == ["newPassword"])
                #expect(refused?.errors.map(\.code) == [code])
            }
            #expect(try await bench.events("password.changed").isEmpty)
        }
    }

    @Test func endedSessionAndTokensCannotChangeIt() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            var context = try await bench.context(signedIn)
            _ = try await bench.desk.sessions.logout(Nothing(), context)
            let input = PasswordChange(currentPassword: AuthBench.password, newPassword: next)
            let ended = try await fault { try await bench.desk.passwords.change(input, context) }
            #expect(ended?.status == .unauthenticated)
            // What the gateway would say of a personal token.
            context.identity = RPCIdentity(subject: signedIn.user.id, session: UUID(), roles: Role.admin.bits)
            let token = try await fault { try await bench.desk.passwords.change(input, context) }
            #expect(token?.status == .unauthenticated)
            let nobody = try await fault { try await bench.desk.passwords.change(input, bench.anonymous()) }
            #expect(nobody?.status == .unauthenticated)
            #expect(try await fault { try await bench.signIn() } == nil)
        }
    }

    @Test func oneOfTwoChangesAtOnceWins() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let words = ["seventeen quiet rivers", "eleven patient lanterns", "thirteen pale harbours"]
            let faults = try await together(words.count) { try await change(bench, to: words[$0], by: signedIn) }
            #expect(faults.filter { $0 == nil }.count == 1)
            #expect(faults.compactMap(\.self).allSatisfy { $0.errors.map(\.field) == ["currentPassword"] })
            #expect(try await bench.events("password.changed").count == 1)
        }
    }

    /// Hashing takes long: who was let in by the old password while it was changed is not let in.
    @Test func signInThatIsOvertakenByAChangeFails() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let account = try #require(try await bench.desk.users.users.account(signedIn.user.id))
            _ = try await change(bench, by: signedIn)
            let handlers = bench.desk.sessions
            let occasion = Occasion(bench.anonymous(), at: bench.now)
            let proven = ProvenUser(
                id: account.user.id, hash: account.passwordHash, secondFactor: nil, occasion: occasion)
            let grant = try await handlers.sessions.start(for: proven)
            #expect(grant == nil)
            let web = try await handlers.webSessions.open(for: proven, replacing: nil, device: nil)
            #expect(web == nil)
        }
    }
}

struct PasswordRenewalTests {
    static var weak: ScryptCost {
        get throws { try #require(ScryptCost(logRounds: 1, blockSize: 1, parallelism: 1)) }
    }

    func stored(_ bench: AuthBench, _ user: UUID) async throws -> PasswordHash {
        let account = try await bench.desk.users.users.account(user)
        return try #require(account?.passwordHash)
    }

    /// As if the hashes had been cheaper when the password was set.
    func weaken(_ bench: AuthBench, _ user: UUID) async throws -> PasswordHash {
        let hash = try PasswordHash(of: AuthBench.password, cost: try Self.weak)
        try await bench.desk.store.write { try PasswordStore.set(hash, of: user, in: $0) }
        return hash
    }

    @Test func signInRaisesTheCostOfAnOldHash() async throws {
        try await AuthBench.with { bench in
            let user = try await bench.signIn().user.id
            let old = try await weaken(bench, user)
            #expect(try await fault { try await bench.signIn("root@bank.test", "wrong horse battery") } != nil)
            #expect(try await stored(bench, user).phc == old.phc)
            _ = try await bench.openWeb()
            let new = try await stored(bench, user)
            let cheap = try AuthBench.cheap
            #expect(new.cost == cheap)
            #expect(try new.matches(AuthBench.password))
            _ = try await bench.signIn()
            #expect(try await stored(bench, user).phc == new.phc)
            #expect(try await bench.events("password.rehashed").map(\.subject.id) == [user.text])
        }
    }

    @Test func manySignInsAtOnceAllSucceed() async throws {
        try await AuthBench.with { bench in
            let user = try await bench.signIn().user.id
            _ = try await weaken(bench, user)
            let faults = try await together(20) { _ in try await bench.signIn() }
            #expect(faults.allSatisfy { $0 == nil })
            #expect(try await bench.events("password.rehashed").count == 1)
        }
    }

    @Test func changeInBetweenIsNotUndone() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            _ = try await weaken(bench, signedIn.user.id)
            let account = try #require(try await bench.desk.users.users.account(signedIn.user.id))
            let input = PasswordChange(currentPassword: AuthBench.password, newPassword: next)
            _ = try await bench.desk.passwords.change(input, try await bench.context(signedIn))
            let old = try #require(account.passwordHash)
            let late = try PasswordHash(of: AuthBench.password, cost: try AuthBench.cheap, salt: old.salt)
            try await bench.desk.passwords.passwords.renew(account, late, at: bench.now)
            #expect(try await fault { try await bench.signIn("root@bank.test", next) } == nil)
            #expect(try await fault { try await bench.signIn() } != nil)
            #expect(try await bench.events("password.rehashed").isEmpty)
        }
    }
}
