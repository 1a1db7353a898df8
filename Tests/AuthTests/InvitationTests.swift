import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct InvitationTests {
    @Test func invitedPersonBecomesAUserWhoSignsIn() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let invited = try await bench.invite(" Bea@bank.test ", by: root)
            #expect(invited.invitation.email == "Bea@bank.test")
            #expect(invited.invitation.createdBy == root.user.id)
            #expect(invited.invitation.expiresAt == bench.now.advanced(bySeconds: 72 * 3600))
            #expect(Base64URL.decode(invited.token)?.count == 32)
            let greeting = try await bench.desk.invitations.look(
                InvitationClaim(token: invited.token), bench.anonymous())
            #expect(greeting.email == "Bea@bank.test")
            #expect(greeting.name == "Bea Miller")
            #expect(greeting.role == .banker)
            #expect(greeting.expiresAt == invited.invitation.expiresAt)

            let bea = try await bench.accept(invited.token)
            #expect(bea.email == "Bea@bank.test")
            #expect(bea.name == "Bea Miller")
            #expect(bea.role == .banker)
            #expect(bea.status == .active)
            #expect(bea.version == 1)
            #expect(try await bench.events("session.started").count == 1)
            #expect(try await bench.signIn("bea@bank.test").user == bea)
        }
    }

    @Test func whoAcceptsMayWriteTheNameInAnotherWay() async throws {
        try await AuthBench.with { bench in
            let invited = try await bench.invite("bea@bank.test", by: try await bench.signIn())
            #expect(try await bench.accept(invited.token, name: " Beatrice Miller ").name == "Beatrice Miller")
        }
    }

    @Test func tokenIsGoodOnceForThreeDays() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let used = try await bench.invite("bea@bank.test", by: root)
            let expired = try await bench.invite("cid@bank.test", by: root)
            _ = try await bench.accept(used.token)
            for token in [used.token, "", "x", OpaqueSecret().text] {
                try await expectNotGood(token, bench)
            }
            bench.pass(seconds: 72 * 3600 - 1)
            _ = try await bench.desk.invitations.look(InvitationClaim(token: expired.token), bench.anonymous())
            bench.pass(seconds: 1)
            try await expectNotGood(expired.token, bench)
            let administrator = try await bench.context(try await bench.signIn())
            #expect(try await bench.desk.invitations.list(InvitationQuery(), administrator).items.isEmpty)
        }
    }

    @Test func revokedTokenIsNotGood() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let invited = try await bench.invite("bea@bank.test", by: root)
            let context = try await bench.context(root, resource: [invited.invitation.id.text])
            _ = try await bench.desk.invitations.revoke(Nothing(), context)
            try await expectNotGood(invited.token, bench)
            #expect(
                try await fault { try await bench.desk.invitations.revoke(Nothing(), context) }?.status == .notFound)
            let nonsense = try await bench.context(root, resource: ["x"])
            #expect(
                try await fault { try await bench.desk.invitations.revoke(Nothing(), nonsense) }?.status == .notFound)
        }
    }

    @Test func invitingAgainReplacesTheInvitation() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let first = try await bench.invite("bea@bank.test", .admin, by: root)
            let second = try await bench.invite("BEA@bank.test", .observer, by: root)
            try await expectNotGood(first.token, bench)
            let context = try await bench.context(root)
            #expect(try await bench.desk.invitations.list(InvitationQuery(), context).items == [second.invitation])
            #expect(try await bench.accept(second.token).role == .observer)
        }
    }

    @Test func usersAreNotInvitedAgain() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let taken = try #require(try await fault { try await bench.invite("ROOT@bank.test", by: root) })
            #expect(taken.status == .alreadyExists)
            #expect(taken.code == "email_taken")
        }
    }

    /// Somebody became a user in another way meanwhile.
    @Test func emailTakenMeanwhileIsTold() async throws {
        try await AuthBench.with { bench in
            let invited = try await bench.invite("bea@bank.test", by: try await bench.signIn())
            let other = try Applicant(
                NewUser(email: "Bea@bank.test", name: "Bea", role: .observer, password: AuthBench.password))
            let hash = try await PasswordHasher(cost: try AuthBench.cheap).hash(other.password)
            let occasion = Occasion.own(at: bench.now)
            try await bench.desk.store.write { db in
                try UserStore.insert(other.account(hash: hash, at: occasion.now), by: nil, occasion, in: db)
            }
            #expect(try await fault { try await bench.accept(invited.token) }?.code == "email_taken")
            #expect(try await bench.signIn("bea@bank.test").user.role == .observer)
        }
    }

    @Test func fieldsAreJudgedAtOnceAndTheTokenStaysGood() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.context(try await bench.signIn())
            let bad = NewInvitation(email: "bea", name: " ", role: .banker)
            let refused = try #require(try await fault { try await bench.desk.invitations.create(bad, root) })
            #expect(refused.code == "validation_failed")
            #expect(refused.errors.map(\.field) == ["email", "name"])
            let invited = try await bench.desk.invitations.create(
                NewInvitation(email: "bea@bank.test", name: "Bea Miller", role: .banker), root)
            let weak = try #require(
                try await fault { try await bench.accept(invited.token, "bea miller was here", name: "\n") })
            #expect(weak.code == "validation_failed")
            #expect(weak.errors.map(\.field) == ["name"])
            #expect(
                try await fault { try await bench.accept(invited.token, "bea miller was here") }?.errors.map(\.code)
                    == ["contains_name"])
            #expect(try await fault { try await bench.accept(invited.token) } == nil)
        }
    }

    /// The answer of a token that is not good, whatever is sent along.
    private func expectNotGood(_ token: String, _ bench: AuthBench) async throws {
        let claim = InvitationClaim(token: token)
        for refusal in [
            try await fault { try await bench.desk.invitations.look(claim, bench.anonymous()) },
            try await fault { try await bench.accept(token) },
            try await fault { try await bench.accept(token, "short") },
        ] {
            #expect(refusal?.code == "invitation_invalid")
            #expect(refusal?.status == .permissionDenied)
        }
    }
}

