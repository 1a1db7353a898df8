package import NIOCore
package import NIOHTTP1

/// The head of a request after all checks: what is in here may be believed to be well-formed. One object, because it is
/// handed on many times.
package final class HTTPHead: Sendable {
    /// One of `RequestLine.methods`.
    package let method: String
    /// The request target as it was sent, still percent-encoded.
    package let target: String
    /// `/` and the decoded segments joined by `/`; `*` for `OPTIONS *`. Use this, never `target`, to decide anything.
    package let path: String
    /// The decoded segments; none for `/`. A trailing slash leaves an empty last segment. No segment holds a `/`.
    package let pathSegments: [String]
    /// What follows the `?`, still encoded; nil without one.
    package let query: String?
    /// In the order of arrival, without white space around the values.
    package let headers: HTTPHeaders
    /// The Host field in lower case, with its port if one was sent; empty only for HTTP/1.0 without Host.
    package let host: String
    /// The peer's IP address as text, IPv4-mapped IPv6 as plain IPv4; not what a proxy claims.
    package let remoteAddress: String
    /// Whether a body is announced; it may turn out to be empty.
    package let hasBody: Bool
    /// Whether the client wants the connection kept after the answer.
    package let keepAlive: Bool
    /// Whether it came over TLS to this very server; not what a proxy claims.
    package let isSecure: Bool
    /// `1.0`, `1.1` or `2`.
    package let version: String

    package init(
        method: String, target: String, path: String, pathSegments: [String], query: String? = nil,
        headers: HTTPHeaders = [:], host: String, remoteAddress: String, hasBody: Bool = false, keepAlive: Bool = true,
        isSecure: Bool = false, version: String = "1.1"
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.pathSegments = pathSegments
        self.query = query
        self.headers = headers
        self.host = host
        self.remoteAddress = remoteAddress
        self.hasBody = hasBody
        self.keepAlive = keepAlive
        self.isSecure = isSecure
        self.version = version
    }

    /// The same head, as a proxy tells it.
    package func from(_ remoteAddress: String, isSecure: Bool) -> HTTPHead {
        HTTPHead(
            method: method, target: target, path: path, pathSegments: pathSegments, query: query, headers: headers,
            host: host, remoteAddress: remoteAddress, hasBody: hasBody, keepAlive: keepAlive, isSecure: isSecure,
            version: version)
    }
}

/// A whole request. The body is no longer than the handler admitted; trailer fields are dropped.
package struct HTTPRequest: Sendable {
    package var head: HTTPHead
    package var body: ByteBuffer
    /// The loop of the connection, on which `respond` runs.
    package let eventLoop: any EventLoop

    package init(head: HTTPHead, body: ByteBuffer, eventLoop: any EventLoop) {
        self.head = head
        self.body = body
        self.eventLoop = eventLoop
    }
}
