import Foundation

/// A calendar day without time or time zone (`2026-11-21`): when an engagement letter was signed, when a deal closed.
package struct BusinessDate: Hashable, Comparable, Sendable {
    package let year, month, day: Int

    /// Years 1900 to 2199; nil for days that do not exist.
    package init?(year: Int, month: Int, day: Int) {
        guard (1900...2199).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        guard BusinessDate(daysSince1970: daysSince1970) == self else { return nil }
    }

    /// Howard Hinnant's civil-from-days for the proleptic Gregorian calendar.
    package init(daysSince1970: Int) {
        let shifted = Int64(daysSince1970) + 719_468
        let (era, dayOfEra) = shifted.flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    package var daysSince1970: Int {
        let marchYear = Int64(month <= 2 ? year - 1 : year)
        let (era, yearOfEra) = marchYear.flooredDivision(by: 400)
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int(era * 146_097 + dayOfEra - 719_468)
    }

    package static func < (a: BusinessDate, b: BusinessDate) -> Bool { a.daysSince1970 < b.daysSince1970 }

    package func adding(days: Int) -> BusinessDate { BusinessDate(daysSince1970: daysSince1970 + days) }
}

extension BusinessDate {
    package var text: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }

    package init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Int(digits: bytes[0..<4]), let month = Int(digits: bytes[5..<7]),
            let day = Int(digits: bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }
}

extension Instant {
    /// The day in UTC on which this moment falls.
    package var day: BusinessDate {
        BusinessDate(daysSince1970: Int(milliseconds.flooredDivision(by: 86_400_000).quotient))
    }
}

extension BusinessDate: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = BusinessDate(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "must be a date such as 2026-11-21")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Int {
    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }

    /// Reads ASCII digits and nothing else: no sign, no space.
    init?(digits: some Collection<UInt8>) {
        guard digits.isDigits, digits.count <= 18 else { return nil }
        self = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension Collection<UInt8> {
    /// At least one ASCII digit and nothing else.
    var isDigits: Bool { !isEmpty && allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
}