struct InvitationRaceTests {
    @Test func oneOfFiftyAcceptancesMakesTheUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let token = try await bench.invite("bea@bank.test", by: root).token
            let faults = try await together(50) { try await bench.accept(token, name: "Bea \($0)") }
            let refused = faults.compactMap(\.self)
            #expect(refused.count == 49)
            #expect(refused.allSatisfy { ["busy", "invitation_invalid"].contains($0.code) })
            #expect(try await bench.events("user.created").count == 2)
            #expect(try await bench.events("invitation.accepted").count == 1)
        }
    }

    /// Two that both found the token good: the transaction decides, not the handler.
    @Test func oneOfFiftyTransactionsMakesTheUser() async throws {
        try await AuthBench.with { bench in
            let token = try await bench.invite("bea@bank.test", by: try await bench.signIn()).token
            let applicant = try Applicant(
                NewUser(email: "bea@bank.test", name: "Bea", role: .banker, password: AuthBench.password))
            let hash = try await PasswordHasher(cost: try AuthBench.cheap).hash(applicant.password)
            let store = InvitationStore(store: bench.desk.store)
            let won = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await store.accept(
                            OpaqueSecret(text: token), applicant.account(hash: hash, at: bench.now),
                            .own(at: bench.now))
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
            #expect(try await bench.events("user.created").count == 2)
        }
    }

    /// Strangers without an invitation never get so far as to find the hasher busy.
    @Test func badTokensCostNoHash() async throws {
        try await AuthBench.with { bench in
            let faults = try await together(200) { _ in try await bench.accept(OpaqueSecret().text) }
            #expect(faults.allSatisfy { $0?.code == "invitation_invalid" })
        }
    }

    private func together(_ count: Int, _ call: @escaping @Sendable (Int) async throws -> User) async throws
        -> [RPCFault?]
    {
        try await withThrowingTaskGroup(of: RPCFault?.self) { group in
            for index in 0..<count { group.addTask { try await fault { try await call(index) } } }
            return try await group.reduce(into: [RPCFault?]()) { $0.append($1) }
        }
    }
}

struct InvitationRightsTests {
    @Test func onlyAdministratorsInvite() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let invited = try await bench.invite("cid@bank.test", by: root)
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            let context = try await bench.context(bea, resource: [invited.invitation.id.text])
            #expect(try await fault { try await bench.invite("d@bank.test", .admin, by: bea) }?.code == "forbidden")
            let list = { try await bench.desk.invitations.list(InvitationQuery(), $0) as InvitationPage }
            #expect(try await fault { try await list(context) }?.code == "forbidden")
            #expect(
                try await fault { try await bench.desk.invitations.revoke(Nothing(), context) }?.code == "forbidden")
            #expect(try await fault { try await list(bench.anonymous()) }?.status == .unauthenticated)
        }
    }

    @Test func invitingWantsARecentSignIn() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            bench.pass(seconds: 300)
            _ = try await bench.invite("bea@bank.test", by: root)
            bench.pass(seconds: 1)
            let refused = try await fault { try await bench.invite("cid@bank.test", by: root) }
            #expect(refused?.code == "insufficient_user_authentication")
        }
    }

    @Test func programsDoNotInvite() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let token = try await bench.desk.tokens.create(
                NewPersonalToken(name: "sync", scopes: [.manageUsers], expiresInDays: 1), try await bench.context(root))
            let program = bench.context(token, of: root.user)
            let call = {
                try await bench.desk.invitations.create(
                    NewInvitation(email: "bea@bank.test", name: "Bea", role: .admin), program)
            }
            #expect(try await fault(call)?.code == "session_required")
        }
    }

    /// Nobody comes in by the word of one who has lost his own right.
    @Test(arguments: [UserStatus.disabled, nil]) func invitationsEndWithTheirAdministrator(status: UserStatus?)
        async throws
    {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let second = try await bench.create("second@bank.test", .admin, by: root)
            let token = try await bench.invite("bea@bank.test", by: try await bench.signIn("second@bank.test")).token
            let kept = try await bench.invite("cid@bank.test", by: root).token
            if let status {
                _ = try await bench.set(second.id, status, by: root)
            } else {
                _ = try await bench.change(second.id, UserChange(role: .observer), by: root)
            }
            #expect(try await fault { try await bench.accept(token) }?.code == "invitation_invalid")
            #expect(try await fault { try await bench.accept(kept) } == nil)
            let ended = try #require(try await bench.events("invitation.revoked").last)
            let reason = status == nil ? "role_changed" : "user_disabled"
            #expect(ended.changes == [FieldChange("reason", before: nil, after: reason)])
        }
    }
}

