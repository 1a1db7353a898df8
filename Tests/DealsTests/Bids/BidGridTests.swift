import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct BidGridTests {
    /// Two rounds, three bidders; a euro is worth 1.10 dollars yesterday and 1.20 today, and nobody knows what a yen is.
    private static func with(
        _ body: (Desk, Person, Deal, [Counterparty]) async throws -> Void
    ) async throws {
        try await Desk.with { desk in
            let (banker, admin) = (desk.person(.banker), desk.person(.admin))
            let deal = try await desk.deal("Falcon", by: banker)
            for kind in [DealRoundKind.ioi, .loi] { _ = try await desk.round(kind, on: deal, by: banker) }
            var buyers: [Counterparty] = []
            for name in ["Alpha", "=Beta", "Gamma"] {
                buyers.append(try await desk.bidder(name, on: deal, by: banker))
            }
            for (day, text) in [(BusinessDate.yesterday, "1.10"), (.today, "1.20")] {
                let rate = NewRate(base: "EUR", quote: "USD", asOf: day, rate: try #require(DecimalRate(text)))
                _ = try await desk.call(DealMethods.setRates, NewRates(rates: [rate]), as: admin)
            }
            try await body(desk, banker, deal, buyers)
        }
    }

    @Test func bidsAreRankedByTheRatesOfTheirDays() async throws {
        try await Self.with { desk, banker, deal, buyers in
            let dollars = try await desk.bid("112", of: buyers[0], in: 1, on: deal, by: banker)
            let old = try await desk.bid("100", "EUR", of: buyers[1], in: 1, on: deal, by: banker) {
                $0.receivedOn = .yesterday
            }
            let yen = try await desk.bid("20000", "JPY", of: buyers[2], in: 1, on: deal, by: banker)
            let grid = try await desk.grid(deal, as: banker)
            #expect(grid.currency == "USD" && grid.rounds.map(\.round) == [1, 2])
            #expect(grid.rounds[0].rankings == [BidRanking(basis: .enterpriseValue, bidIds: [dollars.id, old.id])])
            #expect(grid.rounds[0].unconverted == [yen.id])
            #expect(grid.rounds[1].rankings.isEmpty)
            #expect(grid.rows.map(\.counterpartyName) == ["=Beta", "Alpha", "Gamma"])
            let cells = grid.rows.map { $0.bids[0] }
            #expect(cells.map(\.rank) == [2, 1, nil])
            #expect(cells.map(\.converted?.amount) == ["110.00", "112.00", nil])
            #expect(cells.map(\.belowBest?.text) == ["1.785714", "0", nil])

            let euros = try await desk.grid(deal, as: banker, BidGridQuery(convertTo: "EUR"))
            // 112 / 1.20 by the rate of today.
            #expect(euros.rows.map { $0.bids[0].converted?.amount } == ["100.00", "93.33", nil])
            try await fault("query_invalid") {
                try await desk.grid(deal, as: banker, BidGridQuery(round: 7, convertTo: "XXX"))
            }
        }
    }

    @Test func aBidIsComparedWithTheOneBefore() async throws {
        try await Self.with { desk, banker, deal, buyers in
            _ = try await desk.bid("100", of: buyers[0], in: 1, on: deal, by: banker)
            _ = try await desk.bid("100", of: buyers[1], in: 1, on: deal, by: banker)
            let (low, high) = (try Exact.money("95"), try Exact.money("97.01"))
            _ = try await desk.bid("1", of: buyers[0], in: 2, on: deal, by: banker) {
                $0.price = BidPrice(low: low, high: high, basis: .enterpriseValue)
                ($0.receivedOn, $0.expiresOn, $0.financing) = (.yesterday, .yesterday, .notFinanced)
            }
            _ = try await desk.bid("100", "EUR", of: buyers[1], in: 2, on: deal, by: banker) {
                $0.conditions = "Diligence"
            }
            let equity = try await desk.bid("500", of: buyers[2], in: 2, on: deal, by: banker) {
                $0.price.basis = .equityValue
                $0.financing = .contingent
            }
            let grid = try await desk.grid(deal, as: banker, BidGridQuery(round: 2, convertTo: "USD"))
            #expect(grid.rounds.map(\.round) == [2])
            let cells = grid.rows.flatMap(\.bids)
            #expect(cells.map(\.round) == [2, 2, 2])
            // 96.005 is 96.00 to whole cents; from dollars to euros there is no change to tell.
            #expect(cells.map(\.mid.amount) == ["100.00", "96.00", "500.00"])
            #expect(cells.map(\.change?.amount) == [nil, "-4.00", nil])
            #expect(cells.map(\.flags) == [[.conditional], [.expired, .notFinanced], [.conditional]])
            // Equity is not compared with enterprise value.
            #expect(cells.map(\.rank) == [1, 2, 1])
            #expect(grid.rounds[0].rankings.map(\.basis) == [.enterpriseValue, .equityValue])
            #expect(grid.rounds[0].rankings.last?.bidIds == [equity.id])
        }
    }

    @Test func theFileHoldsWhatTheGridHolds() async throws {
        try await Self.with { desk, banker, deal, buyers in
            _ = try await desk.bid("112", of: buyers[0], in: 1, on: deal, by: banker)
            _ = try await desk.bid("100", "EUR", of: buyers[1], in: 1, on: deal, by: banker)
            let text = try await desk.gridFile(deal.number, as: banker)
            #expect(text.contains("'=Beta"))
            let rows = try Desk.rows(text)
            #expect(rows[0] == BidGridFile.columns)
            #expect(rows.dropFirst().allSatisfy { $0.count == BidGridFile.columns.count })
            let mid = try #require(BidGridFile.columns.firstIndex(of: "mid"))
            let rank = try #require(BidGridFile.columns.firstIndex(of: "rank"))
            #expect(rows.dropFirst().map { [$0[mid], $0[rank]] } == [["100.00", "1"], ["112.00", "2"]])
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.exportPerformed)
            #expect(event.changes.map(\.after) == ["2", "bids"])
            try await fault("forbidden") { try await desk.gridFile(deal.number, as: desk.person(.admin)) }
        }
    }

    @Test func aDealWithoutBidsHasAnEmptyGrid() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(try await desk.grid(deal, as: banker) == BidGrid(currency: nil, rounds: [], rows: []))
            #expect(try Desk.rows(try await desk.gridFile(deal.id.text, as: banker)) == [BidGridFile.columns])
        }
    }
}
