/// How far a scanner got in the bytes it was shown.
enum FramingStep: Equatable {
    /// So many bytes may be passed on; what follows needs more bytes.
    case partial(Int)
    /// So many bytes end the head or the message.
    case whole(Int)
    case refused(HTTPRefusal)
}

/// Finds the end of a head and holds each byte of it to the grammar, before the decoder sees any.
///
/// It is stricter than llhttp: line ends are CRLF only, no folding, no control characters, no `_` in names (it could
/// pass for `-` further on). It looks at each byte once, however slowly they come; show it the same bytes from the
/// start plus what is new. Nothing is passed on before the head is whole.
struct HeadScanner {
    private enum Position {
        case start, startLineFeed, requestLine, lineStart, name, value, lineFeed, lastLineFeed
    }

    private let bytesMax: Int
    private let fieldsMax: Int
    private let targetBytesMax: Int
    private var position: Position
    private var scanned = 0
    private var lineStart = 0
    private var fields = 0

    init(_ limits: HTTPLimits) {
        self.init(limits, position: .start)
    }

    /// For the trailer section of a chunked body, which is fields without a request line.
    static func trailers(_ limits: HTTPLimits) -> HeadScanner {
        HeadScanner(limits, position: .lineStart)
    }

    private init(_ limits: HTTPLimits, position: Position) {
        bytesMax = limits.headBytesMax
        fieldsMax = limits.headerFieldsMax
        targetBytesMax = limits.targetBytesMax
        self.position = position
    }

    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> FramingStep {
        let end = min(bytes.count, bytesMax)
        while scanned < end {
            let index = scanned
            scanned += 1
            if position == .lastLineFeed {
                return bytes[index] == ASCII.lineFeed ? .whole(index + 1) : .refused(Self.bareReturn)
            }
            if let refusal = step(bytes[index], at: index, in: bytes) { return .refused(refusal) }
        }
        if position == .requestLine, end - lineStart > targetBytesMax + RequestLine.bytesAroundTarget {
            return .refused(.targetTooLong)
        }
        return bytes.count >= bytesMax ? .refused(.headTooLarge) : .partial(0)
    }

    private mutating func step(_ byte: UInt8, at index: Int, in bytes: UnsafeRawBufferPointer) -> HTTPRefusal? {
        switch position {
        case .value:
            if byte == ASCII.carriageReturn {
                position = .lineFeed
            } else if !ASCII.isText(byte) {
                return byte == ASCII.lineFeed ? Self.bareLineFeed : Self.badValue
            }
        case .name:
            if byte == ASCII.colon {
                position = .value
            } else {
                return nameRefusal(byte)
            }
        case .lineFeed:
            guard byte == ASCII.lineFeed else { return Self.bareReturn }
            position = .lineStart
        case .lineStart:
            return beginField(byte)
        case .start:
            // One empty line before the request line is tolerated (RFC 9112 §2.2).
            if byte == ASCII.carriageReturn {
                position = .startLineFeed
                return nil
            }
            position = .requestLine
            return requestLineRefusal(byte, at: index, in: bytes)
        case .startLineFeed:
            guard byte == ASCII.lineFeed else { return Self.bareReturn }
            position = .requestLine
            lineStart = index + 1
        case .requestLine:
            return requestLineRefusal(byte, at: index, in: bytes)
        case .lastLineFeed:
            break
        }
        return nil
    }

    private mutating func requestLineRefusal(
        _ byte: UInt8, at index: Int, in bytes: UnsafeRawBufferPointer
    ) -> HTTPRefusal? {
        if byte == ASCII.carriageReturn {
            position = .lineFeed
            return RequestLine.refusal(bytes[lineStart..<index], targetBytesMax: targetBytesMax)
        }
        if byte == ASCII.lineFeed { return Self.bareLineFeed }
        return (0x20...0x7E).contains(byte) ? nil : Self.badRequestLine
    }

    private mutating func beginField(_ byte: UInt8) -> HTTPRefusal? {
        switch byte {
        case ASCII.carriageReturn:
            position = .lastLineFeed
            return nil
        case ASCII.space, ASCII.tab:
            return .badRequest("A header line begins with white space; folded lines are obsolete.")
        default:
            fields += 1
            position = .name
            return fields > fieldsMax ? .headTooLarge : nameRefusal(byte)
        }
    }

    private func nameRefusal(_ byte: UInt8) -> HTTPRefusal? {
        if ASCII.isToken(byte), byte != UInt8(ascii: "_") { return nil }
        return byte == ASCII.lineFeed ? Self.bareLineFeed : Self.badName
    }

    private static let bareLineFeed = HTTPRefusal.badRequest("A line ends without a carriage return.")
    private static let badRequestLine = HTTPRefusal.badRequest("The request line holds bytes that are not ASCII text.")
    private static let badName = HTTPRefusal.badRequest("A field name holds a character it may not hold.")
    private static let badValue = HTTPRefusal.badRequest("A field value holds a control character.")
    private static let bareReturn = HTTPRefusal.badRequest("A carriage return is not followed by a line feed.")
}
