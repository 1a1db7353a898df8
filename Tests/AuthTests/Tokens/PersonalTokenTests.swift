import Contracts
import Foundation
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct PersonalTokenTests {
    private static let reader = NewPersonalToken(name: " night report ", scopes: [.manageUsers], expiresInDays: 30)

    private func create(
        _ bench: AuthBench, _ signedIn: SignedIn, _ new: NewPersonalToken = reader
    ) async throws -> CreatedPersonalToken {
        try await bench.desk.tokens.create(new, try await bench.context(signedIn))
    }

    @Test func tokenStandsForItsOwnerWithinItsScopesUntilItsEnd() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            #expect(PersonalTokenSecret(text: created.secret) != nil)
            #expect(created.token.name == "night report")
            #expect(created.secret.hasSuffix(created.token.hint))
            let access = try await bench.resolve(.personalToken, created.secret)
            #expect(access.subject == root.user.id)
            #expect(access.session == created.token.id)
            #expect(access.scopes == [.manageUsers])
            #expect(access.expiresAt == bench.now.advanced(bySeconds: 30 * 86_400))
            bench.pass(seconds: 30 * 86_400)
            #expect(
                try await fault { try await bench.resolve(.personalToken, created.secret) }?.status == .unauthenticated)
        }
    }

    @Test func secretIsShownOnceAndWrittenNowhere() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            let list = try await bench.desk.tokens.list(Nothing(), try await bench.context(root))
            #expect(list.items == [created.token])
            #expect(try await !bench.payloads().contains(created.secret))
            let file = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite"))
            let log = try Data(contentsOf: URL(fileURLWithPath: bench.directory + "/auth.sqlite-wal"))
            #expect((file + log).range(of: Data(created.secret.utf8)) == nil)
            #expect(try await bench.events("token.created").map(\.subject.id) == [created.token.id.text])
        }
    }

    @Test func useIsNotedToTheMinute() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            let first = bench.now
            _ = try await bench.resolve(.personalToken, created.secret)
            bench.pass(seconds: 59)
            _ = try await bench.resolve(.personalToken, created.secret)
            let context = try await bench.context(root)
            #expect(try await bench.desk.tokens.list(Nothing(), context).items.first?.lastUsedAt == first)
            bench.pass(seconds: 1)
            _ = try await bench.resolve(.personalToken, created.secret)
            #expect(try await bench.desk.tokens.list(Nothing(), context).items.first?.lastUsedAt == bench.now)
        }
    }

    @Test func revokedOneIsToldToGatewaysAndGone() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            let cursor = try await bench.watch(0).cursor
            let context = try await bench.context(root, resource: [created.token.id.text])
            _ = try await bench.desk.tokens.revoke(Nothing(), context)
            #expect(try await bench.watch(cursor).revokedSessions == [created.token.id])
            #expect(
                try await fault { try await bench.resolve(.personalToken, created.secret) }?.status == .unauthenticated)
            #expect(try await bench.desk.tokens.list(Nothing(), context).items.isEmpty)
            #expect(try await fault { try await bench.desk.tokens.revoke(Nothing(), context) }?.status == .notFound)
        }
    }

    @Test func tokensOfOthersAreNotThere() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            _ = try await bench.create("bea@bank.test", by: root)
            let bea = try await bench.signIn("bea@bank.test")
            let context = try await bench.context(bea, resource: [created.token.id.text])
            #expect(try await fault { try await bench.desk.tokens.revoke(Nothing(), context) }?.status == .notFound)
            #expect(try await bench.desk.tokens.list(Nothing(), context).items.isEmpty)
            #expect(try await bench.resolve(.personalToken, created.secret).subject == root.user.id)
        }
    }

    @Test func tokenCannotMakeTokens() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let created = try await create(bench, root)
            let context = bench.context(created, of: root.user)
            let refusal = try await fault { try await bench.desk.tokens.create(Self.reader, context) }
            #expect(refusal?.code == "session_required")
        }
    }

    @Test func disablingTheUserRevokesHisTokensForGood() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let created = try await create(
                bench, try await bench.signIn("bea@bank.test"),
                NewPersonalToken(name: "sheet", scopes: [.readDeals], expiresInDays: 1))
            let cursor = try await bench.watch(0).cursor
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await bench.watch(cursor).revokedSessions.contains(created.token.id))
            _ = try await bench.set(bea.id, .active, by: root)
            #expect(
                try await fault { try await bench.resolve(.personalToken, created.secret) }?.status == .unauthenticated)
        }
    }

    @Test func faultsNameTheFields() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            for (new, field) in [
                (NewPersonalToken(name: " ", scopes: [.manageUsers], expiresInDays: 1), "name"),
                (NewPersonalToken(name: "a\nb", scopes: [.manageUsers], expiresInDays: 1), "name"),
                (NewPersonalToken(name: "a", scopes: [], expiresInDays: 1), "scopes"),
                (NewPersonalToken(name: "a", scopes: [.readDeals], expiresInDays: 1), "scopes"),
                (NewPersonalToken(name: "a", scopes: [.manageUsers, .manageUsers], expiresInDays: 1), "scopes"),
                (NewPersonalToken(name: "a", scopes: [.manageUsers], expiresInDays: 0), "expiresInDays"),
                (NewPersonalToken(name: "a", scopes: [.manageUsers], expiresInDays: 367), "expiresInDays"),
            ] {
                let refusal = try await fault { try await create(bench, root, new) }
                #expect(refusal?.errors.map(\.field) == [field], "\(new)")
            }
        }
    }

    @Test func livingTokensAreBounded() async throws {
        try await AuthBench.with({ $0.secondFactor.roles = [] }) { bench in
            let root = try await bench.signIn()
            for _ in 0..<PersonalTokenStore.tokensMax { _ = try await create(bench, root) }
            #expect(try await fault { try await create(bench, root) }?.code == "too_many_tokens")
            bench.pass(seconds: 30 * 86_400)
            let later = try await bench.signIn()
            _ = try await create(bench, later)
        }
    }
}
