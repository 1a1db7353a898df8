/// An exact positive decimal, such as the price of one currency in another: at most 12 significant digits, at most 12 of
/// them behind the point. Travels as a string, `"1.0842"`, for no reader of JSON keeps such a number exactly.
package struct DecimalRate: Hashable, Sendable {
    package static let digitsMax = 12

    /// The number without its point, and how many digits stand behind it; without zeros at the end.
    package let digits: Int64
    package let scale: Int

    /// Nil for what is not a plain decimal, not above zero or too long.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.count <= Self.digitsMax }) else { return nil }
        let all = parts.joined()
        guard all.count <= 2 * Self.digitsMax, all.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var significant = Array(all.drop { $0 == 0x30 })
        var scale = parts.count == 2 ? parts[1].count : 0
        while scale > 0, significant.last == 0x30 {
            significant.removeLast()
            scale -= 1
        }
        guard !significant.isEmpty, significant.count <= Self.digitsMax,
            let digits = Int64(String(decoding: significant, as: UTF8.self))
        else { return nil }
        self.digits = digits
        self.scale = scale
    }

    /// As it was stored; nil for what `text` could not be read back from.
    package init?(digits: Int64, scale: Int) {
        guard digits > 0, (0...Self.digitsMax).contains(scale) else { return nil }
        self.digits = digits
        self.scale = scale
    }

    package var text: String {
        let all = String(digits)
        guard scale > 0 else { return all }
        let padded = String(repeating: "0", count: max(0, scale + 1 - all.count)) + all
        return "\(padded.dropLast(scale)).\(padded.suffix(scale))"
    }
}

extension DecimalRate: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let rate = DecimalRate(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "must be a positive decimal string of at most \(Self.digitsMax) digits, such as 1.0842")
        }
        self = rate
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
