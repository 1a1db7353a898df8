import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What bids are compared by, as values.
struct BidComparisonTests {
    private static func entry(_ units: Int64, on day: BusinessDate = .today) -> BidComparison.Entry {
        BidComparison.Entry(id: UUIDv7.make(), receivedOn: day, units: units)
    }

    /// 900 is a tenth below 1000; 997 of 1000 is 0.3 % below, 1 of 3 is two thirds.
    @Test func theSpreadIsWhatIsMissingToTheBest() throws {
        let ranked = BidComparison.ranked([Self.entry(900), Self.entry(1000), Self.entry(997)])
        #expect(ranked.map(\.rank) == [1, 2, 3])
        #expect(ranked.map(\.belowBest.text) == ["0", "0.3", "10"])
        #expect(BidComparison.belowBest(1, best: 3).text == "66.666667")
        #expect(BidComparison.belowBest(0, best: 0) == .zero)
        #expect(BidComparison.belowBest(1, best: .max).text == "100")
    }

    @Test func whatIsWorthTheSameHasTheSameRank() {
        let (late, early) = (Self.entry(7, on: .today), Self.entry(7, on: .yesterday))
        let ranked = BidComparison.ranked([Self.entry(3), late, early])
        #expect(ranked.map(\.rank) == [1, 1, 3])
        #expect(ranked.prefix(2).map(\.id) == [early.id, late.id])
        #expect(BidComparison.ranked([]) == [])
    }

    @Test func theMiddleIsRoundedHalfToEven() {
        #expect([(10, 20), (1, 2), (2, 3), (4, 5), (7, 7)].map { BidComparison.mid($0, $1) } == [15, 2, 2, 4, 7])
        #expect(BidComparison.mid(.max - 2, .max) == .max - 1)
    }

    @Test func changesStayWithinOneCurrencyAndOneBasis() throws {
        let first = BidPrice(low: try Exact.money("100"), high: try Exact.money("120"), basis: .enterpriseValue)
        let second = BidPrice(point: try Exact.money("104.50"), basis: .enterpriseValue)
        #expect(BidComparison.change(from: first, to: second) == (try Exact.money("-5.50")))
        let euros = BidPrice(point: try Exact.money("104.50", "EUR"), basis: .enterpriseValue)
        let equity = BidPrice(point: try Exact.money("104.50"), basis: .equityValue)
        #expect(BidComparison.change(from: first, to: euros) == nil)
        #expect(BidComparison.change(from: first, to: equity) == nil)
    }

    /// The order is total and does not depend on how the bids were listed; ranks and spreads follow the amounts.
    @Test func ranksAreATotalOrderOfWhatBidsAreWorth() throws {
        var random = SeededRandom(state: 9)
        for _ in 0..<400 {
            let largest: Int64 = Bool.random(using: &random) ? 6 : .max
            let entries = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                Self.entry(
                    Int64.random(in: 1...largest, using: &random),
                    on: .today.adding(days: Int.random(in: -2...0, using: &random)))
            }
            let ranked = BidComparison.ranked(entries)
            #expect(BidComparison.ranked(entries.shuffled(using: &random)) == ranked)
            #expect(Set(ranked.map(\.id)) == Set(entries.map(\.id)) && ranked.count == entries.count)
            let units = Dictionary(uniqueKeysWithValues: entries.map { ($0.id, $0.units) })
            for bid in ranked {
                let own = try #require(units[bid.id])
                #expect(bid.rank == 1 + entries.count { $0.units > own })
            }
            for (better, worse) in zip(ranked, ranked.dropFirst()) {
                #expect(better.rank <= worse.rank && better.belowBest <= worse.belowBest)
            }
            #expect(ranked.first?.belowBest == .zero)
        }
    }

    @Test func theMiddleLiesBetween() {
        var random = SeededRandom(state: 10)
        for _ in 0..<1000 {
            let ends = [Int64.random(in: 1 ... .max, using: &random), Int64.random(in: 1 ... .max, using: &random)]
            let (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
            let mid = BidComparison.mid(low, high)
            let twice = 2 * Int128(mid) - Int128(low) - Int128(high)
            #expect((low...high).contains(mid) && abs(twice) <= 1 && (twice == 0 || mid & 1 == 0))
        }
    }
}
