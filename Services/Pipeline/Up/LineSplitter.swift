/// Cuts a stream of bytes into lines. Of a line longer than `lineBytesMax` the rest is dropped and `…` put in its
/// place, so a child that writes no line ends cannot fill the memory.
struct LineSplitter {
    static let lineBytesMax = 16 * 1024

    private var line: [UInt8] = []
    private var isCut = false

    mutating func add(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(take())
            } else if line.count < Self.lineBytesMax {
                line.append(byte)
            } else {
                isCut = true
            }
        }
        return lines
    }

    /// What came after the last line end; nil when nothing did.
    mutating func finish() -> [UInt8]? { line.isEmpty ? nil : take() }

    private mutating func take() -> [UInt8] {
        defer {
            line.removeAll(keepingCapacity: true)
            isCut = false
        }
        return isCut ? line + Array("…".utf8) : line
    }
}
