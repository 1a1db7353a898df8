/// Check symbols by which a reader mends damage (ISO/IEC 18004, annex A): a Reed-Solomon code over GF(256), the polynomials
/// over two elements modulo x^8 + x^4 + x^3 + x^2 + 1.
struct ReedSolomon: Sendable {
    /// Of (x - 2^0)(x - 2^1)…, highest power first, without the leading 1.
    let generator: [UInt8]

    init(checkSymbols: Int) {
        var generator = [UInt8](repeating: 0, count: checkSymbols)
        generator[checkSymbols - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<checkSymbols {
            for index in generator.indices {
                let next = index + 1 < checkSymbols ? generator[index + 1] : 0
                generator[index] = GF256.product(generator[index], root) ^ next
            }
            root = GF256.product(root, 2)
        }
        self.generator = generator
    }

    /// The remainder of the data, moved up by the check symbols, when it is divided by the generator.
    func check(_ data: some Sequence<UInt8>) -> [UInt8] {
        var remainder = [UInt8](repeating: 0, count: generator.count)
        for symbol in data {
            let factor = symbol ^ remainder.removeFirst()
            remainder.append(0)
            for (index, coefficient) in generator.enumerated() {
                remainder[index] ^= GF256.product(coefficient, factor)
            }
        }
        return remainder
    }
}

private enum GF256 {
    static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var product: UInt8 = 0
        for place in (0..<8).reversed() {
            let overflows = product & 0x80 != 0
            product = product << 1 ^ (overflows ? 0x1D : 0)
            if b >> UInt8(place) & 1 == 1 { product ^= a }
        }
        return product
    }
}
