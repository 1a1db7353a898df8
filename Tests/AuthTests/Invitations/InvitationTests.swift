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
