/// Sizes and indexes as the C2SP documents write them: ASCII digits without a sign or leading zeros, `0` for zero.
enum Decimal {
    static func parse(_ text: some Collection<UInt8>) -> Int64? {
        guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        return digits(text)
    }

    /// Digits with leading zeros, as the elements of a tile's path have them.
    static func digits(_ text: some Collection<UInt8>) -> Int64? {
        guard !text.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (tenfold, hasOverflown) = value.multipliedReportingOverflow(by: 10)
            let (sum, hasOverflownAgain) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !hasOverflown, !hasOverflownAgain else { return nil }
            value = sum
        }
        return value
    }
}
