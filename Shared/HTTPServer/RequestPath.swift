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