struct InvitationKeepingTests {
    @Test func eventsTellNoTokenAndNoStrangersEmail() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let first = try await bench.invite("stranger@bank.test", .compliance, by: root)
            let second = try await bench.invite("stranger@bank.test", .observer, by: root)
            let created = try await bench.events("invitation.created")
            #expect(created.map(\.subject.id) == [first, second].map(\.invitation.id.text))
            #expect(created.map(\.subject.kind) == ["invitation", "invitation"])
            #expect(created.map(\.actor.id) == [root.user.id.text, root.user.id.text])
            #expect(created.first?.changes == [FieldChange("role", before: nil, after: "compliance")])
            let replaced = try await bench.events("invitation.revoked")
            #expect(replaced.map(\.subject.id) == [first.invitation.id.text])
            #expect(replaced.first?.changes == [FieldChange("reason", before: nil, after: "replaced")])
            #expect(try await !bench.payloads().contains("stranger"))

            let user = try await bench.accept(second.token)
            let accepted = try #require(try await bench.events("invitation.accepted").first)
            #expect(accepted.subject.id == second.invitation.id.text)
            #expect(accepted.actor.kind == "anonymous")
            #expect(accepted.changes == [FieldChange("user", before: nil, after: user.id.text)])
            let payloads = try await bench.payloads()
            for secret in [first.token, second.token, AuthBench.password] { #expect(!payloads.contains(secret)) }
            let file = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite"))
            let log = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite-wal"))
            #expect((file + log).range(of: Data(second.token.utf8)) == nil)
        }
    }

    @Test func pagesHoldEveryOpenOneOnceNewestFirst() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            for index in 0..<7 {
                if index.isMultiple(of: 2) { bench.pass(seconds: 1) }
                _ = try await bench.invite("p\(index)@bank.test", by: root)
            }
            let context = try await bench.context(root)
            var seen: [Invitation] = []
            var cursor: String?
            repeat {
                let page = try await bench.desk.invitations.list(InvitationQuery(limit: 3, cursor: cursor), context)
                #expect((1...3).contains(page.items.count))
                seen += page.items
                cursor = page.nextCursor
            } while cursor != nil
            #expect(Set(seen.map(\.email)) == Set((0..<7).map { "p\($0)@bank.test" }))
            #expect(seen.count == 7)
            #expect(seen.map(\.createdAt) == seen.map(\.createdAt).sorted(by: >))
            for query in [InvitationQuery(limit: 0), InvitationQuery(limit: 201)] {
                #expect(
                    try await fault { try await bench.desk.invitations.list(query, context) }?.code == "query_invalid")
            }
            let nonsense = InvitationQuery(cursor: "x")
            #expect(
                try await fault { try await bench.desk.invitations.list(nonsense, context) }?.code == "cursor_invalid")
        }
    }

    @Test func openOnesAreBounded() async throws {
        try await AuthBench.with { bench in
            var root = try await bench.signIn()
            for index in 0..<InvitationStore.openMax { _ = try await bench.invite("p\(index)@bank.test", by: root) }
            let refused = try await fault { try await bench.invite("more@bank.test", by: root) }
            #expect(refused?.code == "too_many_invitations")
            #expect(refused?.status == .failedPrecondition)
            _ = try await bench.invite("p0@bank.test", by: root)
            bench.pass(seconds: InvitationStore.lifetimeSeconds)
            root = try await bench.signIn()
            #expect(try await fault { try await bench.invite("more@bank.test", by: root) } == nil)
        }
    }

    @Test func expiredOnesAreSwept() async throws {
        try await AuthBench.with { bench in
            _ = try await bench.invite("bea@bank.test", by: try await bench.signIn())
            bench.pass(seconds: InvitationStore.lifetimeSeconds - 1)
            try await bench.desk.sweep()
            #expect(try await invitations(bench) == 1)
            bench.pass(seconds: 1)
            try await bench.desk.sweep()
            #expect(try await invitations(bench) == 0)
        }
    }

    private func invitations(_ bench: AuthBench) async throws -> Int? {
        try await bench.desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM invitation") }
    }
}
