import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// A file of rates as it is read: what is in it, or where it is wrong.
struct RateFileTests {
    private static func read(_ text: String, source: String? = nil) throws -> [String] {
        try RateFile(Array(text.utf8), source: source, today: .today).rates.map {
            "\($0.base)/\($0.quote) \($0.asOf.text) \($0.rate.text) \($0.source ?? "-")"
        }
    }

    private static func details(_ text: String) throws -> [String] {
        try #require(throws: RPCFault.self) { try read(text) }.details
    }

    @Test func aRateStandsInEachRow() throws {
        let text = "base,quote,asOf,rate,source\r\nEUR,USD,2026-10-30,1.0842,ECB\r\nUSD,JPY,2026-10-30,155,\r\n"
        #expect(
            try Self.read(text, source: "Desk") == [
                "EUR/USD 2026-10-30 1.0842 ECB", "USD/JPY 2026-10-30 155 Desk",
            ])
        let other = "\u{FEFF}Rate, asof ,QUOTE,base\n\"1.5\",2026-11-02,USD,GBP"
        #expect(try Self.read(other) == ["GBP/USD 2026-11-02 1.5 -"])
    }

    @Test func aDayStandsInEachRowOfTheECB() throws {
        let text = """
            Date,USD,JPY,CYP,
            2026-10-30,1.0842,168.05,N/A,
            2026-10-29,1.08,,0.58,
            """
        let file = try RateFile(Array(text.utf8), source: nil, today: .today)
        #expect(file.columnsLeftOut == ["CYP"])
        #expect(
            try Self.read(text) == [
                "EUR/USD 2026-10-30 1.0842 ECB", "EUR/JPY 2026-10-30 168.05 ECB", "EUR/USD 2026-10-29 1.08 ECB",
            ])
        let daily = "Date, USD, JPY, \n30 October 2026, 1.0842, 168.05, \n"
        #expect(try Self.read(daily, source: "Euro desk").first == "EUR/USD 2026-10-30 1.0842 Euro desk")
    }

    @Test(arguments: [
        ("base;quote;asOf;rate\nEUR;USD;2026-10-30;1,08", ["lines[1] semicolons"]),
        ("Date;USD\n2026-10-30;1,08", ["lines[1] semicolons"]), ("base\tquote\n", ["lines[1] tabs"]),
        ("base,quote,asOf,rate\nEUR,USD,2026-10-30,\"1,08\"\n", ["lines[2].rate decimal_comma"]),
        ("base,quote,asOf,rate\nEUR,USD,2026-10-30,1,08\n", ["lines[2] wrong_width"]),
        ("base,quote,asOf\n", ["lines[1] column_missing"]), ("base,quote,asOf,rate,x\n", ["lines[1] column_unknown"]),
        ("base,base,asOf,rate\n", ["lines[1] column_unknown"]),
        ("base,quote,asOf,rate\n", [" no_rates"]), ("", [" no_rates"]), ("Date,USD\n2026-10-30,N/A\n", [" no_rates"]),
        (
            "base,quote,asOf,rate\n\nXXX,USD,2026-11-03,0\nEUR,EUR,2026-10-30,1\nEUR,USD,30.10.2026,1e3\n",
            [
                "lines[3].base invalid", "lines[3].asOf in_future", "lines[3].rate invalid", "lines[4].quote invalid",
                "lines[5].asOf invalid", "lines[5].rate invalid",
            ]
        ),
        (
            "base,quote,asOf,rate\nEUR,USD,2026-10-30,1\nEUR,USD,2026-10-30,1\n", ["lines[3] repeated"]
        ),
        ("Date,USD,JPY\n2026-10-30,1.1,-5\n2026-10-30,1.1,5\n", ["lines[2].JPY invalid", "lines[3].USD repeated"]),
        ("Date,USD\n2026-13-30,1.1\n", ["lines[2].Date invalid"]),
    ])
    func whatIsWrongIsNamedByLineAndColumn(text: String, expected: [String]) throws {
        #expect(try Self.details(text) == expected)
    }

    @Test func noMoreIsNamedAndReadThanIsMeant() throws {
        let head = "base,quote,asOf,rate\n"
        #expect(
            try Self.details(head + String(repeating: "EUR,USD,2026-10-30,x\n", count: 80)).count == RateFile.faultsMax)
        let first = BusinessDate.today.daysSince1970 - RateImport.ratesMax
        func rows(_ count: Int) -> String {
            (0..<count).map { "EUR,USD,\(BusinessDate(daysSince1970: first + $0).text),1.1\n" }.joined()
        }
        #expect(try Self.read(head + rows(RateImport.ratesMax)).count == RateImport.ratesMax)
        #expect(try Self.details(head + rows(RateImport.ratesMax + 1)) == [" too_many"])
    }
}
