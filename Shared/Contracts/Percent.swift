/// An exact part of a whole in per cent, 0 to 100 with at most six decimals. Travels as a string, `"1.25"`, for no reader of
/// JSON keeps such a number exactly.
package struct Percent: Hashable, Comparable, Sendable {
    /// Behind the point.
    package static let decimalsMax = 6
    /// How many units the whole has.
    package static let wholeUnits: Int64 = 100_000_000
    package static let whole = Percent(wholeUnits)
    package static let zero = Percent(0)

    /// Millionths of a per cent, `0 ... wholeUnits`.
    package let units: Int64

    private init(_ units: Int64) { self.units = units }

    /// As it was stored.
    package init?(units: Int64) {
        guard (0...Self.wholeUnits).contains(units) else { return nil }
        self.units = units
    }

    /// Nil for what is not a plain decimal, above 100 or too long.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first, (1...3).contains(whole.count), whole.isDigits
        else { return nil }
        let decimals = parts.count == 2 ? Array(parts[1]) : []
        guard parts.count == 1 || decimals.isDigits, decimals.count <= Self.decimalsMax else { return nil }
        let padding = [UInt8](repeating: UInt8(ascii: "0"), count: Self.decimalsMax - decimals.count)
        guard let units = Int64(String(decoding: whole + decimals + padding, as: UTF8.self)) else { return nil }
        self.init(units: units)
    }

    /// Without zeros at the end.
    package var text: String {
        let (whole, rest) = units.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest > 0 else { return String(whole) }
        let decimals = String(String(rest + 1_000_000).dropFirst())
        return "\(whole).\(decimals[...(decimals.lastIndex { $0 != "0" } ?? decimals.startIndex)])"
    }

    package static func < (a: Percent, b: Percent) -> Bool { a.units < b.units }
}

extension Percent: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Percent(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "must be a decimal string from 0 to 100 of at most \(Self.decimalsMax) decimals, such as 1.25")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
