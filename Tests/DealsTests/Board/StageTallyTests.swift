import Contracts
import Testing

@testable import deals

struct StageTallyTests {
    private static func tally(_ values: [(minorUnits: Int64, currency: String, probability: Int)]) -> StageTally {
        values.reduce(into: StageTally()) { tally, value in
            let parts = value.minorUnits.quotientAndRemainder(dividingBy: StageTally.part)
            tally.add(
                count: 1, currency: value.currency, probability: value.probability,
                parts: (parts.quotient, parts.remainder))
        }
    }

    @Test func amountsOfEachCurrencyAreAddedExactly() {
        let tally = Self.tally([(100, "USD", 50), (1, "USD", 50), (7, "JPY", 100), (1250, "KWD", 30)])
        #expect(
            tally.values == [
                DealSum(currency: "JPY", count: 1, amount: "7", weighted: "7"),
                DealSum(currency: "KWD", count: 1, amount: "1.250", weighted: "0.375"),
                DealSum(currency: "USD", count: 2, amount: "1.01", weighted: "0.51"),
            ])
        #expect(tally.count == 4)
    }

    /// Half a cent goes up, and three thirds are one: the sum is rounded, not what it is made of.
    @Test func weightsAreRoundedOnce() {
        #expect(Self.tally([(1, "USD", 50)]).values.map(\.weighted) == ["0.01"])
        #expect(Self.tally([(1, "USD", 49)]).values.map(\.weighted) == ["0.00"])
        #expect(Self.tally([(1, "USD", 49), (1, "USD", 49), (1, "USD", 2)]).values.map(\.weighted) == ["0.01"])
    }

    @Test func sumsBeyondAnyOneAmountAreExact() {
        let huge = Self.tally(Array(repeating: (Int64.max, "USD", 100), count: 4))
        #expect(huge.values.map(\.amount) == ["368934881474191032.28"])
        #expect(huge.values.map(\.weighted) == huge.values.map(\.amount))
    }

    @Test func dealsWithoutAValueAreCountedAlone() {
        var tally = StageTally()
        tally.add(count: 3, currency: nil, probability: 10, parts: (0, 0))
        #expect(tally.count == 3 && tally.values.isEmpty)
    }
}
