import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Rates as administrators set them and everybody reads them.
struct RateTests {
    private static func new(_ base: String, _ quote: String, _ day: BusinessDate, _ rate: String) throws -> NewRate {
        NewRate(base: base, quote: quote, asOf: day, rate: try #require(DecimalRate(rate)), source: "ECB")
    }

    @Test func theNewestRateOfADayHolds() async throws {
        try await Desk.with { desk in
            let (admin, banker, today) = (desk.person(.admin), desk.person(.banker), desk.clock.now().day)
            let rates = [
                try Self.new("EUR", "USD", today.adding(days: -10), "1.05"),
                try Self.new("EUR", "USD", today.adding(days: -2), "1.08"),
                try Self.new("USD", "JPY", today.adding(days: -5), "155"),
            ]
            _ = try await desk.call(DealMethods.setRates, NewRates(rates: rates), as: admin)
            for (days, expected) in [(0, ["1.08", "155"]), (-3, ["1.05", "155"]), (-7, ["1.05"]), (-11, [])] {
                let query = RateQuery(asOf: today.adding(days: days))
                let list = try await desk.call(DealMethods.rates, query, as: banker)
                #expect(list.items.map(\.rate.text) == expected, "\(days)")
            }
            let first = try await desk.call(
                DealMethods.rateSeries, RateSeriesQuery(base: "EUR", quote: "USD", limit: 1), as: banker)
            #expect(first.items.map(\.rate.text) == ["1.08"])
            let second = try await desk.call(
                DealMethods.rateSeries,
                RateSeriesQuery(base: "EUR", quote: "USD", limit: 1, cursor: first.nextCursor), as: banker)
            #expect(second.items.map(\.rate.text) == ["1.05"])
            #expect(second.nextCursor == nil)
        }
    }

    @Test func aReplacedRateIsInTheEvent() async throws {
        try await Desk.with { desk in
            let (admin, today) = (desk.person(.admin), desk.clock.now().day)
            for rate in ["1.05", "1.06", "1.06"] {
                _ = try await desk.call(
                    DealMethods.setRates, NewRates(rates: [Self.new("EUR", "USD", today, rate)]), as: admin)
            }
            let events = try await desk.events().filter { $0.type == EventType.ratesChanged }
            let field = "EUR/USD \(today.text)"
            #expect(
                events.map(\.changes) == [
                    [FieldChange(field, before: nil, after: "1.05")],
                    [FieldChange(field, before: "1.05", after: "1.06")],
                ])
            #expect(events.first?.topic == "deals")
        }
    }

    @Test func everythingWrongIsNamedAtOnceAndNothingIsSet() async throws {
        try await Desk.with { desk in
            let (admin, today) = (desk.person(.admin), desk.clock.now().day)
            let rates = [
                try Self.new("EUR", "USD", today, "1.05"), try Self.new("XXX", "USD", today, "1"),
                try Self.new("EUR", "EUR", today.adding(days: 1), "1"), try Self.new("EUR", "USD", today, "1.06"),
            ]
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.setRates, NewRates(rates: rates), as: admin)
            }
            #expect(
                refused.errors.map(\.field) == ["rates[1].base", "rates[2].quote", "rates[2].asOf", "rates[3]"])
            try await fault("validation_failed") {
                try await desk.call(DealMethods.setRates, NewRates(rates: []), as: admin)
            }
            try await fault("query_invalid") {
                try await desk.call(DealMethods.rateSeries, RateSeriesQuery(base: "EUR", quote: nil), as: admin)
            }
            #expect(try await desk.call(DealMethods.rates, RateQuery(), as: admin).items.isEmpty)
        }
    }

    @Test(arguments: Role.allCases) func everybodyReadsAndAdministratorsSet(role: Role) async throws {
        try await Desk.with { desk in
            let person = desk.person(role)
            #expect(try await desk.call(DealMethods.rates, RateQuery(), as: person).items.isEmpty)
            let new = NewRates(rates: [try Self.new("EUR", "USD", desk.clock.now().day, "1.05")])
            if role == .admin {
                _ = try await desk.call(DealMethods.setRates, new, as: person)
            } else {
                try await fault("forbidden") { try await desk.call(DealMethods.setRates, new, as: person) }
            }
        }
    }
}
