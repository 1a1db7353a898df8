import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct RoleChangeTests {
    @Test func anotherRoleEndsAllSessionsAndTokensAtOnce() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let first = try await bench.signIn("bea@bank.test")
            let web = try await bench.openWeb("bea@bank.test")
            let token = try await bench.desk.tokens.create(
                NewPersonalToken(name: "sheet", scopes: [.readDeals], expiresInDays: 1), try await bench.context(first))
            let ended = [
                try await bench.claims(first).sid, try await bench.resolve(.webSession, web.secret).session,
                token.token.id,
            ]
            let cursor = try await bench.watch(0).cursor

            let changed = try await bench.change(bea.id, UserChange(role: .compliance), by: root)
            #expect(changed.role == .compliance)
            #expect(changed.version == 2)
            #expect(Set(try await bench.watch(cursor).revokedSessions) == Set(ended))
            #expect(try await fault { try await bench.refresh(first.refreshToken) } != nil)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) } != nil)
            #expect(try await fault { try await bench.resolve(.personalToken, token.secret) } != nil)
            let reasons = try await (bench.events("session.revoked") + bench.events("token.revoked")).map {
                $0.changes.first { $0.field == "reason" }?.after
            }
            #expect(reasons == ["role_changed", "role_changed", "role_changed"])
            #expect(try await bench.claims(try await bench.signIn("bea@bank.test")).role == "compliance")
        }
    }

    @Test func eventTellsTheRoleBeforeAndAfter() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let change = UserChange(name: "Bea Moss", role: .management)
            let changed = try await bench.change(bea.id, change, by: root)
            let role = try #require(try await bench.events("user.role.changed").first)
            #expect(role.changes == [FieldChange("role", before: "banker", after: "management")])
            #expect(role.subject.id == bea.id.text)
            #expect(role.actor.id == root.user.id.text)
            #expect(role.version == changed.version)
            let name = try #require(try await bench.events("user.updated").first)
            #expect(name.changes == [FieldChange("name", before: "Bea Miller", after: "Bea Moss")])
        }
    }

    @Test func sameRoleAndNameChangeNothing() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let signedIn = try await bench.signIn("bea@bank.test")
            #expect(try await bench.change(bea.id, UserChange(name: "Bea Miller", role: .banker), by: root) == bea)
            #expect(try await bench.change(bea.id, UserChange(), by: root) == bea)
            #expect(try await bench.events("user.updated").isEmpty)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } == nil)
        }
    }

    @Test func lastAdministratorStaysOneAndNobodyChangesTheOwnRole() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let demote = UserChange(role: .observer)
            let last = { try await fault { try await bench.change(root.user.id, demote, by: root) }?.code }
            #expect(try await last() == "last_administrator")
            let second = try await bench.create("second@bank.test", .admin, by: root)
            #expect(try await last() == "own_account")
            _ = try await bench.set(second.id, .disabled, by: root)
            #expect(try await last() == "last_administrator")
            #expect(try await fault { try await bench.change(second.id, demote, by: root) } == nil)
            #expect(
                try await bench.change(root.user.id, UserChange(name: "Ruth", role: .admin), by: root).name == "Ruth")
        }
    }

    @Test func newRoleWantsARecentSignInAndANewNameDoesNot() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let token = try await bench.desk.tokens.create(
                NewPersonalToken(name: "sync", scopes: [.manageUsers], expiresInDays: 1), try await bench.context(root))
            let program = bench.context(token, of: root.user, resource: [bea.id.text])
            let promote = UserChange(role: .admin)
            #expect(
                try await fault { try await bench.desk.users.update(promote, program) }?.code == "session_required")
            bench.pass(seconds: 301)
            #expect(
                try await fault { try await bench.change(bea.id, promote, by: root) }?.code
                    == "insufficient_user_authentication")
            #expect(try await bench.change(bea.id, UserChange(name: "Bea Moss"), by: root).role == .banker)
        }
    }

    @Test func staleVersionIsToldTheCurrentUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let call = { (version: Int64) in
                try await bench.change(bea.id, UserChange(name: "Bea Moss"), by: root, ifMatch: version)
            }
            let stale = try await fault { try await call(7) }
            #expect(stale?.code == "version_mismatch")
            #expect(stale?.current?.contains(bea.id.text) == true)
            #expect(try await call(1).version == 2)
        }
    }

    @Test func badNamesUnknownUsersAndOtherRolesAreRefused() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let call = { (id: UUID, name: String, by: SignedIn) in
                try await fault { try await bench.change(id, UserChange(name: name), by: by) }
            }
            #expect(try await call(bea.id, "\u{7}", root)?.errors.map(\.field) == ["name"])
            #expect(try await call(UUID(), "Bea Moss", root)?.status == .notFound)
            let signedIn = try await bench.signIn("bea@bank.test")
            #expect(try await call(bea.id, "Bea Moss", signedIn)?.code == "forbidden")
        }
    }
}

