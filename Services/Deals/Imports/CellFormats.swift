import Contracts
import Foundation

extension ImportDateFormat {
    /// Days and months may have one digit where the format has signs between that are not hyphens.
    func day(_ text: String) -> BusinessDate? {
        let parts: [Substring]
        switch self {
        case .yearMonthDay: return BusinessDate(text: text)
        case .dayMonthYear: parts = text.split(separator: ".", omittingEmptySubsequences: false)
        case .dayMonthYearSlashes, .monthDayYearSlashes:
            parts = text.split(separator: "/", omittingEmptySubsequences: false)
        }
        guard parts.count == 3, parts[2].utf8.count == 4, let year = Self.number(parts[2]),
            let first = Self.number(parts[0]), let second = Self.number(parts[1])
        else { return nil }
        let (day, month) = self == .monthDayYearSlashes ? (second, first) : (first, second)
        return BusinessDate(year: year, month: month, day: day)
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit) else { return nil }
        return Int(digits)
    }
}

extension ImportNumberFormat {
    private var signs: (point: Character, group: Character) {
        switch self {
        case .decimalPoint: (".", ",")
        case .decimalComma: (",", ".")
        }
    }

    /// The number as JSON has it, `-1250.50`; nil for what is none, also when its groups are not of three digits.
    func plain(_ text: String) -> String? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(
            separator: signs.point, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first else { return nil }
        let groups = whole.split(separator: signs.group, omittingEmptySubsequences: false)
        let digits = groups.joined()
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit),
            groups.count == 1 || (1...3).contains(groups[0].count) && groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        let sign = isNegative ? "-" : ""
        guard parts.count == 2 else { return sign + digits }
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(isDigit) else { return nil }
        return "\(sign)\(digits).\(parts[1])"
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
