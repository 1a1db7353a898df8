import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Forecasts of fees: by month, as of a day, and what slipped.
struct ForecastTests {
    /// Each fee's half cent would be rounded up; together they are rounded once.
    @Test func weightedSumsAreRoundedOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let halved = try await desk.update(deal, as: banker) { $0.probability = .set(50) }
            for _ in 0..<3 { _ = try await desk.fee("1.01", on: halved, as: banker, expectedOn: .tomorrow) }
            let report = try await desk.report(.forecast, as: banker)
            #expect(report.amount(["2026-11", "USD"], "planned") == "3.03")
            #expect(report.amount(["2026-11", "USD"], "weighted") == "1.52")
        }
    }

    @Test func largestAmountsDoNotOverflow() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let sure = try await desk.update(deal, as: banker) { $0.probability = .set(99) }
            for _ in 0..<4 { _ = try await desk.fee("92233720368547758.07", on: sure, as: banker) }
            let report = try await desk.report(.forecast, as: banker)
            #expect(report.amount(["none", "USD"], "planned") == "368934881474191032.28")
            #expect(report.amount(["none", "USD"], "weighted") == "365245532659449121.96")
        }
    }

    /// A fee counts in the month of its own day, else of its deal's, else in none.
    @Test func monthsComeFromTheFeeThenFromTheDeal() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.fee("100", on: deal, as: banker, status: .contracted)
            let undated = try await desk.report(.forecast, as: banker)
            #expect(undated.amount(["none", "USD"], "contracted") == "100.00")
            let closing = BusinessDate(year: 2027, month: 2, day: 3)
            let dated = try await desk.update(deal, as: banker) { $0.expectedCloseOn = closing.map(Patch.set) }
            let closes = try await desk.report(.forecast, as: banker)
            #expect(closes.amount(["2027-02", "USD"], "contracted") == "100.00")
            _ = try await desk.change(first, of: dated, as: banker) { $0.expectedOn = .set(.tomorrow) }
            let report = try await desk.report(.forecast, as: banker)
            #expect(report.amount(["2026-11", "USD"], "contracted") == "100.00")
            #expect(report.rows.count == 1)
            let quarter = try await desk.report(.forecast, ReportQuery(groupBy: .quarter), as: banker)
            #expect(quarter.amount(["2026-Q4", "USD"], "contracted") == "100.00")
        }
    }

    @Test func slippageTellsWhereFeesWentSinceMonday() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let sure = try await desk.update(deal, as: banker) { $0.probability = .set(40) }
            let moved = try await desk.fee("100", on: sure, as: banker, expectedOn: .tomorrow)
            let waived = try await desk.fee("50", on: sure, as: banker, expectedOn: .tomorrow, status: .contracted)
            desk.clock.advance(days: 7)
            let january = try #require(BusinessDate(year: 2027, month: 1, day: 15))
            _ = try await desk.change(moved, of: sure, as: banker) { $0.expectedOn = .set(january) }
            _ = try await desk.change(waived, of: sure, as: banker) {
                ($0.status, $0.waiveReason) = (.set(.waived), .set("the client has no money"))
            }
            _ = try await desk.fee("10", on: sure, as: banker, expectedOn: january, status: .contracted)
            let report = try await desk.report(.forecast, as: banker)
            #expect(report.amount(["2026-11", "USD"], "movedOut") == "40.00")
            #expect(report.amount(["2026-11", "USD"], "fellAway") == "50.00")
            #expect(report.amount(["2026-11", "USD"], "waived") == "50.00")
            #expect(report.amount(["2027-01", "USD"], "movedIn") == "40.00")
            #expect(report.amount(["2027-01", "USD"], "added") == "10.00")
            let path = try #require(report.cell(["2026-11", "USD"], "movedOut")?.deals)
            #expect(try await desk.deals(behind: path, as: banker) == [deal.id: 1])

            let before = ReportQuery(from: .today.adding(days: -7), to: .today)
            let then = try await desk.report(.forecast, before, as: banker)
            #expect(then.amount(["2026-11", "USD"], "weighted") == "40.00")
            #expect(then.amount(["2026-11", "USD"], "contracted") == "50.00")
            #expect(then.rows.count == 1)
        }
    }

    private struct Cast {
        let bankers: [Person]
        let compliance, stranger: Person

        init(_ desk: Desk) {
            bankers = [desk.person(.banker), desk.person(.banker)]
            (compliance, stranger) = (desk.person(.compliance), desk.person(.banker))
        }

        var readers: [Person] { bankers + [compliance, stranger] }
    }

    /// One thing that happens, or is refused.
    private static func step(
        _ deal: Deal, _ desk: Desk, _ cast: Cast, _ random: inout SeededRandom
    ) async throws {
        let owner = cast.bankers[0]
        let current = try await desk.get(deal, as: owner)
        if current.deletedAt != nil {
            _ = try await desk.restore(current, as: owner)
            return
        }
        let day = [BusinessDate.today, .today.adding(days: 40), .today.adding(days: 200)].randomElement(using: &random)
        let fees = try await desk.call(DealMethods.fees, Nothing(), as: owner, on: [deal.id.text]).items
        let fee = fees.randomElement(using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2:
            let amount = String(Int.random(in: 1...9_000_000_000_000, using: &random))
            let code = ["USD", "EUR"].randomElement(using: &random) ?? "USD"
            _ = try await desk.fee(amount, code, on: current, as: owner, expectedOn: random.next() % 3 == 0 ? nil : day)
        case 3:
            let percent = Int.random(in: 0...100, using: &random)
            _ = try await desk.update(current, as: owner) { $0.probability = .set(percent) }
        case 4: _ = try await desk.update(current, as: owner) { $0.expectedCloseOn = day.map(Patch.set) }
        case 5:
            let level = Confidentiality.allCases.randomElement(using: &random) ?? .secret
            _ = try await desk.update(current, as: owner) { $0.confidentiality = .set(level) }
        case 6:
            let stage = ["on_hold", "active", "lost"].randomElement(using: &random) ?? "lost"
            _ = try await desk.move(current, to: stage, as: owner, reason: "markets")
        case 7: _ = try await desk.add(cast.bankers[1], to: current, by: owner, access: .read)
        case 8: try await desk.remove(cast.bankers[1], from: current, by: owner)
        case 9:
            let status = [FeeStatus.contracted, .waived, .invoiced].randomElement(using: &random) ?? .contracted
            guard let fee else { return }
            _ = try await desk.change(fee, of: current, as: owner) {
                $0.status = .set(status)
                $0.waiveReason = status == .waived ? .set("it was agreed so") : .clear
            }
        case 10:
            let category = ForecastCategory.allCases.randomElement(using: &random) ?? .commit
            _ = try await desk.update(current, as: owner) { $0.forecastCategory = .set(category) }
        default:
            if random.next() % 4 == 0 { _ = try await desk.delete(current, as: owner) }
        }
    }

    /// What the deals that somebody sees say one by one.
    private static func counted(
        _ places: [UUID: [UUID: ForecastPlace]], for person: Person, _ desk: Desk
    ) async throws -> [ForecastFigures.Key: ForecastFigures.Sum] {
        let caller = try desk.caller(person)
        let seen = try await desk.store.read { db in
            try DealRows.visible(Set(places.keys), to: caller, in: db).ids
        }
        var figures = ForecastFigures()
        for id in seen {
            let deal = ForecastDeal(
                id: id, lead: "", type: "", sector: "", stage: "", places: places[id] ?? [:])
            figures.count(deal, by: .month, 1)
        }
        return figures.withoutWaived
    }

    private static func forecast(
        _ person: Person, _ desk: Desk, on day: BusinessDate? = nil
    ) async throws -> Told {
        let caller = try desk.caller(person)
        let query = ReportQuery(from: day, to: day, groupBy: .month)
        let request = try ReportRequest(.forecast, query, ForecastReport.parameters, by: caller)
        return try await told(request, caller, desk)
    }

    /// What a forecast says, without the transaction that it was read in.
    private struct Told: Sendable {
        let figures: ForecastFigures
        let slippage: ForecastSlippage
        let names: ForecastRowNames
    }

    private static func told(_ request: ReportRequest, _ caller: Caller, _ desk: Desk) async throws -> Told {
        try await desk.store.read { db in
            let forecast = try Forecast(
                ReportInquiry(request: request, caller: caller, pipelines: PipelineStore(), db: db))
            return Told(figures: forecast.figures, slippage: forecast.slippage, names: forecast.names)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whateverHappensAForecastIsWhatTheFeesSay(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let cast = Cast(desk)
            var (deals, done) = ([Deal](), 0)
            var days: [BusinessDate: [UUID: [UUID: ForecastPlace]]] = [:]
            for number in 0..<120 {
                if number % 12 == 0 { desk.clock.advance(days: 1) } else { desk.clock.advance(seconds: 1) }
                if number < 8 {
                    deals.append(try await desk.deal("Deal \(number)", by: cast.bankers[0]))
                    continue
                }
                do {
                    let deal = try #require(deals.randomElement(using: &random))
                    try await Self.step(deal, desk, cast, &random)
                    done += 1
                } catch is RPCFault {
                    continue
                }
                days[desk.clock.now().day] = try await desk.places()
            }
            #expect(done > 60)
            for person in cast.readers {
                for (day, places) in days {
                    let told = try await Self.forecast(person, desk, on: day).figures.withoutWaived
                    let expected = try await Self.counted(places, for: person, desk)
                    #expect(told == expected, "\(person.role) \(day.text)")
                }
            }
            let own = try await Self.forecast(cast.stranger, desk).figures.sums
            #expect(own.isEmpty)
        }
    }

    /// What is expected at the end is what was expected at first, with all that happened in between.
    @Test func slippageExplainsTheWholeDifference() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 9)
            let cast = Cast(desk)
            var deals: [Deal] = []
            for number in 0..<6 { deals.append(try await desk.deal("Deal \(number)", by: cast.bankers[0])) }
            let first = desk.clock.now().day
            for number in 0..<100 {
                if number == 50 { desk.clock.advance(days: 3) } else { desk.clock.advance(seconds: 1) }
                do {
                    try await Self.step(try #require(deals.randomElement(using: &random)), desk, cast, &random)
                } catch is RPCFault {}
            }
            let caller = try desk.caller(cast.compliance)
            let query = ReportQuery(from: first.adding(days: 1), groupBy: .month)
            let request = try ReportRequest(.forecast, query, ForecastReport.parameters, by: caller)
            let end = try await Self.told(request, caller, desk)
            let begin = try await Self.forecast(cast.compliance, desk, on: first)
            func expected(_ forecast: Told) -> [ForecastRow: Int128] {
                var sums: [ForecastRow: Int128] = [:]
                for (key, sum) in forecast.figures.sums where key.status != .paid && key.status != .waived {
                    let row = ForecastRow(name: end.names.name(key.member, key.month), currency: key.currency)
                    sums[row, default: 0] += sum.weighted
                }
                return sums
            }
            var explained = expected(begin)
            for (key, weighted) in end.slippage.weighted {
                switch key.kind {
                case .movedIn, .added, .revalued: explained[key.row, default: 0] += weighted
                case .movedOut, .fellAway, .earned: explained[key.row, default: 0] -= weighted
                }
            }
            #expect(explained.filter { $0.value != 0 } == expected(end).filter { $0.value != 0 })
            #expect(!end.slippage.weighted.isEmpty)
        }
    }

    /// Management is told of no month in which fewer than three deals are, nor that there is one; and not of what slipped.
    @Test func managementSeesNoCellOfFewDeals() async throws {
        try await Desk.with { desk in
            let (banker, manager) = (desk.person(.banker), desk.person(.management))
            for number in 0..<4 {
                let deal = try await desk.deal("Deal \(number)", by: banker)
                _ = try await desk.fee("100", on: deal, as: banker, expectedOn: .tomorrow, status: .contracted)
                if number < 2 {
                    _ = try await desk.fee(
                        "7", "EUR", on: deal, as: banker, expectedOn: .tomorrow, status: .contracted)
                    // Two fees of one deal make one deal.
                    _ = try await desk.fee(
                        "8", "EUR", on: deal, as: banker, expectedOn: .tomorrow, status: .contracted)
                }
            }
            desk.clock.advance(days: 14)
            let report = try await desk.report(.forecast, as: manager)
            #expect(report.rows.count == 1)
            #expect(report.amount(["2026-11", "USD"], "contracted") == "400.00")
            #expect(report.cell(["2026-11", "USD"], "planned")?.withheld == true)
            #expect(report.columns.allSatisfy { $0.key != "movedOut" })
            #expect(report.rows.allSatisfy { $0.cells.allSatisfy { $0.deals == nil } })
            try await fault("query_invalid") {
                try await desk.report(.forecast, ReportQuery(groupBy: .lead), as: manager)
            }
        }
    }
}
