/// One of the sizes of QR codes, and how the codewords of error correction level M stand in it (ISO/IEC 18004, tables 1, 9
/// and E.1).
struct QRVersion: Sendable, Hashable {
    let number: Int
    /// Centres of the alignment patterns, in both directions.
    let alignmentCentres: [Int]
    let blocks: Int
    let checkCodewordsPerBlock: Int

    private init(_ number: Int, _ alignmentCentres: [Int], blocks: Int, check: Int) {
        self.number = number
        self.alignmentCentres = alignmentCentres
        self.blocks = blocks
        checkCodewordsPerBlock = check
    }

    static let largest = QRVersion(10, [6, 28, 50], blocks: 5, check: 26)
    static let all = [
        QRVersion(1, [], blocks: 1, check: 10), QRVersion(2, [6, 18], blocks: 1, check: 16),
        QRVersion(3, [6, 22], blocks: 1, check: 26), QRVersion(4, [6, 26], blocks: 2, check: 18),
        QRVersion(5, [6, 30], blocks: 2, check: 24), QRVersion(6, [6, 34], blocks: 4, check: 16),
        QRVersion(7, [6, 22, 38], blocks: 4, check: 18), QRVersion(8, [6, 24, 42], blocks: 4, check: 22),
        QRVersion(9, [6, 26, 46], blocks: 5, check: 22), largest,
    ]

    static func smallest(for byteCount: Int) -> QRVersion? { all.first { byteCount <= $0.bytesMax } }

    /// Modules of one side.
    var side: Int { 4 * number + 17 }

    /// Versions from 7 on say which one they are.
    var hasVersionInformation: Bool { number >= 7 }

    /// Of both kinds: all modules that belong to no pattern, eight at a time.
    var codewords: Int {
        let finders = 3 * 64
        let timing = 2 * (side - 16)
        let formatInformation = 31
        let versionInformation = hasVersionInformation ? 36 : 0
        let perSide = alignmentCentres.count
        // Three of the crossings are finders; those on a timing pattern share five modules with it.
        let alignment = perSide == 0 ? 0 : (perSide * perSide - 3) * 25 - 2 * (perSide - 2) * 5
        return (side * side - finders - timing - formatInformation - versionInformation - alignment) / 8
    }

    var dataCodewords: Int { codewords - blocks * checkCodewordsPerBlock }

    /// Bits of the number that tells how many bytes there are.
    var countBits: Int { number < 10 ? 8 : 16 }

    /// In byte mode, whose header has 4 bits and the count.
    var bytesMax: Int { (8 * dataCodewords - 4 - countBits) / 8 }
}
