/// Writes a short string into its own memory: one allocation, no strings in between.
struct ASCIIText {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    private init(_ bytes: UnsafeMutableBufferPointer<UInt8>) { self.bytes = bytes }

    /// - Parameter bytesMax: what goes beyond is cut off.
    static func string(_ bytesMax: Int, _ write: (inout ASCIIText) -> Void) -> String {
        String(unsafeUninitializedCapacity: bytesMax) { memory in
            var text = ASCIIText(UnsafeMutableBufferPointer(rebasing: memory[..<bytesMax]))
            write(&text)
            return text.count
        }
    }

    mutating func append(_ more: [UInt8]) { more.withUnsafeBufferPointer { append($0) } }

    mutating func append(_ more: StaticString) { more.withUTF8Buffer { append($0) } }

    private mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        let fits = min(more.count, bytes.count - count)
        _ = bytes[count...].update(fromContentsOf: more[..<fits])
        count += fits
    }

    /// - Parameter number: not negative.
    mutating func append(_ number: Int64) {
        var divisor: Int64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0, count < bytes.count {
            bytes[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10)
            count += 1
            divisor /= 10
        }
    }
}
