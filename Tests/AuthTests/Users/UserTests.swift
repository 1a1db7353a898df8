import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct UserTests {
    @Test(arguments: ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\u{0}", "a@\(String(repeating: "b", count: 253))"])
    func textsThatAreNoEmails(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func othersMayNotManageUsers() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            #expect(try await fault { try await bench.create("c@bank.test", by: bea) }?.code == "forbidden")
            #expect(try await fault { try await bench.set(root.user.id, .disabled, by: bea) }?.code == "forbidden")
            let context = try await bench.context(bea)
            #expect(try await fault { try await bench.desk.users.list(UserQuery(), context) }?.code == "forbidden")
            let anonymous = bench.anonymous()
            #expect(
                try await fault { try await bench.desk.users.list(UserQuery(), anonymous) }?.status == .unauthenticated)
        }
    }

    @Test func disablingEndsAllSessions() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let first = try await bench.signIn("bea@bank.test")
            let second = try await bench.signIn("bea@bank.test")
            let sessions = [try await bench.claims(first).sid, try await bench.claims(second).sid]
            let cursor = try await bench.watch(0).cursor
            let disabled = try await bench.set(bea.id, .disabled, by: root)
            #expect(disabled.status == .disabled)
            #expect(disabled.version == 2)
            #expect(Set(try await bench.watch(cursor).revokedSessions) == Set(sessions))
            #expect(try await fault { try await bench.refresh(first.refreshToken) } != nil)
            #expect(try await fault { try await bench.signIn("bea@bank.test") }?.code == "invalid_credentials")
            #expect(try await bench.set(bea.id, .disabled, by: root).version == 2)
            #expect(try await bench.events("user.disabled").count == 1)
            #expect(try await bench.set(bea.id, .active, by: root).version == 3)
            #expect(try await bench.events("user.enabled").count == 1)
            #expect(try await fault { try await bench.signIn("bea@bank.test") } == nil)
        }
    }

    @Test func lastAdministratorStays() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            #expect(
                try await fault { try await bench.set(root.user.id, .disabled, by: root) }?.code == "last_administrator"
            )
            let second = try await bench.create("second@bank.test", .admin, by: root)
            #expect(try await fault { try await bench.set(root.user.id, .disabled, by: root) }?.code == "own_account")
            _ = try await bench.set(second.id, .disabled, by: root)
            #expect(
                try await fault { try await bench.set(root.user.id, .disabled, by: root) }?.code == "last_administrator"
            )
        }
    }

    @Test func staleVersionIsToldTheCurrentUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let stale = try await bench.context(root, resource: [bea.id.text], ifMatch: 7)
            let change = UserStatusChange(status: .disabled)
            let refused = try #require(try await fault { try await bench.desk.users.setStatus(change, stale) })
            #expect(refused.code == "version_mismatch")
            let current = try StrictJSON.decode(User.self, from: Data(try #require(refused.current).utf8))
            #expect(current == bea)
            let fresh = try await bench.context(root, resource: [bea.id.text], ifMatch: 1)
            #expect(try await bench.desk.users.setStatus(change, fresh).status == .disabled)
        }
    }

    @Test func unknownUserIsNotFound() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            #expect(try await fault { try await bench.set(UUID(), .disabled, by: root) }?.status == .notFound)
            let context = try await bench.context(root, resource: ["x"])
            let call = { try await bench.desk.users.setStatus(UserStatusChange(status: .active), context) }
            #expect(try await fault(call)?.status == .notFound)
        }
    }

    @Test func otherServicesFindActiveUsersOnly() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let deals = RPCContext(peer: Peer.deals)
            #expect(try await bench.desk.users.find(UserLookup(id: bea.id), deals) == bea)
            #expect(try await bench.desk.users.find(UserLookup(email: "BEA@bank.test"), deals) == bea)
            let both = UserLookup(id: bea.id, email: "bea@bank.test")
            #expect(try await fault { try await bench.desk.users.find(both, deals) }?.status == .invalidArgument)
            #expect(
                try await fault { try await bench.desk.users.find(UserLookup(), deals) }?.status == .invalidArgument)
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(
                try await fault { try await bench.desk.users.find(UserLookup(id: bea.id), deals) }?.status == .notFound)
            #expect(
                try await fault { try await bench.desk.users.find(UserLookup(email: "x"), deals) }?.status == .notFound)
        }
    }
}

struct UserListTests {
    func users(_ count: Int, _ bench: AuthBench) async throws -> SignedIn {
        let root = try await bench.signIn()
        for index in 0..<count {
            if index.isMultiple(of: 2) { bench.pass(seconds: 1) }
            _ = try await bench.create("user\(index)@bank.test", index == 0 ? .observer : .banker, by: root)
        }
        return root
    }

    @Test func pagesHoldEveryUserOnceNewestFirst() async throws {
        try await AuthBench.with { bench in
            let context = try await bench.context(try await users(9, bench))
            var seen: [User] = []
            var cursor: String?
            repeat {
                let page = try await bench.desk.users.list(UserQuery(limit: 3, cursor: cursor), context)
                #expect((1...3).contains(page.items.count))
                seen += page.items
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.count == 10)
            #expect(Set(seen.map(\.id)).count == 10)
            #expect(seen.map(\.createdAt) == seen.map(\.createdAt).sorted(by: >))
        }
    }

    @Test func filtersNarrowTheList() async throws {
        try await AuthBench.with { bench in
            let context = try await bench.context(try await users(4, bench))
            let list = bench.desk.users.list
            #expect(try await list(UserQuery(q: "USER3"), context).items.map(\.email) == ["user3@bank.test"])
            #expect(try await list(UserQuery(q: "ruth"), context).items.map(\.role) == [.admin])
            #expect(try await list(UserQuery(q: "%"), context).items.isEmpty)
            #expect(try await list(UserQuery(role: .observer), context).items.map(\.email) == ["user0@bank.test"])
            #expect(try await list(UserQuery(status: .disabled), context).items.isEmpty)
        }
    }

    @Test func badQueriesAreRefused() async throws {
        try await AuthBench.with { bench in
            let context = try await bench.context(try await bench.signIn())
            for cursor in ["", "x", "====", String(repeating: "A", count: 33)] {
                let refused = try await fault { try await bench.desk.users.list(UserQuery(cursor: cursor), context) }
                #expect(refused?.code == "cursor_invalid")
            }
            for limit in [0, -1, 201] {
                let refused = try await fault { try await bench.desk.users.list(UserQuery(limit: limit), context) }
                #expect(refused?.code == "query_invalid")
            }
        }
    }
}
