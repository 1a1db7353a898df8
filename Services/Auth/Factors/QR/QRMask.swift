/// Which modules of the codewords are inverted, so that no code has large areas of one colour (ISO/IEC 18004 section 7.8.2).
struct QRMask: Sendable, Hashable {
    static let all = (0..<8).map { QRMask(number: $0) }

    let number: Int

    private init(number: Int) { self.number = number }

    func inverts(x: Int, y: Int) -> Bool {
        let product = x * y
        return switch number {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (y / 2 + x / 3) % 2 == 0
        case 5: product % 2 + product % 3 == 0
        case 6: (product % 2 + product % 3) % 2 == 0
        default: ((x + y) % 2 + product % 3) % 2 == 0
        }
    }
}
