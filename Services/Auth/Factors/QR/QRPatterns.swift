/// What looks the same in all codes of a version, so that a scanner finds them and their grid (ISO/IEC 18004 section 6.3).
struct QRPatterns: Sendable {
    private(set) var modules: [QRModule] = []
    private let side: Int
    private var taken: [Bool]

    init(_ version: QRVersion) {
        side = version.side
        taken = Array(repeating: false, count: side * side)
        addTiming()
        for (x, y) in [(3, 3), (side - 4, 3), (3, side - 4)] { addFinder(x, y) }
        let centres = version.alignmentCentres
        for x in centres {
            for y in centres where !isFinder(x, y) { addAlignment(x, y) }
        }
        // It stands in the same places whatever the mask.
        for module in QRInformation.modules(version, QRMask.all[0]) { take(module.x, module.y) }
    }

    /// Whether a pattern, or the information on version and mask, stands there.
    func isTaken(x: Int, y: Int) -> Bool { taken[y * side + x] }

    private func isFinder(_ x: Int, _ y: Int) -> Bool {
        (x == 6 && y == 6) || (x == 6 && y == side - 7) || (x == side - 7 && y == 6)
    }

    private mutating func addTiming() {
        for place in 8..<(side - 8) {
            add(place, 6, place % 2 == 0)
            add(6, place, place % 2 == 0)
        }
    }

    /// A square in a ring, and the light separator around them.
    private mutating func addFinder(_ centreX: Int, _ centreY: Int) {
        for y in (centreY - 4)...(centreY + 4) where (0..<side).contains(y) {
            for x in (centreX - 4)...(centreX + 4) where (0..<side).contains(x) {
                let distance = max(abs(x - centreX), abs(y - centreY))
                add(x, y, distance != 2 && distance != 4)
            }
        }
    }

    private mutating func addAlignment(_ centreX: Int, _ centreY: Int) {
        for y in (centreY - 2)...(centreY + 2) {
            for x in (centreX - 2)...(centreX + 2) {
                add(x, y, max(abs(x - centreX), abs(y - centreY)) != 1)
            }
        }
    }

    private mutating func add(_ x: Int, _ y: Int, _ isDark: Bool) {
        modules.append(QRModule(x: x, y: y, isDark: isDark))
        take(x, y)
    }

    private mutating func take(_ x: Int, _ y: Int) { taken[y * side + x] = true }
}
