import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct BoardTests {
    private static func board(
        _ desk: Desk, as person: Person, _ change: (inout DealBoardQuery) -> Void = { _ in }
    ) async throws -> DealBoard {
        var query = DealBoardQuery(pipeline: .sellSideMA)
        change(&query)
        return try await desk.call(DealMethods.board, query, as: person)
    }

    private static func names(_ column: DealBoardColumn?) -> [String] { column?.items.map(\.codeName) ?? [] }

    /// Sell-side deals of one banker, of which every third is at the pitch.
    private static func deals(_ desk: Desk, by banker: Person, count: Int) async throws -> [Deal] {
        var deals: [Deal] = []
        for number in 0..<count {
            desk.clock.advance(seconds: 1)
            let new = try await desk.deal("Deal \(number)", by: banker)
            let currency = Currency(code: number % 2 == 0 ? "USD" : "JPY")
            let deal = try await desk.update(new, as: banker) {
                if number % 4 != 3 {
                    $0.value = currency.map { .set(Money(minorUnits: Int64(number * 101 + 1), currency: $0)) }
                }
                $0.nextStep = .set("call")
                $0.probability = .set((number * 13) % 101)
                $0.conflictStatus = .set(.pending)
            }
            deals.append(deal)
        }
        return deals
    }

    @Test func columnsAreTheStagesOfThePipelineInTheirOrder() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for type in DealType.allCases {
                let board = try await Self.board(desk, as: banker) { $0.pipeline = type }
                #expect(board.columns.map(\.stage) == Pipeline.builtIn(for: type).stages.map(\.key))
                #expect(board.columns.map(\.name) == Pipeline.builtIn(for: type).stages.map(\.name))
                #expect(board.columns.allSatisfy { $0.count == 0 && $0.items.isEmpty && $0.nextCursor == nil })
            }
        }
    }

    /// What a column counts and adds up is that of all its deals, however many cards are shown and in which order.
    @Test(arguments: [1, 3, 50], ["-updatedAt", "codeName", "probability,-number"])
    func sumsDoNotDependOnPagesOrOrder(limit: Int, sort: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = try await Self.deals(desk, by: banker, count: 14)
            let column = try await Self.board(desk, as: banker) { ($0.limit, $0.sort) = (limit, sort) }.columns.first
            #expect(column?.count == 14 && column?.items.count == min(limit, 14))
            #expect((column?.nextCursor == nil) == (limit == 50))
            let expected = ["JPY", "USD"].map { code in
                let some = deals.filter { $0.value?.currency.code == code }
                let (sum, weighted) = some.reduce((Int64(0), Int64(0))) { sums, deal in
                    let units = deal.value?.minorUnits ?? 0
                    return (sums.0 + units, sums.1 + units * Int64(deal.probability))
                }
                let money = Currency(code: code).map { currency in
                    [sum, (weighted + 50) / 100].map { Money(minorUnits: $0, currency: currency).amount }
                }
                return DealSum(
                    currency: code, count: some.count, amount: money?.first ?? "", weighted: money?.last ?? "")
            }
            #expect(column?.sums == expected)
        }
    }

    @Test func theCardsOfAColumnGoOnFromItsCursor() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = try await Self.deals(desk, by: banker, count: 11)
            var seen = Self.names(nil)
            var cursor: String?
            repeat {
                let at = cursor
                let board = try await Self.board(desk, as: banker) {
                    ($0.limit, $0.cursor, $0.column) = (4, at, "origination")
                }
                #expect(board.columns.map(\.stage) == ["origination"] && board.columns.first?.count == 11)
                seen += Self.names(board.columns.first)
                cursor = board.columns.first?.nextCursor
            } while cursor != nil
            #expect(seen == deals.reversed().map(\.codeName))
        }
    }

    @Test func endedDealsStandOnTheBoardWhenTheyAreAskedFor() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = try await Self.deals(desk, by: banker, count: 3)
            _ = try await desk.move(deals[0], to: "lost", as: banker, reason: "price")
            _ = try await desk.move(deals[1], to: "on_hold", as: banker, reason: "markets")
            _ = try await desk.deal("Other", by: banker, type: .ecmIPO)
            let usual = try await Self.board(desk, as: banker).columns.first
            #expect(Set(Self.names(usual)) == ["Deal 1", "Deal 2"] && usual?.count == 2)
            let lost = try await Self.board(desk, as: banker) { $0.filters.status = [.lost] }.columns.first
            #expect(Self.names(lost) == ["Deal 0"] && lost?.count == 1)
            let found = try await Self.board(desk, as: banker) { $0.filters.q = "deal 2" }.columns.first
            #expect(Self.names(found) == ["Deal 2"] && found?.sums.map(\.count) == [1])
        }
    }

    /// By the rates of the day; what has none stands beside.
    @Test func sumsAreConvertedIntoOneCurrency() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let today = desk.clock.now().day
            let rate = try #require(DecimalRate("1.25"))
            let rates = NewRates(rates: [NewRate(base: "EUR", quote: "USD", asOf: today, rate: rate)])
            _ = try await desk.call(DealMethods.setRates, rates, as: admin)
            for (number, (amount, code)) in [(1000, "EUR"), (200, "USD"), (7, "CHF")].enumerated() {
                let currency = try #require(Currency(code: code))
                let deal = try await desk.deal("Deal \(number)", by: banker)
                _ = try await desk.update(deal, as: banker) {
                    $0.value = .set(Money(minorUnits: Int64(amount), currency: currency))
                }
            }
            let plain = try await Self.board(desk, as: banker).columns[0]
            #expect(plain.converted == nil)
            let column = try await Self.board(desk, as: banker) { $0.convertTo = "USD" }.columns[0]
            #expect(column.sums == plain.sums)
            #expect(column.converted?.total.amount == "14.50")
            #expect(column.converted?.unconverted.map(\.currency.code) == ["CHF"])
            let refused = try await fault("query_invalid") {
                try await Self.board(desk, as: banker) { $0.convertTo = "XXX" }
            }
            #expect(refused.details == ["convertTo invalid"])
        }
    }

    @Test func aBadBoardNamesWhatIsWrong() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let refused = try await fault("query_invalid") {
                try await Self.board(desk, as: banker) {
                    ($0.limit, $0.sort, $0.filters.stale) = (51, "price", 0)
                }
            }
            #expect(refused.details == ["limit out_of_range", "sort unknown", "stale out_of_range"])
            let unknown = try await fault("query_invalid") {
                try await Self.board(desk, as: banker) { $0.column = "round_9" }
            }
            #expect(unknown.details == ["column unknown"])
            try await fault("query_invalid") { try await Self.board(desk, as: banker) { $0.cursor = "e30" } }
            try await fault("cursor_invalid") {
                try await Self.board(desk, as: banker) { ($0.cursor, $0.column) = ("e30", "pitch") }
            }
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await Self.board(desk, as: desk.person(role)) }
            }
        }
    }
}
