import RPC

/// The codes by which the world names a company, checked as far as their digits tell.
enum OrganizationCodes {
    /// ISO 17442: 18 characters and two digits that make the whole, as a number with A as 10 and Z as 35, 1 modulo 97
    /// (ISO 7064 mod 97-10).
    static func isLEI(_ text: String) -> Bool {
        let digits = text.utf8.map(digit)
        guard digits.count == 20, digits.suffix(2).allSatisfy({ $0.map { $0 < 10 } ?? false }) else { return false }
        var rest = 0
        for digit in digits {
            guard let digit else { return false }
            rest = (rest * (digit < 10 ? 10 : 100) + digit) % 97
        }
        return rest == 1
    }

    /// ISO 6166: two letters, nine characters and a digit by which Luhn's sum over the digits of all, with A as 10 and Z as
    /// 35, is a multiple of ten.
    static func isISIN(_ text: String) -> Bool {
        let values = text.utf8.map(digit)
        guard values.count == 12, values.prefix(2).allSatisfy({ $0.map { $0 >= 10 } ?? false }),
            values.last.flatMap({ $0 }).map({ $0 < 10 }) ?? false
        else { return false }
        var digits: [Int] = []
        for value in values {
            guard let value else { return false }
            digits += value < 10 ? [value] : [value / 10, value % 10]
        }
        let sum = digits.reversed().enumerated().reduce(0) { sum, next in
            let doubled = next.offset % 2 == 1 ? next.element * 2 : next.element
            return sum + doubled / 10 + doubled % 10
        }
        return sum % 10 == 0
    }

    /// As exchanges write them: `NWL`, `BRK.B`, `VOD LN`.
    static func isTicker(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...20).contains(bytes.count), bytes.first.flatMap(digit) != nil else { return false }
        return bytes.allSatisfy { digit($0) != nil || ".:/ -".utf8.contains($0) }
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

extension FieldFault {
    static let lei = FieldFault("lei", "invalid", "must be 20 characters of ISO 17442 whose check digits fit")
    static let isin = FieldFault("isin", "invalid", "must be 12 characters of ISO 6166 whose check digit fits")
    static let ticker = FieldFault("ticker", "invalid", "must be 1 to 20 of A-Z, 0-9, blank, dot, colon, slash, hyphen")
}
