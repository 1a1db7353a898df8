import Contracts
import Foundation
import RPC
import Storage
import Testing
import Tokens

@testable import auth

struct AccessWatchTests {
    @Test func newGatewayGetsAllKeysAtOnce() async throws {
        try await AuthBench.with { bench in
            let state = try await bench.watch(0)
            #expect(state.keys.count == 1)
            #expect(state.keys.first?.alg == "ES256")
            #expect(state.cursor > 0)
            #expect(state.revokedSessions.isEmpty)
            #expect(try await bench.events("key.created").first?.subject.id == state.keys.first?.kid)
        }
    }

    @Test func signOutWakesTheWatcher() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let session = try await bench.claims(signedIn).sid
            let cursor = try await bench.watch(0).cursor
            async let news = bench.watch(cursor) { !$0.revokedSessions.isEmpty }
            try await eventually { bench.desk.access.changes.news.count == 1 }
            let context = try await bench.context(signedIn)
            _ = try await bench.desk.sessions.logout(Nothing(), context)
            let state = try #require(try await news)
            #expect(state.revokedSessions == [session])
            #expect(state.cursor > cursor)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } != nil)
            _ = try await bench.desk.sessions.logout(Nothing(), context)
            #expect(try await bench.events("session.revoked").count == 1)
            #expect(try await bench.watch(state.cursor).revokedSessions.isEmpty)
        }
    }

    @Test func sessionsOfOthersCannotBeEnded() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let victim = try await bench.claims(try await bench.signIn()).sid
            _ = try await bench.create("bea@bank.test", by: root)
            var context = try await bench.context(try await bench.signIn("bea@bank.test"))
            let own = try #require(context.identity)
            context.identity = RPCIdentity(subject: own.subject, session: victim, roles: own.roles)
            _ = try await bench.desk.sessions.logout(Nothing(), context)
            #expect(try await bench.events("session.revoked").isEmpty)
        }
    }

    @Test func newGatewayIsToldOfTheLastQuarterOfAnHour() async throws {
        try await AuthBench.with { bench in
            let old = try await bench.signIn()
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(old))
            bench.pass(seconds: 901)
            let recent = try await bench.signIn()
            let session = try await bench.claims(recent).sid
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(recent))
            let state = try await bench.watch(0)
            #expect(state.revokedSessions == [session])
            let ahead = try await bench.watch(state.cursor + 1000)
            #expect(ahead.cursor == state.cursor)
            #expect(ahead.revokedSessions == [session])
        }
    }

    @Test func watcherHearsThatNothingHappenedAndIsForgottenWhenItLeaves() async throws {
        try await AuthBench.with { bench in
            let cursor = try await bench.watch(0).cursor
            var heard = 0
            let state = try await bench.watch(cursor) { _ in
                heard += 1
                return heard == 2
            }
            #expect(state?.cursor == cursor)
            #expect(state?.keys.count == 1)
            try await eventually { bench.desk.access.changes.news.count == 0 }
            #expect(try await fault { try await bench.watch(-1) }?.status == .invalidArgument)
        }
    }

    @Test func sweepKeepsTheNumberOfTheNewestChange() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(signedIn))
            let cursor = try await bench.watch(0).cursor
            bench.pass(seconds: 40 * 86_400)
            try await bench.desk.sweep()
            let state = try await bench.watch(cursor)
            #expect(state.cursor == cursor)
            #expect(state.revokedSessions.isEmpty)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) }?.code == "invalid_refresh_token")
        }
    }
}
