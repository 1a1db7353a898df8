import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct RefreshTests {
    @Test func tokenIsGoodForOneSuccessor() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            bench.pass(seconds: 60)
            let second = try await bench.refresh(first.refreshToken)
            #expect(second.refreshToken != first.refreshToken)
            #expect(second.user == first.user)
            let session = try await bench.claims(second).sid
            bench.pass(seconds: 60)
            let third = try await bench.refresh(second.refreshToken)
            #expect(try await bench.claims(third).sid == session)
            #expect(try await bench.events("session.refreshed").count == 2)
        }
    }

    @Test func retryWithinTenSecondsGetsTheSameSuccessor() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            let second = try await bench.refresh(first.refreshToken)
            bench.pass(seconds: 10)
            #expect(try await bench.refresh(first.refreshToken).refreshToken == second.refreshToken)
            #expect(try await bench.events("session.refreshed").count == 1)
            #expect(try await fault { try await bench.refresh(second.refreshToken) } == nil)
        }
    }

    @Test func reuseAfterTenSecondsEndsTheSession() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            let session = try await bench.claims(first).sid
            let second = try await bench.refresh(first.refreshToken)
            let cursor = try await bench.watch(0).cursor
            bench.pass(seconds: 11)
            let refused = try #require(try await fault { try await bench.refresh(first.refreshToken) })
            #expect(refused.status == .unauthenticated)
            #expect(refused.code == "invalid_refresh_token")
            #expect(try await fault { try await bench.refresh(second.refreshToken) } == refused)
            #expect(try await bench.events().suffix(2).map(\.type) == ["session.reused", "session.revoked"])
            #expect(try await bench.watch(cursor).revokedSessions == [session])
        }
    }

    @Test func reuseOfAGrandparentEndsTheSessionAtOnce() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            let second = try await bench.refresh(first.refreshToken)
            let third = try await bench.refresh(second.refreshToken)
            #expect(try await fault { try await bench.refresh(first.refreshToken) } != nil)
            #expect(try await fault { try await bench.refresh(third.refreshToken) } != nil)
            #expect(try await bench.events("session.reused").count == 1)
        }
    }

    @Test func fiftyTabsAtOnceGetOneSuccessor() async throws {
        try await AuthBench.with { bench in
            let token = try await bench.signIn().refreshToken
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await bench.refresh(token).refreshToken } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers.count == 1)
            #expect(try await bench.events("session.refreshed").count == 1)
            let next = try #require(answers.first)
            #expect(try await fault { try await bench.refresh(next) } == nil)
        }
    }

    @Test func staleTokenFiftyTimesAtOnceEndsTheSessionOnce() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            let second = try await bench.refresh(first.refreshToken)
            bench.pass(seconds: 11)
            let faults = try await together(50) { _ in try await bench.refresh(first.refreshToken) }
            #expect(faults.allSatisfy { $0?.code == "invalid_refresh_token" })
            #expect(try await fault { try await bench.refresh(second.refreshToken) }?.code == "invalid_refresh_token")
            #expect(try await bench.events("session.reused").count == 1)
            #expect(try await bench.events("session.revoked").map { $0.changes.last?.after } == ["reused"])
            #expect(try await bench.events("session.refreshed").count == 1)
        }
    }

    @Test func reuseEndsOneFamilyOnly() async throws {
        try await AuthBench.with { bench in
            let stolen = try await bench.signIn()
            let other = try await bench.signIn()
            _ = try await bench.refresh(try await bench.refresh(stolen.refreshToken).refreshToken)
            #expect(try await fault { try await bench.refresh(stolen.refreshToken) } != nil)
            let session = try await bench.claims(stolen).sid
            let reused = try #require(try await bench.events("session.reused").first)
            #expect(reused.subject.id == session.text)
            #expect(reused.changes.map(\.after) == [stolen.user.id.text])
            #expect(try await fault { try await bench.refresh(other.refreshToken) } == nil)
        }
    }

    @Test func idleSessionEnds() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            bench.pass(seconds: 1800)
            let second = try await bench.refresh(first.refreshToken)
            bench.pass(seconds: 1801)
            #expect(try await fault { try await bench.refresh(second.refreshToken) }?.code == "invalid_refresh_token")
            #expect(try await bench.events("session.revoked").last?.changes.last?.after == "idle")
        }
    }

    @Test func busySessionEndsAfterTwelveHours() async throws {
        try await AuthBench.with { bench in
            var signedIn = try await bench.signIn()
            for _ in 0..<47 {
                bench.pass(seconds: 900)
                signedIn = try await bench.refresh(signedIn.refreshToken)
            }
            bench.pass(seconds: 600)
            signedIn = try await bench.refresh(signedIn.refreshToken)
            #expect(signedIn.expiresIn == 300)
            bench.pass(seconds: 300)
            #expect(try await fault { try await bench.refresh(signedIn.refreshToken) } != nil)
            #expect(try await bench.events("session.revoked").last?.changes.last?.after == "expired")
        }
    }

    @Test func textsThatAreNoTokensAreRefused() async throws {
        try await AuthBench.with { bench in
            for text in ["", "x", String(repeating: "A", count: 43), String(repeating: "A", count: 100_000)] {
                let refused = try await fault { try await bench.refresh(text) }
                #expect(refused?.code == "invalid_refresh_token")
            }
        }
    }

    @Test func tokensAreStoredAsHashesOnly() async throws {
        try await AuthBench.with { bench in
            let first = try await bench.signIn()
            let second = try await bench.refresh(first.refreshToken)
            for name in try FileManager.default.contentsOfDirectory(atPath: bench.directory) {
                let file = try Data(contentsOf: URL(fileURLWithPath: "\(bench.directory)/\(name)"))
                for token in [first.refreshToken, second.refreshToken] {
                    let bytes = Data(try #require(Base64URL.decode(token)))
                    #expect(file.range(of: bytes) == nil)
                    #expect(file.range(of: Data(token.utf8)) == nil)
                }
            }
        }
    }
}

struct RefreshRuleTests {
    let now = Instant(milliseconds: 1_800_000_000_000)

    func decision(_ change: (inout RefreshFacts) -> Void) -> RefreshDecision {
        var facts = RefreshFacts(
            tokenUsedAt: nil, isSuccessorUsed: false, lastSeenAt: now.advanced(bySeconds: -60),
            expiresAt: now.advanced(bySeconds: 60), isEnded: false, isUserActive: true)
        change(&facts)
        return RefreshDecision(facts, at: now, limits: SessionLimits())
    }

    @Test func everyCaseHasItsAnswer() {
        #expect(decision { _ in } == .rotate)
        #expect(decision { $0.isEnded = true } == .refuse)
        #expect(decision { $0.expiresAt = now } == .end(.expired))
        #expect(decision { $0.lastSeenAt = now.advanced(bySeconds: -1801) } == .end(.idle))
        #expect(decision { $0.isUserActive = false } == .end(.userDisabled))
        #expect(decision { $0.tokenUsedAt = now } == .tellSuccessorAgain)
        #expect(decision { $0.tokenUsedAt = now.advanced(bySeconds: -11) } == .end(.reused))
    }

    @Test func reuseIsNoticedOnOldSessionsToo() {
        #expect(
            decision {
                $0.tokenUsedAt = now.advanced(bySeconds: -5000)
                $0.lastSeenAt = now.advanced(bySeconds: -5000)
                $0.expiresAt = now
            } == .end(.reused))
        #expect(
            decision {
                $0.tokenUsedAt = now
                $0.isSuccessorUsed = true
            } == .end(.reused))
    }
}
