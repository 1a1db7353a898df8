package import NIOCore
package import NIOHTTP1

/// An answer. The server adds `Date`, `Content-Length` and `Connection` and drops what the handler says about
/// `Transfer-Encoding`; `Connection: close` among the headers closes the connection afterwards.
package struct HTTPResponse: Sendable {
    package var status: HTTPResponseStatus
    package var headers: HTTPHeaders
    /// Not sent to HEAD, but counted for its `Content-Length`. A handler that saves itself the body of a HEAD or 304
    /// may set `Content-Length` itself.
    package var body: ByteBuffer?

    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
