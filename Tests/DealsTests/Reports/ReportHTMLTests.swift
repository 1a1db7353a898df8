import Contracts
import Foundation
import Testing

@testable import deals

struct ReportHTMLTests {
    private static func report(_ columns: [ReportColumn], _ rows: [[ReportCell]]) -> Report {
        Report(
            report: .pipeline, asOf: .today, columns: columns, rows: rows.map(ReportRow.init),
            generatedAt: Instant(milliseconds: 0))
    }

    private static func section(_ report: Report, rowsMax: Int = 10) -> String {
        var html = ReportHTML()
        html.section("Pipeline", report, rowsMax: rowsMax)
        return html.text
    }

    private static let columns = [
        ReportColumn("stage", "Stage", .text), ReportColumn("name", "Name", .text),
        ReportColumn("deals", "Deals", .count), ReportColumn("value.EUR", "Value EUR", .money),
        ReportColumn("fees", "Fees", .money),
    ]

    private static func money(_ amount: String, _ currency: String) -> ReportCell {
        ReportCell(money: CurrencyTotal(currency: currency, amount: amount))
    }

    @Test func whatTellsNothingIsLeftOut() {
        let text = Self.section(
            Self.report(
                Self.columns,
                [
                    [.text("pitch"), .text("Pitch"), .count(0), .nothing, .nothing],
                    [.text("signed"), .text("Signed"), .count(2), Self.money("1250.00", "EUR"), .nothing],
                ]))
        #expect(!text.contains("Pitch<") && !text.contains("signed<") && !text.contains("Stage"))
        #expect(!text.contains("Fees"))
        #expect(text.contains("<td>Signed</td><td class=\"number\">2</td>"))
        // The head has the currency.
        #expect(text.contains("<td class=\"number\">1\u{202F}250.00</td>"))
    }

    @Test func amountsOfAMixedColumnHaveTheirCurrency() {
        let text = Self.section(
            Self.report(Self.columns, [[.text("a"), .text("A"), .count(1), .nothing, Self.money("7.00", "USD")]]))
        #expect(text.contains("7.00 USD"))
    }

    @Test func whatIsTooMuchIsCounted() {
        let rows = (1...5).map { [ReportCell.text("s"), .text("S\($0)"), .count($0), .nothing, .nothing] }
        let text = Self.section(Self.report(Self.columns, rows), rowsMax: 3)
        #expect(text.contains("S3") && !text.contains("S4") && text.contains("… and 2 more"))
        #expect(Self.section(Self.report(Self.columns, [])).contains("Nothing to tell."))
    }
}
