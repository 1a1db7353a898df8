import Synchronization
import Testing

@testable import auth

struct TurnstileTests {
    private struct Full: Error {}

    /// How many are inside, and how many were at most.
    private final class Tally: Sendable {
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func enter() {
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
        }

        func leave() { counts.withLock { $0.now -= 1 } }
    }

    @Test func theyComeInInTurnAndNoMoreThanMay() async throws {
        let turnstile = Turnstile(insideMax: 2, waitingMax: 100)
        let tally = Tally()
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    try await turnstile.pass(orThrow: Full()) {
                        tally.enter()
                        await Task.yield()
                        tally.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect((1...2).contains(tally.most))
    }

    @Test func whoFailsGivesThePlaceBack() async throws {
        let turnstile = Turnstile(insideMax: 1, waitingMax: 0)
        for _ in 0..<3 {
            await #expect(throws: Full.self) { try await turnstile.pass(orThrow: CancellationError()) { throw Full() } }
        }
    }

    @Test func whoeverIsCancelledRunsNothing() async throws {
        let turnstile = Turnstile(insideMax: 1, waitingMax: 1)
        let tally = Tally()
        try await turnstile.pass(orThrow: Full()) {
            let waiting = Task { try await turnstile.pass(orThrow: Full()) { tally.enter() } }
            waiting.cancel()
        }
        // The one that was cancelled goes before us, or is not there yet.
        try await turnstile.pass(orThrow: Full()) {}
        #expect(tally.most == 0)
    }

    @Test func restIsTurnedAway() async throws {
        let turnstile = Turnstile(insideMax: 1, waitingMax: 0)
        try await turnstile.pass(orThrow: Full()) {
            _ = await #expect(throws: Full.self) { try await turnstile.pass(orThrow: Full()) {} }
        }
    }
}
