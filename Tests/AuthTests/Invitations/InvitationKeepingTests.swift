import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

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
