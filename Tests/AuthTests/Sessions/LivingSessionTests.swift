import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct LivingSessionTests {
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"

    func list(_ bench: AuthBench, _ signedIn: SignedIn) async throws -> [LivingSession] {
        try await bench.desk.living.list(Nothing(), try await bench.context(signedIn)).items
    }

    func end(_ bench: AuthBench, _ session: String, by signedIn: SignedIn) async throws -> Nothing {
        try await bench.desk.living.end(Nothing(), try await bench.context(signedIn, resource: [session]))
    }

    func reasons(_ bench: AuthBench) async throws -> [String?] {
        try await bench.events("session.revoked").map { $0.changes.last?.after }
    }

    @Test func listTellsWhereOneIsSignedIn() async throws {
        try await AuthBench.with { bench in
            var context = bench.anonymous()
            context.userAgent = firefox
            let started = bench.now
            let web = try await bench.desk.sessions.openWeb(
                WebSignIn(SignIn(email: "root@bank.test", password: AuthBench.password)), context)
            bench.pass(seconds: 60)
            let first = try await bench.signIn()
            bench.pass(seconds: 60)
            let second = try await bench.refresh(first.refreshToken)
            let current = try await bench.claims(second).sid

            let items = try await list(bench, second)
            #expect(items.map(\.kind) == [.api, .web])
            #expect(items.map(\.current) == [true, false])
            #expect(items.map(\.device) == ["Unknown device", "Firefox on Linux"])
            #expect(items.allSatisfy { $0.address == "192.0.2.7" })
            #expect(items.first?.id == current)
            #expect(items.first?.createdAt == started.advanced(bySeconds: 60))
            #expect(items.first?.lastSeenAt == bench.now)
            #expect(items.last?.createdAt == started)
            #expect(items.last?.expiresAt == web.expiresAt)
        }
    }

    @Test func userAgentIsKeptWithinItsBounds() async throws {
        try await AuthBench.with { bench in
            var context = bench.anonymous()
            context.userAgent = "\u{0}\u{7}" + firefox + String(repeating: "\u{1F600}", count: 10_000)
            let signedIn = try await bench.desk.sessions.login(
                SignIn(email: "root@bank.test", password: AuthBench.password), context)
            #expect(try await list(bench, signedIn).map(\.device) == ["Firefox on Linux"])
            #expect(try await !bench.payloads().contains("Firefox"))
        }
    }

    @Test func endedAndIdleOnesAreNotListed() async throws {
        try await AuthBench.with { bench in
            _ = try await bench.openWeb()
            let gone = try await bench.signIn()
            _ = try await bench.desk.sessions.logout(Nothing(), try await bench.context(gone))
            bench.pass(seconds: 1800)
            let signedIn = try await bench.signIn()
            #expect(try await list(bench, signedIn).count == 2)
            bench.pass(seconds: 1)
            #expect(try await list(bench, signedIn).count == 1)
        }
    }

    @Test func ownSessionIsEndedForGatewaysToo() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let web = try await bench.openWeb()
            let own = try await bench.claims(signedIn).sid
            let other = try await bench.resolve(.webSession, web.secret).session
            let cursor = try await bench.watch(0).cursor
            #expect(try await fault { try await end(bench, other.text, by: signedIn) } == nil)
            #expect(try await bench.watch(cursor).revokedSessions == [other])
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) }?.status == .unauthenticated)
            #expect(try await reasons(bench) == ["revoked"])
            let revoked = try #require(try await bench.events("session.revoked").first)
            #expect(revoked.actor.session == own)
        }
    }

    @Test func othersAndEndedOnesAreNotThere() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let web = try await bench.openWeb("bea@bank.test")
            let hers = try await bench.resolve(.webSession, web.secret).session
            let idle = try await bench.claims(try await bench.signIn()).sid
            let old = try await bench.claims(root).sid
            bench.pass(seconds: 1801)
            let signedIn = try await bench.signIn()
            for id in [hers.text, idle.text, old.text, bea.id.text, "x", ""] {
                #expect(try await fault { try await end(bench, id, by: signedIn) }?.code == "not_found")
            }
            let own = try await bench.claims(signedIn).sid
            #expect(try await fault { try await end(bench, own.text, by: signedIn) } == nil)
            #expect(try await fault { try await end(bench, own.text, by: signedIn) }?.code == "not_found")
            #expect(try await reasons(bench) == ["revoked"])
        }
    }

    @Test func allOthersEndAndTheOwnGoesOn() async throws {
        try await AuthBench.with { bench in
            let signedIn = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: signedIn)
            let web = try await bench.openWeb()
            let hers = try await bench.openWeb("bea@bank.test")
            _ = try await bench.signIn()
            let context = try await bench.context(signedIn)
            #expect(try await bench.desk.living.endOthers(Nothing(), context).ended == 2)
            #expect(try await bench.desk.living.endOthers(Nothing(), context).ended == 0)
            #expect(try await fault { try await bench.resolve(.webSession, web.secret) } != nil)
            #expect(try await bench.resolve(.webSession, hers.secret).subject == bea.id)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } == nil)
            #expect(try await reasons(bench) == ["revoked", "revoked"])
        }
    }

    @Test func administratorSeesAndEndsTheSessionsOfAUser() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let hers = try await bench.signIn("bea@bank.test")
            _ = try await bench.openWeb("bea@bank.test")
            let context = try await bench.context(root, resource: [bea.id.text])
            let items = try await bench.desk.living.listOfUser(Nothing(), context).items
            #expect(items.count == 2 && !items.contains(where: \.current))
            #expect(try await bench.desk.living.endOfUser(Nothing(), context).ended == 2)
            #expect(try await reasons(bench) == ["revoked_by_admin", "revoked_by_admin"])
            #expect(try await fault { try await bench.refresh(hers.refreshToken) } != nil)
            #expect(try await fault { try await bench.refresh(root.refreshToken) } == nil)
        }
    }

    @Test func administratorsOfUnknownUsersAndOthersAreRefused() async throws {
        try await AuthBench.with { bench in
            let root = try await bench.signIn()
            let bea = try await bench.create("bea@bank.test", by: root)
            let hers = try await bench.signIn("bea@bank.test")
            let living = bench.desk.living
            for id in [UUID().text, "x"] {
                let context = try await bench.context(root, resource: [id])
                #expect(try await fault { try await living.listOfUser(Nothing(), context) }?.code == "not_found")
                #expect(try await fault { try await living.endOfUser(Nothing(), context) }?.code == "not_found")
            }
            let context = try await bench.context(hers, resource: [bea.id.text])
            #expect(try await fault { try await living.listOfUser(Nothing(), context) }?.code == "forbidden")
            #expect(try await fault { try await living.endOfUser(Nothing(), context) }?.code == "forbidden")
            #expect(try await fault { try await living.list(Nothing(), bench.anonymous()) }?.status == .unauthenticated)
        }
    }

    @Test func signInBeyondTheBoundEndsTheOldest() async throws {
        try await AuthBench.with { bench in
            let oldest = try await bench.openWeb()
            bench.pass(seconds: 1)
            let second = try await bench.openWeb()
            bench.pass(seconds: 1)
            for _ in 2..<SessionStore.livingMax { _ = try await bench.openWeb() }
            #expect(try await fault { try await bench.resolve(.webSession, oldest.secret) } == nil)
            let signedIn = try await bench.signIn()
            #expect(try await list(bench, signedIn).count == SessionStore.livingMax)
            #expect(try await reasons(bench) == ["too_many"])
            #expect(try await fault { try await bench.resolve(.webSession, oldest.secret) } != nil)
            #expect(try await fault { try await bench.resolve(.webSession, second.secret) } == nil)
        }
    }

    @Test func idleOnesMakeRoomBeforeLivingOnes() async throws {
        try await AuthBench.with { bench in
            let old = try await bench.openWeb()
            for _ in 1..<SessionStore.livingMax { _ = try await bench.openWeb() }
            bench.pass(seconds: 1800)
            _ = try await bench.resolve(.webSession, old.secret)
            bench.pass(seconds: 1)
            let signedIn = try await bench.signIn()
            #expect(try await reasons(bench) == ["idle"])
            #expect(try await fault { try await bench.resolve(.webSession, old.secret) } == nil)
            #expect(try await list(bench, signedIn).count == 2)
        }
    }
}