struct OneUserTests {
    @Test func administratorsReadOneUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let get = { (id: String, by: SignedIn) in
                try await bench.desk.users.get(Nothing(), try await bench.context(by, resource: [id]))
            }
            #expect(try await get(bea.id.text, root) == bea)
            let disabled = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await get(bea.id.text, root) == disabled)
            #expect(try await fault { try await get(UUID().text, root) }?.status == .notFound)
            #expect(try await fault { try await get("me", root) }?.status == .notFound)
            _ = try await bench.create("cid@bank.test", by: root)
            let cid = try await bench.signIn("cid@bank.test")
            #expect(try await fault { try await get(bea.id.text, cid) }?.code == "forbidden")
        }
    }

    @Test func everybodyChangesTheOwnName() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            let context = try await bench.context(bea, ifMatch: 1)
            let rename = { try await bench.desk.users.updateMe(NameChange(name: " Bea Moss "), context) as User }
            let renamed = try await rename()
            #expect(renamed.name == "Bea Moss")
            #expect(renamed.version == 2)
            #expect(try await fault(rename)?.code == "version_mismatch")
            let event = try #require(try await bench.events("user.updated").first)
            #expect(event.actor.id == bea.user.id.text)
            #expect(event.changes == [FieldChange("name", before: "Bea Miller", after: "Bea Moss")])
            let found = try await bench.desk.users.list(UserQuery(q: "moss"), try await bench.context(root)).items
            #expect(found == [renamed])
            let own = try await bench.context(bea)
            let blank = try await fault { try await bench.desk.users.updateMe(NameChange(name: " "), own) }
            #expect(blank?.errors.map(\.field) == ["name"])
            _ = try await bench.set(bea.user.id, .disabled, by: root)
            let late = try await fault { try await bench.desk.users.updateMe(NameChange(name: "Bea"), own) }
            #expect(late?.status == .unauthenticated)
        }
    }
}

struct StatusChangeTests {
    @Test func reactivatedUserSignsInAnewAndNothingOldRevives() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let old = try await bench.signIn("bea@bank.test")
            let web = try await bench.openWeb("bea@bank.test")
            _ = try await bench.set(bea.id, .disabled, by: root)
            let back = try await bench.set(bea.id, .active, by: root)
            #expect(back.status == .active)
            #expect(back.version == 3)
            #expect(try await fault { try await bench.refresh(old.refreshToken) } != nil)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) } != nil)
            #expect(try await bench.signIn("bea@bank.test").user == back)
            let enabled = try #require(try await bench.events("user.enabled").first)
            #expect(enabled.changes == [FieldChange("status", before: "disabled", after: "active")])
            #expect(enabled.actor.id == root.user.id.text)
        }
    }

    @Test(arguments: UserStatus.allCases) func anotherStatusWantsARecentSignIn(status: UserStatus) async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            if status == .active { _ = try await bench.set(bea.id, .disabled, by: root) }
            bench.pass(seconds: 301)
            let refused = try await fault { try await bench.set(bea.id, status, by: root) }
            #expect(refused?.code == "insufficient_user_authentication")
            #expect(refused?.status == .unauthenticated)
            let again = try await bench.signIn()
            #expect(try await bench.set(bea.id, status, by: again).status == status)
        }
    }
}
