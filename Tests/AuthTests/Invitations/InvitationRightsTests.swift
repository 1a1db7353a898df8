import Contracts
import Foundation
import RPC
import Testing

@testable import auth

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
