/// A path in its one canonical form, so that what a rule matched and what is acted on cannot differ.
///
/// Refused rather than repaired: empty, `.` and `..` segments, encoded slashes, backslashes, control characters (plain
/// or encoded), broken escapes, bytes that are not UTF-8 (the overlong forms among them).
package struct RequestPath: Sendable, Hashable {
    /// `/` and the segments joined by `/`.
    package let text: String
    /// Decoded once; `%252e` is the segment `%2e`. None for `/`; a trailing slash leaves an empty last one.
    package let segments: [String]

    /// - Parameter raw: the path of a request target, without the query.
    package init(_ raw: Substring) throws(HTTPRefusal) {
        guard raw.utf8.first == ASCII.slash else { throw .badRequest("The path does not begin with a slash.") }
        var segments: [String] = []
        for part in raw.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            segments.append(try Self.decoded(part))
        }
        guard !segments.dropLast().contains("") else { throw .badRequest("The path holds an empty segment.") }
        self.segments = segments == [""] ? [] : segments
        text = raw.utf8.contains(ASCII.percent) ? "/" + segments.joined(separator: "/") : String(raw)
    }

    /// The path of a target that needs no decoding, and where its query begins; nil for any other, which the other
    /// initializer judges. One pass over the bytes, for that is how nearly all targets look.
    init?(plain target: String, queryIndex: inout Int?) {
        var segments: [String] = []
        var end = 0
        let isPlain = target.utf8.withContiguousStorageIfAvailable { bytes -> Bool in
            guard bytes.first == ASCII.slash else { return false }
            var start = 1
            func take(to end: Int) -> Bool {
                let segment = bytes[start..<end]
                guard !segment.isEmpty, segment.count > 2 || !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) else {
                    return false
                }
                segments.append(String(decoding: segment, as: UTF8.self))
                start = end + 1
                return true
            }
            for (index, byte) in bytes.enumerated().dropFirst() {
                if byte == ASCII.slash {
                    guard take(to: index) else { return false }
                } else if byte == UInt8(ascii: "?") {
                    queryIndex = index + 1
                    end = index
                    return take(to: index)
                } else if !ASCII.isPath(byte) {
                    return false
                }
            }
            end = bytes.count
            return take(to: end)
        }
        guard isPlain == true else { return nil }
        self.segments = segments
        text = end == target.utf8.count ? target : String(target.utf8.prefix(end)) ?? target
    }

    private static func decoded(_ part: Substring) throws(HTTPRefusal) -> String {
        let segment = part.utf8.allSatisfy(ASCII.isPath) ? String(part) : try unescaped(part)
        guard segment != ".", segment != ".." else { throw .badRequest("The path holds a dot segment.") }
        return segment
    }

    private static func unescaped(_ part: Substring) throws(HTTPRefusal) -> String {
        var bytes: [UInt8] = []
        var rest = part.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == ASCII.percent else {
                guard ASCII.isPath(byte) else { throw .badRequest("The path holds a character that must be encoded.") }
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexValue), let low = rest.popFirst().flatMap(ASCII.hexValue)
            else { throw .badRequest("The path holds a broken percent-escape.") }
            bytes.append(high << 4 | low)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .badRequest("The path is not UTF-8.") }
        guard text.unicodeScalars.allSatisfy(isAllowed) else {
            throw .badRequest("The path holds an encoded slash, backslash or control character.")
        }
        return text
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "/" && scalar != "\\" && scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
    }
}
