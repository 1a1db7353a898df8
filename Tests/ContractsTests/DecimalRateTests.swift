import Contracts
import Foundation
import Testing

@Test(arguments: [
    ("1", 1, 0, "1"), ("1.0842", 10_842, 4, "1.0842"), ("0.0066", 66, 4, "0.0066"), ("161.500", 1615, 1, "161.5"),
    ("000123.000", 123, 0, "123"), ("999999999999", 999_999_999_999, 0, "999999999999"),
    ("0.000000000001", 1, 12, "0.000000000001"), ("100", 100, 0, "100"),
])
func rateIsReadExactly(text: String, digits: Int64, scale: Int, written: String) throws {
    let rate = try #require(DecimalRate(text))
    #expect(rate.digits == digits)
    #expect(rate.scale == scale)
    #expect(rate.text == written)
    #expect(DecimalRate(written) == rate)
}

@Test(arguments: [
    "", "0", "0.000", "-1", "+1", "1e3", "1,5", ".5", "5.", "1.2.3", " 1", "1234567890123", "0.0000000000001",
    "123456.1234567", "१", "NaN",
])
func whatIsNoRateIsRefused(text: String) { #expect(DecimalRate(text) == nil) }
