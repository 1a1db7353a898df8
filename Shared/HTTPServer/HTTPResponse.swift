package import NIOCore
package import NIOHTTP1

/// An answer. The server adds `Date`, `Content-Length` and `Connection` and drops what the handler says about
/// `Transfer-Encoding`; `Connection: close` among the headers closes the connection afterwards.
package struct HTTPResponse: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    /// Sent after `headers`; none of them may be there, too.
    package var preset: PresetFields?
    /// Not sent to HEAD, but counted for its `Content-Length`. A handler that saves itself the body of a HEAD or 304
    /// may set `Content-Length` itself.
    package var body: ByteBuffer?
    /// Writes the body piece by piece, in place of `body`, for as long as it likes: what is told when it happens. It runs
    /// on the event loop of the connection and is cancelled when the client goes away or the server drains. The answer
    /// ends when it returns or was cancelled; when it throws otherwise, the client is shown that something is missing.
    /// Not called for HEAD.
    package var stream: Stream?

    package typealias Stream = @Sendable (HTTPBodyWriter) async throws -> Void

    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: HTTPResponseStatus, headers: HTTPHeaders, stream: @escaping Stream) {
        self.status = status
        self.headers = headers
        self.stream = stream
    }
}

extension HTTPResponse {
    /// Writes what `stream` writes.
    /// - Returns: what it broke off with; nil when it ended, or was cancelled: what a drain cancels has said all it had to
    ///   say.
    func writeStream(to outlet: BodyOutlet) async -> (any Error)? {
        do {
            try await stream?(HTTPBodyWriter(outlet: outlet))
            return nil
        } catch {
            return Task.isCancelled ? nil : error
        }
    }

    /// RFC 9110 §8.6: never with 1xx and 204; with HEAD and 304 what the GET would have had, or nothing; unknown for a
    /// stream.
    /// - Parameter own: what the handler set.
    func contentLength(isHead: Bool, own: String?) -> Int? {
        if stream != nil { return nil }
        let length = body?.readableBytes
        switch status.code {
        case 100..<200, 204: return nil
        case 304: return length ?? own.flatMap { Int($0) }
        default: return isHead ? length ?? own.flatMap { Int($0) } ?? 0 : length ?? 0
        }
    }
}
