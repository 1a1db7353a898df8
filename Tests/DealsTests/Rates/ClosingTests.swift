import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// A deal that has ended is worth what it was worth when it did, whatever becomes of the rates.
struct ClosingTests {
    private struct Cast {
        let admin, banker, compliance: Person

        init(_ desk: Desk) {
            (admin, banker, compliance) = (desk.person(.admin), desk.person(.banker), desk.person(.compliance))
        }
    }

    private static func set(
        _ rate: String, _ base: String = "EUR", _ quote: String = "USD", on day: BusinessDate, _ desk: Desk,
        _ cast: Cast
    ) async throws {
        let new = NewRate(base: base, quote: quote, asOf: day, rate: try #require(DecimalRate(rate)))
        _ = try await desk.call(DealMethods.setRates, NewRates(rates: [new]), as: cast.admin)
    }

    private static func deal(_ name: String, _ cents: Int64, _ code: String, _ desk: Desk, _ cast: Cast) async throws
        -> Deal
    {
        let currency = try #require(Currency(code: code))
        let deal = try await desk.deal(name, by: cast.banker)
        return try await desk.update(deal, as: cast.banker) {
            $0.value = .set(Money(minorUnits: cents, currency: currency))
        }
    }

    /// `12.50`, and what could not be converted behind it.
    private static func sums(
        _ desk: Desk, as person: Person, _ target: String = "USD", asOf: BusinessDate? = nil,
        _ change: (inout DealBoardQuery) -> Void = { _ in }
    ) async throws -> [String] {
        var query = DealBoardQuery(pipeline: .sellSideMA, convertTo: target, asOf: asOf)
        query.filters.status = [.active, .lost]
        change(&query)
        let board = try await desk.call(DealMethods.board, query, as: person)
        let sum = try #require(board.columns.first?.converted)
        return [sum.total.amount] + sum.unconverted.map { "\($0.amount) \($0.currency.code)" }
    }

    /// Answers no rows when the table is right.
    private static let differences = """
        WITH counted AS (
            SELECT s.scope, d.type, d.stage, d.status, d.closing_id, d.value_currency, COUNT(*),
                SUM(d.value_minor / 1000000000), SUM(d.value_minor % 1000000000)
            FROM deal d JOIN (
                SELECT deal_id, user_id AS scope FROM team_member WHERE removed_ms IS NULL
                UNION ALL SELECT id, x'' FROM deal WHERE confidentiality <> 'secret') s ON s.deal_id = d.id
            WHERE d.deleted_ms IS NULL AND d.closing_id IS NOT NULL AND d.value_minor IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6)
        SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM closing_tally)
        UNION ALL SELECT * FROM (SELECT * FROM closing_tally EXCEPT SELECT * FROM counted)
        """

    @Test func laterCorrectionsDoNotChangeWhatHasEnded() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            try await Self.set("1.25", on: .yesterday, desk, cast)
            let deal = try await Self.deal("Falcon", 1000, "EUR", desk, cast)
            _ = try await Self.deal("Hawk", 100, "EUR", desk, cast)
            #expect(try await Self.sums(desk, as: cast.banker) == ["13.75"])
            _ = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            #expect(try await Self.sums(desk, as: cast.banker) == ["13.75"])
            try await Self.set("2", on: .yesterday, desk, cast)
            for person in [cast.banker, cast.compliance] {
                #expect(try await Self.sums(desk, as: person) == ["14.50"])
                #expect(try await Self.sums(desk, as: person) { $0.filters.status = [.lost] } == ["12.50"])
                // Asked of the deals one by one.
                #expect(try await Self.sums(desk, as: person) { $0.filters.client = "aurora" } == ["14.50"])
                #expect(try await Self.sums(desk, as: person) { $0.filters.probabilityMin = 0 } == ["14.50"])
            }
            let second = try await Self.deal("Kestrel", 10, "EUR", desk, cast)
            _ = try await desk.move(second, to: "withdrawn", as: cast.banker, reason: "markets")
            let withdrawn = try await Self.sums(desk, as: cast.banker) { $0.filters.status = [.withdrawn] }
            #expect(withdrawn == ["0.20"])
        }
    }

    @Test func aDayIsAskedForAndEndedDealsKeepTheirs() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            for (days, rate) in [(-20, "1.1"), (-10, "1.2"), (0, "1.3")] {
                try await Self.set(rate, on: BusinessDate.today.adding(days: days), desk, cast)
            }
            _ = try await Self.deal("Hawk", 1000, "EUR", desk, cast)
            let lost = try await Self.deal("Falcon", 100_000, "EUR", desk, cast)
            _ = try await desk.move(lost, to: "lost", as: cast.banker, reason: "price")
            #expect(try await Self.sums(desk, as: cast.banker) == ["1313.00"])
            let early = BusinessDate.today.adding(days: -15)
            #expect(try await Self.sums(desk, as: cast.banker, asOf: early) == ["1311.00"])
            let none = BusinessDate.today.adding(days: -30)
            #expect(try await Self.sums(desk, as: cast.banker, asOf: none) == ["1300.00", "10.00 EUR"])
            let refused = try await fault("query_invalid") {
                try await desk.call(
                    DealMethods.board, DealBoardQuery(pipeline: .sellSideMA, asOf: early), as: cast.banker)
            }
            #expect(refused.details == ["convertTo missing"])
        }
    }

    /// What no rate was known for when it ended is converted by the rates of its day that are known by now; where there are
    /// none either, not at all.
    @Test func ratesThatCameLaterFillWhatWasMissing() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            let deal = try await Self.deal("Falcon", 1000, "CHF", desk, cast)
            _ = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            #expect(try await Self.sums(desk, as: cast.banker) == ["0.00", "10.00 CHF"])
            #expect(try await Self.sums(desk, as: cast.banker, "CHF") == ["10.00"])
            desk.clock.advance(days: 1)
            try await Self.set("9", "CHF", "USD", on: .tomorrow, desk, cast)
            #expect(try await Self.sums(desk, as: cast.banker) == ["0.00", "10.00 CHF"])
            try await Self.set("1.1", "CHF", "USD", on: .today, desk, cast)
            #expect(try await Self.sums(desk, as: cast.banker) == ["11.00"])
        }
    }

    @Test func whatIsReopenedIsWorthWhatItIsToday() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            try await Self.set("1.25", on: .today, desk, cast)
            var deal = try await Self.deal("Falcon", 1000, "EUR", desk, cast)
            deal = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            try await Self.set("2", on: .today, desk, cast)
            let asked = try await desk.ask(.reopen, on: deal, by: cast.banker)
            _ = try await desk.decide(.approve, asked, on: deal, as: cast.compliance)
            deal = try await desk.move(deal, to: "origination", as: cast.banker, reason: "they called")
            let frozen = try await desk.store.read {
                try Int64.fetchAll($0, sql: "SELECT closing_id FROM deal WHERE closing_id > 0")
            }
            #expect(frozen.isEmpty)
            #expect(try await Self.sums(desk, as: cast.banker) == ["20.00"])
            _ = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            try await Self.set("3", on: .today, desk, cast)
            #expect(try await Self.sums(desk, as: cast.banker) == ["20.00"])
        }
    }

    /// A value that is corrected afterwards is converted by the same rates; with another day of its end come that day's.
    @Test func aCorrectedDealKeepsTheRatesOfItsDay() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            try await Self.set("1.25", on: .yesterday, desk, cast)
            try await Self.set("1.5", on: .today, desk, cast)
            var deal = try await Self.deal("Falcon", 1000, "EUR", desk, cast)
            deal = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            try await Self.set("9", on: .today, desk, cast)
            let euro = try #require(Currency(code: "EUR"))
            deal = try await desk.update(deal, as: cast.banker) {
                $0.value = .set(Money(minorUnits: 2000, currency: euro))
            }
            #expect(try await Self.sums(desk, as: cast.banker) == ["30.00"])
            _ = try await desk.update(deal, as: cast.banker) { $0.closedOn = .set(.yesterday) }
            #expect(try await Self.sums(desk, as: cast.banker) == ["25.00"])
        }
    }

    @Test func dealsOfOneDayShareTheirRatesAsLongAsTheyAreTheSame() async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            for (name, rate) in [("Falcon", "1.25"), ("Hawk", "1.25"), ("Kestrel", "1.5")] {
                try await Self.set(rate, on: .today, desk, cast)
                let deal = try await Self.deal(name, 100, "EUR", desk, cast)
                _ = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            }
            let counts = try await desk.store.read { db in
                try ["closing", "closing_rate", "closing_tally"].map {
                    try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \($0)") ?? 0
                }
            }
            #expect(counts == [2, 2, 4])
            #expect(try await Self.sums(desk, as: cast.banker) == ["4.00"])
        }
    }

    @Test(arguments: [
        "DELETE FROM closing", "UPDATE closing SET day = '2026-01-01'", "DELETE FROM closing_rate",
        "UPDATE closing_rate SET digits = 1", "INSERT OR REPLACE INTO closing_rate SELECT * FROM closing_rate",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let cast = Cast(desk)
            try await Self.set("1.25", on: .today, desk, cast)
            let deal = try await Self.deal("Falcon", 100, "EUR", desk, cast)
            _ = try await desk.move(deal, to: "lost", as: cast.banker, reason: "price")
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whateverHappensTheTalliesAreWhatCountingSays(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let cast = Cast(desk)
            let second = desk.person(.banker)
            var deals: [Deal] = []
            for number in 0..<5 { deals.append(try await Self.deal("Deal \(number)", 100, "EUR", desk, cast)) }
            for step in 0..<60 {
                desk.clock.advance(seconds: 3600)
                try await Self.set("1.\(step % 7 + 1)", on: desk.clock.now().day, desk, cast)
                do {
                    let deal = try #require(deals.randomElement(using: &random))
                    try await Self.step(deal, second, desk, cast, &random)
                } catch is RPCFault {
                    // What is refused changes nothing.
                }
                let wrong = try await desk.store.read { try Row.fetchAll($0, sql: Self.differences).map(\.description) }
                #expect(wrong.isEmpty, "\(wrong)")
            }
            let filled = try await desk.store.write { db in
                let all = "SELECT quote(scope) || stage || status || closing_id || currency || deals || whole || rest "
                let sql = all + "FROM closing_tally ORDER BY 1"
                let kept = try String.fetchAll(db, sql: sql)
                try db.execute(sql: "DELETE FROM closing_tally")
                try db.execute(sql: DealsSchema.closingTallyRows)
                return kept == (try String.fetchAll(db, sql: sql))
            }
            #expect(filled)
        }
    }

    private static func step(
        _ deal: Deal, _ second: Person, _ desk: Desk, _ cast: Cast, _ random: inout SeededRandom
    ) async throws {
        let current = try await desk.get(deal, as: cast.banker)
        if current.deletedAt != nil {
            _ = try await desk.restore(current, as: cast.banker)
            return
        }
        let code = ["USD", "EUR", "JPY"].randomElement(using: &random) ?? "USD"
        let minor = Int64.random(in: 0...9_000_000_000_000, using: &random)
        let level = Confidentiality.allCases.randomElement(using: &random) ?? .secret
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            _ = try await desk.update(current, as: cast.banker) {
                $0.value = Currency(code: code).map { .set(Money(minorUnits: minor, currency: $0)) }
            }
        case 1: _ = try await desk.update(current, as: cast.banker) { $0.value = .clear }
        case 2: _ = try await desk.update(current, as: cast.banker) { $0.confidentiality = .set(level) }
        case 3: _ = try await desk.add(second, to: current, by: cast.banker, access: .edit)
        case 4: try await desk.remove(second, from: current, by: cast.banker)
        case 5: _ = try await desk.delete(current, as: cast.banker)
        case 6 where current.status.isEnded:
            let asked = try await desk.ask(.reopen, on: current, by: cast.banker)
            _ = try await desk.decide(.approve, asked, on: current, as: cast.compliance)
            _ = try await desk.move(current, to: "origination", as: cast.banker, reason: "they called")
        default: _ = try await desk.move(current, to: "lost", as: cast.banker, reason: "price")
        }
    }
}
