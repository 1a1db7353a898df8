import NIOCore
import NIOHTTP1

/// An answer as HTTP/1.1 bytes.
struct ResponseBytes {
    /// Bodies up to this size are copied behind the head, so that one small write carries both.
    private static let copiedBodyBytesMax = 16 * 1024

    /// How a client finds the end of the body.
    enum Framing {
        case sized, chunked
        /// For HTTP/1.0, which knows no chunks.
        case untilClose
    }

    /// The head and, when it is short, the body.
    private(set) var first: ByteBuffer
    /// A long body, written without a copy.
    private(set) var second: ByteBuffer?

    /// - Returns: nil when a field or the reason phrase holds what would end its line.
    init?(
        _ response: HTTPResponse, isHead: Bool, framing: Framing = .sized, connection: String?, date: String,
        allocator: ByteBufferAllocator
    ) {
        let body = isHead || !response.status.mayHaveResponseBody ? nil : response.body
        let isCopied = (body?.readableBytes ?? 0) <= Self.copiedBodyBytesMax
        first = allocator.buffer(capacity: 512 + (isCopied ? body?.readableBytes ?? 0 : 0))
        let reason = response.status.reasonPhrase
        guard reason.utf8.allSatisfy(ASCII.isText) else { return nil }
        first.writeStaticString("HTTP/1.1 ")
        first.writeString(String(response.status.code))
        first.writeStaticString(" ")
        first.writeString(reason)
        first.writeStaticString("\r\n")

        var ownLength: String?
        for (name, value) in response.headers {
            if Self.isOurs(name) {
                if ASCII.equal(name, lowercase: "content-length") { ownLength = value }
                continue
            }
            guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken), value.utf8.allSatisfy(ASCII.isText) else {
                return nil
            }
            writeField(name, value)
        }
        if let preset = response.preset { first.writeImmutableBuffer(preset.lines) }
        if framing == .chunked { writeField("transfer-encoding", "chunked") }
        if framing == .sized, let length = response.contentLength(isHead: isHead, own: ownLength) {
            writeField("content-length", String(length))
        }
        writeField("date", date)
        if let connection { writeField("connection", connection) }
        first.writeStaticString("\r\n")
        if let body {
            if isCopied { first.writeImmutableBuffer(body) } else { second = body }
        }
    }

    private mutating func writeField(_ name: String, _ value: String) {
        first.writeString(name)
        first.writeStaticString(": ")
        first.writeString(value)
        first.writeStaticString("\r\n")
    }

    private static func isOurs(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: ASCII.equal(name, lowercase: "date")
        case 6: ASCII.equal(name, lowercase: "server")
        case 10: ASCII.equal(name, lowercase: "connection") || ASCII.equal(name, lowercase: "keep-alive")
        case 14: ASCII.equal(name, lowercase: "content-length")
        case 17: ASCII.equal(name, lowercase: "transfer-encoding")
        default: false
        }
    }
}
