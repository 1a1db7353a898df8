import Contracts
import Foundation
import RPC
import Storage
import Testing

@testable import auth

struct WebSessionTests {
    @Test func secretOfTheCookieStandsForItsUser() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            let access = try await bench.resolve(.webSession, web.secret)
            #expect(access.subject == web.user.id)
            #expect(access.role == .admin)
            #expect(access.scopes == nil)
            #expect(access.expiresAt == web.expiresAt)
            #expect(access.signedInAt == bench.now)
            let started = try await bench.events("session.started")
            #expect(started.map(\.subject.id) == [access.session.text])
            #expect(try await !bench.payloads().contains(web.secret))
        }
    }

    @Test func anythingElseStandsForNobody() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            let signedIn = try await bench.signIn()
            for secret in ["", "x", String(web.secret.dropLast()), signedIn.refreshToken, signedIn.accessToken] {
                #expect(try await fault { try await bench.resolve(.webSession, secret) }?.status == .unauthenticated)
            }
            #expect(try await fault { try await bench.resolve(.personalToken, web.secret) }?.status == .unauthenticated)
            #expect(try await fault { try await bench.refresh(web.secret) }?.status == .unauthenticated)
        }
    }

    @Test func wrongPasswordOpensNothingAndLooksLikeAnUnknownUser() async throws {
        try await AuthBench.with { bench in
            let wrong = WebSignIn(SignIn(email: "root@bank.test", password: "wrong horse battery"))
            let unknown = WebSignIn(SignIn(email: "nobody@bank.test", password: "wrong horse battery"))
            let first = try await fault { try await bench.desk.sessions.openWeb(wrong, bench.anonymous()) }
            let second = try await fault { try await bench.desk.sessions.openWeb(unknown, bench.anonymous()) }
            #expect(first?.code == "invalid_credentials")
            #expect(first?.message == second?.message)
            #expect(try await bench.events("session.failed").count == 2)
        }
    }

    @Test func useKeepsItGoingUntilItsAbsoluteEnd() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            for _ in 0..<25 {
                bench.pass(seconds: 1700)
                _ = try await bench.resolve(.webSession, web.secret)
            }
            bench.pass(seconds: 43_200 - 25 * 1700)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) }?.status == .unauthenticated)
            let ends = try await bench.events("session.revoked").flatMap(\.changes).filter { $0.field == "reason" }
            #expect(ends.map(\.after) == ["expired"])
        }
    }

    @Test func idleOneEnds() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            bench.pass(seconds: 1801)
            for _ in 0..<2 {
                #expect(
                    try await fault { try await bench.resolve(.webSession, web.secret) }?.status == .unauthenticated)
            }
            #expect(try await bench.events("session.revoked").count == 1)
        }
    }

    @Test func pageThatOnlyListensDoesNotKeepItGoing() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            bench.pass(seconds: 1800)
            _ = try await bench.resolve(.webSession, web.secret, isUse: false)
            bench.pass(seconds: 1)
            let refusal = try await fault { try await bench.resolve(.webSession, web.secret, isUse: false) }
            #expect(refusal?.status == .unauthenticated)
        }
    }

    @Test func signOutEndsItForGatewaysToo() async throws {
        try await AuthBench.with { bench in
            let web = try await bench.openWeb()
            let access = try await bench.resolve(.webSession, web.secret)
            let cursor = try await bench.watch(0).cursor
            var context = bench.anonymous()
            context.identity = RPCIdentity(subject: access.subject, session: access.session, roles: Role.admin.bits)
            _ = try await bench.desk.sessions.logout(Nothing(), context)
            #expect(try await bench.watch(cursor).revokedSessions == [access.session])
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) }?.status == .unauthenticated)
        }
    }

    @Test func signingInAgainEndsTheOneBefore() async throws {
        try await AuthBench.with { bench in
            let old = try await bench.openWeb()
            let other = try await bench.openWeb()
            let ended = try await bench.resolve(.webSession, old.secret).session
            let cursor = try await bench.watch(0).cursor
            let new = try await bench.openWeb(replacing: old.secret)
            #expect(new.secret != old.secret)
            #expect(try await bench.watch(cursor).revokedSessions == [ended])
            #expect(try await fault { try await bench.resolve(.webSession, old.secret) }?.status == .unauthenticated)
            for living in [new, other] { _ = try await bench.resolve(.webSession, living.secret) }
            let revoked = try #require(try await bench.events("session.revoked").last)
            #expect(revoked.changes.last?.after == "replaced")
            #expect(revoked.actor.id == new.user.id.text)
        }
    }

    @Test func signingInAsSomebodyElseEndsItToo() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            _ = try await bench.create("bea@bank.test", by: root)
            let old = try await bench.openWeb()
            _ = try await bench.openWeb("bea@bank.test", replacing: old.secret)
            #expect(try await fault { try await bench.resolve(.webSession, old.secret) }?.status == .unauthenticated)
        }
    }

    @Test func failedSignInAndUnknownCookiesEndNothing() async throws {
        try await AuthBench.with { bench in
            let old = try await bench.openWeb()
            let wrong = try await fault {
                try await bench.openWeb("root@bank.test", "wrong horse battery", replacing: old.secret)
            }
            #expect(wrong?.code == "invalid_credentials")
            _ = try await bench.openWeb(replacing: "nobody's")
            _ = try await bench.resolve(.webSession, old.secret)
            let bad = WebSignIn(SignIn(email: "root@bank.test", password: AuthBench.password), replaces: "AAAA")
            let refused = try await fault { try await bench.desk.sessions.openWeb(bad, bench.anonymous()) }
            #expect(refused?.errors.map(\.field) == ["replaces"])
        }
    }

    @Test func disablingTheUserEndsIt() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let web = try await bench.openWeb("bea@bank.test")
            _ = try await bench.set(bea.id, .disabled, by: root)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) }?.status == .unauthenticated)
        }
    }
}
