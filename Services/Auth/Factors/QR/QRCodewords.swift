/// The bytes of a QR code in the order in which they are drawn (ISO/IEC 18004 section 7.4 to 7.6).
enum QRCodewords {
    static func of(_ bytes: some Collection<UInt8>, _ version: QRVersion) -> [UInt8] {
        interleaved(data(bytes, version), version)
    }

    /// Mode, count, bytes, an end of up to four zeros, and padding.
    static func data(_ bytes: some Collection<UInt8>, _ version: QRVersion) -> [UInt8] {
        var bits = BitList()
        bits.append(0b0100, count: 4)
        bits.append(bytes.count, count: version.countBits)
        for byte in bytes { bits.append(Int(byte), count: 8) }
        bits.append(0, count: min(4, 8 * version.dataCodewords - bits.count))
        var data = bits.bytes
        var padding: UInt8 = 0xEC
        while data.count < version.dataCodewords {
            data.append(padding)
            padding ^= 0xEC ^ 0x11
        }
        return data
    }

    /// Cuts the data into blocks, the later of which may be longer by one, checks each for itself, and deals out the
    /// codewords one from each block in turn: damage to one spot is spread over all blocks.
    private static func interleaved(_ data: [UInt8], _ version: QRVersion) -> [UInt8] {
        let shortLength = data.count / version.blocks
        let shortBlocks = version.blocks - data.count % version.blocks
        var blocks: [ArraySlice<UInt8>] = []
        var rest = data[...]
        for index in 0..<version.blocks {
            let length = index < shortBlocks ? shortLength : shortLength + 1
            blocks.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        let code = ReedSolomon(checkSymbols: version.checkCodewordsPerBlock)
        return inTurn(blocks) + inTurn(blocks.map { code.check($0)[...] })
    }

    private static func inTurn(_ blocks: [ArraySlice<UInt8>]) -> [UInt8] {
        (0..<(blocks.map(\.count).max() ?? 0)).flatMap { index in
            blocks.compactMap { index < $0.count ? $0[$0.startIndex + index] : nil }
        }
    }
}

/// Bits on their way to become bytes, the highest first.
private struct BitList {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ value: Int, count bits: Int) {
        for place in (0..<bits).reversed() {
            if count % 8 == 0 { bytes.append(0) }
            bytes[count / 8] |= UInt8(value >> place & 1) << UInt8(7 - count % 8)
            count += 1
        }
    }
}
