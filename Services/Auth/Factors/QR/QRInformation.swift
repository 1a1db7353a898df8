/// What a code says of itself: its level and mask (ISO/IEC 18004 section 7.9), and from version 7 on its version (section
/// 7.10), each twice and with check bits of its own.
enum QRInformation {
    /// Of level M and this mask, with the code of annex C; the fixed pattern keeps it from being all zeros.
    static func format(_ mask: QRMask) -> Int {
        let levelM = 0b00
        return checked(levelM << 3 | mask.number, by: 0b101_0011_0111, checkBits: 10) ^ 0b101_0100_0001_0010
    }

    /// With the code of annex D.
    static func version(_ version: QRVersion) -> Int { checked(version.number, by: 0b1_1111_0010_0101, checkBits: 12) }

    static func modules(_ version: QRVersion, _ mask: QRMask) -> [QRModule] {
        let last = version.side - 1
        let format = Self.format(mask)
        var modules = [QRModule(x: 8, y: last - 7, isDark: true)]
        for bit in 0..<15 {
            let isDark = format >> bit & 1 == 1
            let first = places[bit]
            modules.append(QRModule(x: first.x, y: first.y, isDark: isDark))
            modules.append(
                bit < 8
                    ? QRModule(x: last - bit, y: 8, isDark: isDark) : QRModule(x: 8, y: last - 14 + bit, isDark: isDark)
            )
        }
        guard version.hasVersionInformation else { return modules }
        let number = Self.version(version)
        for bit in 0..<18 {
            let isDark = number >> bit & 1 == 1
            let (across, along) = (last - 10 + bit % 3, bit / 3)
            modules.append(QRModule(x: across, y: along, isDark: isDark))
            modules.append(QRModule(x: along, y: across, isDark: isDark))
        }
        return modules
    }

    /// Around the upper left finder, from the lowest bit on, with a step over the timing patterns.
    private static let places: [(x: Int, y: Int)] =
        [0, 1, 2, 3, 4, 5, 7, 8].map { (8, $0) } + [7, 5, 4, 3, 2, 1, 0].map { ($0, 8) }

    /// A value followed by the remainder of its division by a polynomial over two elements.
    private static func checked(_ value: Int, by generator: Int, checkBits: Int) -> Int {
        var remainder = value << checkBits
        for place in stride(from: checkBits + 8, through: checkBits, by: -1) where remainder >> place & 1 == 1 {
            remainder ^= generator << (place - checkBits)
        }
        return value << checkBits | remainder
    }
}
