import NIOCore

/// What Redis answers, in RESP2: a type byte, a line, and for strings and arrays what the line announces.
///
///     +OK␍␊   -ERR what␍␊   :42␍␊   $3␍␊abc␍␊   *2␍␊ … …
enum RESPValue: Sendable, Equatable {
    case simple(String)
    case error(String)
    case integer(Int64)
    case string(String)
    case array([RESPValue])
    case null

    /// No answer of ours is near this.
    static let bytesMax = 64 * 1024
    static let depthMax = 4
    private static let arrayMax = 1024

    enum Malformed: Error, Equatable {
        case tooLong, tooDeep, badLine
    }

    /// Nil when the buffer does not hold a whole value yet; then it is as it was.
    static func parse(_ buffer: inout ByteBuffer) throws(Malformed) -> RESPValue? {
        let start = buffer.readerIndex
        let value = try parse(&buffer, depth: 0)
        if value == nil {
            buffer.moveReaderIndex(to: start)
            guard buffer.readableBytes < bytesMax else { throw .tooLong }
        } else {
            guard buffer.readerIndex - start <= bytesMax else { throw .tooLong }
        }
        return value
    }

    private static func parse(_ buffer: inout ByteBuffer, depth: Int) throws(Malformed) -> RESPValue? {
        guard depth < depthMax else { throw .tooDeep }
        guard let line = try line(&buffer) else { return nil }
        let rest = line.dropFirst()
        switch line.first {
        case "+": return .simple(String(rest))
        case "-": return .error(String(rest))
        case ":":
            guard let number = Int64(rest) else { throw .badLine }
            return .integer(number)
        case "$":
            guard let length = try length(rest, max: bytesMax) else { return .null }
            guard buffer.readableBytes >= length + 2 else { return nil }
            guard let text = buffer.readString(length: length), buffer.readString(length: 2) == "\r\n" else {
                throw .badLine
            }
            return .string(text)
        case "*":
            guard let count = try length(rest, max: arrayMax) else { return .null }
            var items: [RESPValue] = []
            for _ in 0..<count {
                guard let item = try parse(&buffer, depth: depth + 1) else { return nil }
                items.append(item)
            }
            return .array(items)
        default: throw .badLine
        }
    }

    /// Without its end; nil while that has not come.
    private static func line(_ buffer: inout ByteBuffer) throws(Malformed) -> String? {
        guard let first = buffer.readableBytesView.first else { return nil }
        // Garbage is told by its first byte, not by waiting for the end of its line.
        guard "+-:$*".utf8.contains(first) else { throw .badLine }
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\r")) else {
            guard view.count < bytesMax else { throw .tooLong }
            return nil
        }
        guard end + 1 < view.endIndex else { return nil }
        guard view[end + 1] == UInt8(ascii: "\n"), let line = buffer.readString(length: end - view.startIndex) else {
            throw .badLine
        }
        buffer.moveReaderIndex(forwardBy: 2)
        return line
    }

    /// Nil for -1, which says null.
    private static func length(_ text: Substring, max: Int) throws(Malformed) -> Int? {
        guard let length = Int(text), length >= -1 else { throw .badLine }
        guard length <= max else { throw .tooLong }
        return length == -1 ? nil : length
    }
}

/// A command, as RESP2 has it: an array of strings.
struct RESPCommand: Sendable {
    private(set) var bytes = ByteBuffer()

    init(_ words: String...) { self.init(words) }

    init(_ words: [String]) {
        append("*", words.count)
        for word in words {
            append("$", word.utf8.count)
            bytes.writeString(word)
            bytes.writeStaticString("\r\n")
        }
    }

    private mutating func append(_ type: StaticString, _ number: Int) {
        bytes.writeStaticString(type)
        bytes.writeString(String(number))
        bytes.writeStaticString("\r\n")
    }
}
