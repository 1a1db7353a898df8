import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What reports take, their files, and what they convert.
struct ReportRequestTests {
    @Test func everyFaultIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let query = ReportQuery(
                from: .tomorrow, to: .today, asOf: .today, currency: "XXX", groupBy: .lead)
            let refused = try await fault("query_invalid") { try await desk.report(.funnel, query, as: banker) }
            #expect(
                refused.details == [
                    "from after_to", "asOf not_allowed", "currency invalid", "groupBy invalid", "type missing",
                ])
            for day in [ReportQuery(asOf: .tomorrow), ReportQuery(from: .today)] {
                try await fault("query_invalid") { try await desk.report(.pipeline, day, as: banker) }
            }
            let long = ReportQuery(from: BusinessDate.today.adding(days: -3660), to: .today)
            let tooLong = try await fault("query_invalid") { try await desk.report(.movement, long, as: banker) }
            #expect(tooLong.details == ["from out_of_range"])
        }
    }

    @Test func aReportThatIsNotMadeIsNotThere() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            try await fault("not_found") {
                try await desk.call(DealMethods.report, ReportQuery(), as: banker, on: ["nothing"])
            }
            for cell in ["", "nothing", "sell_side_ma", "sell_side_ma.nothing"] {
                let refused = try await fault("query_invalid") {
                    try await desk.call(
                        DealMethods.reportDeals, ReportDealQuery(cell: cell), as: banker, on: ["pipeline"])
                }
                #expect(refused.details == ["cell unknown"])
            }
            try await fault("cursor_invalid") {
                try await desk.call(
                    DealMethods.reportDeals, ReportDealQuery(cell: "total", cursor: "x"), as: banker, on: ["pipeline"])
            }
        }
    }

    @Test func daysBeginWhereTheyUsuallyDo() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            desk.clock.advance(days: 3)
            // 2026-11-05, a Thursday.
            let movement = try await desk.report(.movement, as: banker)
            #expect(movement.from == .today && movement.to == BusinessDate.today.adding(days: 3))
            let ends = try await desk.report(.winLoss, as: banker)
            #expect(ends.from?.text == "2025-11-06" && ends.to?.text == "2026-11-05")
            #expect(BusinessDate(text: "2024-03-31")?.months(before: 1).text == "2024-02-29")
            #expect(BusinessDate(text: "1969-12-28")?.monday.text == "1969-12-22")
        }
    }

    @Test func amountsOfDifferentCurrenciesAreConvertedOrNamed() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let rate = try #require(DecimalRate("0.5"))
            let rates = NewRates(rates: [NewRate(base: "USD", quote: "EUR", asOf: .yesterday, rate: rate, source: nil)])
            _ = try await desk.call(DealMethods.setRates, rates, as: admin)
            for (number, code) in ["USD", "EUR", "JPY"].enumerated() {
                let deal = try await desk.deal("Code \(number)", by: banker)
                _ = try await desk.update(deal, as: banker) {
                    $0.value = Currency(code: code).map { .set(Money(minorUnits: 1000, currency: $0)) }
                }
            }
            let report = try await desk.report(.pipeline, ReportQuery(currency: "EUR"), as: banker)
            #expect(
                report.columns.map(\.key).filter { $0.hasPrefix("value") } == [
                    "value.EUR", "value.JPY", "value.USD", "value.converted",
                ])
            #expect(report.rows[0].cells[4...7].map(\.money?.amount) == ["10.00", "1000", "10.00", "15.00"])
            #expect(report.unconverted == [CurrencyTotal(currency: "JPY", amount: "1000")])
        }
    }

    private static func file(_ name: ReportName, _ desk: Desk, as person: Person) async throws -> (String, String) {
        let handlers = ReportHandlers(
            reports: ReportStore(store: desk.store, pipelines: PipelineStore()), now: desk.clock.now)
        let context = RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits),
            resource: [name.rawValue])
        var (head, bytes) = ("", Data())
        try await handlers.file(ReportFileQuery(), context) { part in
            switch part {
            case .head(let name): head = name
            case .bytes(let data): bytes += data
            }
        }
        return (head, String(decoding: bytes, as: UTF8.self))
    }

    @Test func theFileIsTheReportAndIsWrittenDown() async throws {
        try await Desk.with { desk in
            let (banker, manager) = (desk.person(.banker), desk.person(.management))
            for number in 0..<4 {
                let deal = try await desk.deal("Code \(number)", by: banker, type: .strategicAdvisory)
                _ = try await desk.update(deal, as: banker) {
                    $0.value = Currency(code: "USD").map { .set(Money(minorUnits: 1050, currency: $0)) }
                }
            }
            let events = try await desk.events().count
            let (name, text) = try await Self.file(.pipeline, desk, as: banker)
            #expect(name == "pipeline-2026-11-02.csv")
            let rows = try Desk.rows(text)
            #expect(rows.first == ["type", "stage", "name", "deals", "value.USD", "weighted.USD"])
            #expect(rows.last?.prefix(5) == ["Total", "", "", "4", "42.00"])
            let event = try #require(try await desk.events().last)
            #expect(try await desk.events().count == events + 1 && event.type == EventType.exportPerformed)
            #expect(try await Self.file(.pipeline, desk, as: manager).1.contains(",*"))
        }
    }
}
