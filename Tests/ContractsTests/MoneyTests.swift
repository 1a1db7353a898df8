import Foundation
import RPC
import Testing

@testable import Contracts

@Test(arguments: [
    ("1250000000.00", "USD", 125_000_000_000), ("1250000000", "USD", 125_000_000_000), ("0.5", "EUR", 50),
    ("-12.05", "EUR", -1205),
    ("1000", "JPY", 1000), ("1.234", "KWD", 1234), ("92233720368547758.07", "USD", Int64.max), ("007", "JPY", 7),
])
func amountsAreExactMinorUnits(_ text: String, _ code: String, _ units: Int64) throws {
    let currency = try #require(Currency(code: code))
    #expect(Money(amount: text, currency: currency)?.minorUnits == units)
}

@Test(arguments: [
    ("1.005", "USD"), ("1.5", "JPY"), ("1e3", "USD"), ("", "USD"), (".5", "USD"), ("5.", "USD"), ("+5", "USD"),
    ("1,000", "USD"),
    ("--5", "USD"), (" 5", "USD"), ("0x5", "USD"), ("92233720368547758.08", "USD"), ("٣", "USD"), ("NaN", "USD"),
])
func amountsThatAreNotPlainDecimalsAreRefused(_ text: String, _ code: String) throws {
    let currency = try #require(Currency(code: code))
    #expect(Money(amount: text, currency: currency) == nil)
}

@Test(arguments: ["USD", "JPY", "KWD"])
func moneyRoundTripsThroughJSON(_ code: String) throws {
    let currency = try #require(Currency(code: code))
    for units: Int64 in [0, 1, -1, 9, 10, 99, 100, 12_345, .max, -.max] {
        let money = Money(minorUnits: units, currency: currency)
        #expect(try StrictJSON.decode(Money.self, from: StrictJSON.encode(money)) == money)
    }
}

@Test func moneyFaultsNameTheField() {
    let fault = #expect(throws: RPCFault.self) {
        try StrictJSON.decode(
            NewDeal.self,
            from: Data(
                #"{"codeName":"A","type":"levfin","clientName":"B","value":{"amount":"1.234","currency":"USD"}}"#.utf8))
    }
    #expect(
        fault?.errors == [
            FieldFault("value.amount", "invalid", "must be a decimal string with at most 2 decimals for USD")
        ])
}

@Test func numbersAreNotMoney() {
    let fault = #expect(throws: RPCFault.self) {
        try StrictJSON.decode(Money.self, from: Data(#"{"amount":12.5,"currency":"USD"}"#.utf8))
    }
    #expect(fault?.errors.first?.field == "amount")
}
