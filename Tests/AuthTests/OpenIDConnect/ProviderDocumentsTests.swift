import Contracts
import Testing

@testable import auth

struct SnapshotRuleTests {
    func answer(age: Int64, unfit: Bool = false, tried: Int64? = nil) -> SnapshotRule.Answer {
        let now = Instant(milliseconds: 1_800_000_000_000)
        let fetched = now.advanced(bySeconds: -age)
        return SnapshotRule.answer(
            fetchedAt: fetched, unfit: unfit ? fetched : nil, triedAt: tried.map { now.advanced(bySeconds: -$0) },
            now: now)
    }

    @Test func documentsAreFetchedHourly() {
        #expect(answer(age: 3599, tried: 3599) == .use)
        #expect(answer(age: 3600, tried: 3600) == .fetchOrUse)
        #expect(answer(age: 3700, tried: 59) == .use)
        #expect(answer(age: 86_399, tried: 60) == .fetchOrUse)
        #expect(answer(age: 86_400, tried: 1) == .fetch)
    }

    @Test func unknownKeyAsksOnceAMinute() {
        #expect(answer(age: 59, unfit: true, tried: 59) == .use)
        #expect(answer(age: 60, unfit: true, tried: 60) == .fetchOrUse)
        #expect(answer(age: 3700, unfit: true, tried: 59) == .use)
    }

    @Test func withoutAnyTheyAreFetched() {
        let now = Instant(milliseconds: 1_800_000_000_000)
        #expect(SnapshotRule.answer(fetchedAt: nil, unfit: nil, triedAt: now, now: now) == .fetch)
    }
}
