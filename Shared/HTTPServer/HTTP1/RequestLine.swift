/// The first line of a request, checked as bytes before the decoder sees it, because llhttp would accept methods of
/// other protocols, HTTP/0.9 and unprintable targets.
enum RequestLine {
    static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// TRACE would show what proxies add to a request (ASVS 5, 13.4.4); QUERY is for servers with other languages.
    private static let allowedNowhere: Set<String> = ["TRACE", "QUERY"]

    /// The longest method and version around the target, with room for unknown methods.
    static let bytesAroundTarget = 64

    /// - Parameter line: without its line end.
    /// - Returns: nil when the line is as RFC 9112 §3 wants it, in a version and with a method that we serve.
    static func refusal(_ line: Slice<UnsafeRawBufferPointer>, targetBytesMax: Int) -> HTTPRefusal? {
        // First, so that the answer does not depend on how much of an overlong line came at once.
        guard line.count <= targetBytesMax + bytesAroundTarget else { return .targetTooLong }
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            return .badRequest("The request line is not a method, a target and a version with one space between.")
        }
        guard !parts[0].isEmpty, parts[0].allSatisfy(ASCII.isToken) else {
            return .badRequest("The method is not a token.")
        }
        guard !parts[1].isEmpty, parts[1].allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .badRequest("The request target holds characters that no URI may hold.")
        }
        guard parts[1].count <= targetBytesMax else { return .targetTooLong }
        if let refusal = versionRefusal(parts[2]) { return refusal }
        return refusal(ofMethod: String(decoding: parts[0], as: UTF8.self))
    }

    static func refusal(ofMethod method: String) -> HTTPRefusal? {
        methods.contains(method) ? nil : allowedNowhere.contains(method) ? .methodNotAllowed : .methodNotImplemented
    }

    private static func versionRefusal(_ version: Slice<UnsafeRawBufferPointer>) -> HTTPRefusal? {
        let text = Array(version)
        guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == UInt8(ascii: "."),
            (0x30...0x39).contains(text[5]), (0x30...0x39).contains(text[7])
        else { return .badRequest("The HTTP version is malformed.") }
        return text[5] == 0x31 && text[7] <= 0x31 ? nil : .versionNotSupported
    }
}
