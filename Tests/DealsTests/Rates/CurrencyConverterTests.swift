import Contracts
import Foundation
import Testing

@testable import deals

/// What an amount is in another currency: exact, rounded once, and honest about what cannot be known.
struct CurrencyConverterTests {
    private static func money(_ amount: String, _ code: String) throws -> Money {
        let currency = try #require(Currency(code: code))
        return try #require(Money(amount: amount, currency: currency))
    }

    private static func converter(to code: String, _ rates: [(String, String, String)]) throws -> CurrencyConverter {
        CurrencyConverter(
            to: try #require(Currency(code: code)),
            try rates.map { base, quote, rate in
                ExchangeRate(
                    base: base, quote: quote, asOf: BusinessDate(daysSince1970: 20_000),
                    rate: try #require(DecimalRate(rate)), source: nil, setBy: UUID(), setAt: Instant(milliseconds: 0))
            })
    }

    @Test(arguments: [
        ("100.00", "EUR", "108.42"), ("0.01", "EUR", "0.01"), ("-100.00", "EUR", "-108.42"), ("5.00", "USD", "5.00"),
        // 1 000 yen at 161.5 yen for a dollar.
        ("1000", "JPY", "6.19"), ("1.000", "KWD", "3.25"),
    ])
    func pairInverseAndCurrenciesOfOtherDigits(amount: String, from: String, dollars: String) throws {
        let rates = [("EUR", "USD", "1.0842"), ("USD", "JPY", "161.5"), ("KWD", "USD", "3.25")]
        let converter = try Self.converter(to: "USD", rates)
        #expect(try converter.convert(Self.money(amount, from)) == Self.money(dollars, "USD"))
    }

    @Test func aThirdCurrencyLeadsAcross() throws {
        let converter = try Self.converter(to: "GBP", [("EUR", "USD", "1.2"), ("GBP", "USD", "1.5")])
        #expect(try converter.convert(Self.money("10.00", "EUR")) == Self.money("8.00", "GBP"))
    }

    /// Rounding twice, at the dollar and at the end, would give another amount.
    @Test func aWayAcrossIsRoundedOnce() throws {
        let converter = try Self.converter(to: "KWD", [("JPY", "USD", "0.0061"), ("USD", "KWD", "0.307")])
        #expect(try converter.convert(Self.money("1", "JPY")) == Self.money("0.002", "KWD"))
        #expect(try converter.convert(Self.money("3", "JPY")) == Self.money("0.006", "KWD"))
    }

    @Test(arguments: [("0.05", "0.02"), ("0.15", "0.08"), ("0.03", "0.02"), ("0.01", "0.00"), ("-0.05", "-0.02")])
    func halvesGoToTheEvenNeighbour(amount: String, half: String) throws {
        let converter = try Self.converter(to: "USD", [("EUR", "USD", "0.5")])
        #expect(try converter.convert(Self.money(amount, "EUR")) == Self.money(half, "USD"))
    }

    @Test func whatHasNoRateIsToldApart() throws {
        let converter = try Self.converter(to: "EUR", [("EUR", "USD", "1.25")])
        let sum = try converter.convert([
            Self.money("7.00", "CHF"), Self.money("5.00", "USD"), Self.money("1.50", "EUR"),
        ])
        #expect(try sum == ConvertedSum(total: Self.money("5.50", "EUR"), unconverted: [Self.money("7.00", "CHF")]))
    }

    @Test func whatDoesNotFitIsToldApartToo() throws {
        let converter = try Self.converter(to: "JPY", [("USD", "JPY", "999999999999")])
        let much = try Self.money("92233720368547758.07", "USD")
        #expect(converter.convert(much) == nil)
        #expect(converter.convert([much]).unconverted == [much])
        let most = Money(minorUnits: .max, currency: converter.target)
        let one = Money(minorUnits: 1, currency: converter.target)
        #expect(converter.convert([most, one]).unconverted == [one])
    }

    /// Against the definition, in big numbers by hand: |2·result·d − 2·amount·n| ≤ d.
    @Test func resultIsTheNearestForRandomRates() throws {
        var random = SeededRandom(state: 11)
        for _ in 0..<2000 {
            let digits = Int64.random(in: 1...999_999, using: &random)
            let scale = Int.random(in: 0...6, using: &random)
            let rate = try #require(DecimalRate(digits: digits, scale: scale))
            let units = Int64.random(in: -1_000_000_000...1_000_000_000, using: &random)
            let converter = try Self.converter(to: "USD", [("EUR", "USD", rate.text)])
            let euro = Money(minorUnits: units, currency: try #require(Currency(code: "EUR")))
            let result = try #require(converter.convert(euro))
            let denominator = (0..<scale).reduce(Int128(1)) { power, _ in power * 10 }
            let error = 2 * (Int128(result.minorUnits) * denominator - Int128(units) * Int128(digits))
            #expect(error.magnitude <= denominator.magnitude, "\(units) at \(rate.text)")
        }
    }
}
