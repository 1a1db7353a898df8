/// Follows the framing of a chunked body (RFC 9112 §7.1) so that the server knows, without asking the decoder, which
/// byte is the message's last. Sizes are plain hexadecimal of at most 16 digits; extensions are ignored, 4 KiB of them
/// per message at most.
struct ChunkScanner {
    private enum Position {
        case size, sizeExtension, sizeLineFeed, data, dataReturn, dataLineFeed
        case trailers(HeadScanner)
    }

    private static let extensionBytesMax = 4096

    private let limits: HTTPLimits
    private var position = Position.size
    private var size = 0
    private var digits = 0
    private var extensionBytes = 0

    init(_ limits: HTTPLimits) {
        self.limits = limits
    }

    /// - Parameter bytes: what follows the bytes that earlier calls passed on.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> FramingStep {
        var index = 0
        while index < bytes.count {
            switch position {
            case .data:
                let taken = min(size, bytes.count - index)
                size -= taken
                index += taken
                if size == 0 { position = .dataReturn }
            case .trailers(let scanner):
                return scanTrailers(scanner, bytes, from: index)
            default:
                if let refusal = step(bytes[index]) { return .refused(refusal) }
                index += 1
            }
        }
        return .partial(index)
    }

    private mutating func step(_ byte: UInt8) -> HTTPRefusal? {
        switch position {
        case .size:
            return sizeRefusal(byte)
        case .sizeExtension:
            extensionBytes += 1
            if byte == ASCII.carriageReturn {
                position = .sizeLineFeed
            } else if !ASCII.isText(byte) || extensionBytes > Self.extensionBytesMax {
                return .badRequest("A chunk extension is too long or holds a control character.")
            }
        case .sizeLineFeed:
            guard byte == ASCII.lineFeed else { return Self.lineEnd }
            position = size == 0 ? .trailers(.trailers(limits)) : .data
            digits = 0
        case .dataReturn:
            guard byte == ASCII.carriageReturn else { return Self.lineEnd }
            position = .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { return Self.lineEnd }
            position = .size
        case .data, .trailers:
            break
        }
        return nil
    }

    private mutating func sizeRefusal(_ byte: UInt8) -> HTTPRefusal? {
        if let digit = ASCII.hexValue(byte) {
            digits += 1
            guard digits <= 16, size <= Int.max >> 4 else { return .bodyTooLarge }
            size = size << 4 | Int(digit)
            return nil
        }
        guard digits > 0, byte == ASCII.carriageReturn || byte == ASCII.semicolon else {
            return .badRequest("A chunk size is not a plain hexadecimal number.")
        }
        position = byte == ASCII.carriageReturn ? .sizeLineFeed : .sizeExtension
        return nil
    }

    /// Trailers are kept back until they are whole, because their scanner wants to see them from the start.
    private mutating func scanTrailers(
        _ scanner: HeadScanner, _ bytes: UnsafeRawBufferPointer, from index: Int
    ) -> FramingStep {
        var scanner = scanner
        let step = scanner.scan(UnsafeRawBufferPointer(rebasing: bytes[index...]))
        position = .trailers(scanner)
        switch step {
        case .partial: return .partial(index)
        case .whole(let count): return .whole(index + count)
        case .refused: return step
        }
    }

    private static let lineEnd = HTTPRefusal.badRequest("A chunk does not end with CRLF.")
}
