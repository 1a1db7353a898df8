import Foundation
import Testing

@testable import Contracts

@Test(arguments: [
    ("1970-01-01T00:00:00.000Z", 0), ("2026-11-21T09:30:00.125Z", 1_795_253_400_125), ("1969-12-31T23:59:59.999Z", -1),
    ("2000-02-29T12:00:00.000Z", 951_825_600_000), ("1901-02-03T04:05:06.007Z", -2_174_586_893_993),
])
func instantsReadAndWriteRFC3339(_ text: String, _ milliseconds: Int64) {
    #expect(Instant(text: text)?.milliseconds == milliseconds)
    #expect(Instant(milliseconds: milliseconds).text == text)
}

@Test func instantsBeyondFourDigitsAreWrittenAllTheSame() {
    #expect(Instant(milliseconds: 253_402_300_800_000).text == "10000-01-01T00:00:00.000Z")
}

@Test(arguments: ["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.1Z", "2026-11-21T09:30:00.123456789Z"])
func instantsTakeAnyFraction(_ text: String) { #expect(Instant(text: text) != nil) }

@Test(arguments: [
    "2026-11-21", "2026-11-21T09:30:00", "2026-11-21T09:30:00+01:00", "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z",
    "2026-02-29T00:00:00Z", "2026-11-21 09:30:00Z", "2026-11-21T09:30:00.Z", "2026-11-21T9:30:00Z", "",
])
func otherTimesAreRefused(_ text: String) { #expect(Instant(text: text) == nil) }

@Test func everyDayOfThreeCenturiesRoundTrips() {
    // 1900-01-01 to 2197-03-31
    let wrong = (-25_567...83_000).first { day in
        let date = BusinessDate(daysSince1970: day)
        return date.daysSince1970 != day || BusinessDate(text: date.text) != date
    }
    #expect(wrong == nil)
}

@Test(arguments: [
    "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "26-04-01", "2026-4-1", "2026/04/01", "1899-12-31", "",
])
func daysThatDoNotExistAreRefused(_ text: String) { #expect(BusinessDate(text: text) == nil) }

@Test func uuidsOfVersionSevenSortByTime() {
    let ids = (0..<100).map { UUIDv7.make(at: Instant(milliseconds: 1_795_253_400_000 + Int64($0))).text }
    #expect(ids == ids.sorted())
    #expect(ids.allSatisfy { $0.dropFirst(14).first == "7" && "89ab".contains($0.dropFirst(19).first ?? " ") })
}
