/// The dark and light modules of a QR code (ISO/IEC 18004 sections 6.3, 7.7 and 7.8 to 7.10), without the quiet zone.
struct QRModules: Sendable, Hashable {
    let side: Int
    private var dark: [Bool]

    init(_ version: QRVersion, _ codewords: [UInt8], _ mask: QRMask) {
        side = version.side
        dark = Array(repeating: false, count: side * side)
        let patterns = QRPatterns(version)
        for module in patterns.modules { dark[module.y * side + module.x] = module.isDark }
        for module in QRInformation.modules(version, mask) { dark[module.y * side + module.x] = module.isDark }
        draw(codewords, mask, around: patterns)
    }

    func isDark(x: Int, y: Int) -> Bool { dark[y * side + x] }

    /// Pairs of columns from the right, up and down in turn, each row from right to left. What the codewords leave over
    /// counts as zeros.
    private mutating func draw(_ codewords: [UInt8], _ mask: QRMask, around patterns: QRPatterns) {
        var index = 0
        var goesUp = true
        for right in Self.pairs(side) {
            for row in 0..<side {
                let y = goesUp ? side - 1 - row : row
                for x in [right, right - 1] where !patterns.isTaken(x: x, y: y) {
                    let isOne = index / 8 < codewords.count && codewords[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    dark[y * side + x] = isOne != mask.inverts(x: x, y: y)
                    index += 1
                }
            }
            goesUp.toggle()
        }
    }

    /// The right columns of the pairs; the column of the upright timing pattern belongs to none.
    private static func pairs(_ side: Int) -> [Int] {
        Array(stride(from: side - 1, to: 6, by: -2)) + [5, 3, 1]
    }
}

/// A module at its place: `x` from the left, `y` from the top.
struct QRModule: Sendable, Hashable {
    let x, y: Int
    let isDark: Bool
}
