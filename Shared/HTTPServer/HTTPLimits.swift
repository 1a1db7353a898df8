package import NIOCore

/// Everything a client can use up, with its maximum. The times are checked by a sweep, so they are exact to
/// `sweepInterval`, at most one second.
package struct HTTPLimits: Sendable {
    /// Request line, fields and both line ends; also the trailer section of a chunked body. Beyond it: 431.
    package var headBytesMax = 16 * 1024
    package var headerFieldsMax = 100
    /// RFC 9112 §3 recommends to support at least 8000 octets. Beyond it: 414.
    package var targetBytesMax = 8 * 1024
    /// From the first byte of a head to its last: 408.
    package var headTimeout = TimeAmount.seconds(10)
    /// From the end of the head to the end of the body: 408.
    package var bodyTimeout = TimeAmount.seconds(30)
    /// The average a body must reach once `bodyGrace` is over.
    package var bodyBytesPerSecondMin = 1024
    package var bodyGrace = TimeAmount.seconds(5)
    /// How long a client may take nothing of an answer that waits for it; then the connection is cut.
    package var writeStallTimeout = TimeAmount.seconds(30)
    /// How long a connection may stay without a request.
    package var idleTimeout = TimeAmount.seconds(60)
    /// How long the handler may take: 503.
    package var requestTimeout = TimeAmount.seconds(30)
    /// After our last byte, how long we wait for the client to close, discarding what it still sends; closing at once
    /// would reset the connection and could destroy the answer on its way (RFC 9112 §9.6).
    package var lingerTimeout = TimeAmount.seconds(2)
    /// A connection older than this is closed after its next answer.
    package var connectionAgeMax = TimeAmount.hours(1)
    package var connectionsMax = 10_000
    /// Per IPv4 address or IPv6 /64. Behind a balancer that hides the clients' addresses this must be higher.
    package var connectionsPerAddressMax = 64

    /// Requests at the same time on one HTTP/2 connection.
    package var http2StreamsMax = 100
    /// What a client may send on one stream before it is read, and on all of a connection.
    package var http2StreamWindowBytes = 64 * 1024
    package var http2ConnectionWindowBytes = 1024 * 1024
    /// How long a client that was told to go, and does not answer the ping after it, may still open streams.
    package var http2GoodbyeTimeout = TimeAmount.seconds(1)
    /// Streams that a client may take back within 10 s.
    package var http2ResetsMax = 200

    package init() {}

    package static let `default` = HTTPLimits()

    /// A quarter of the shortest time, between 5 ms and 1 s.
    var sweepInterval: TimeAmount {
        let shortest =
            [
                headTimeout, bodyTimeout, bodyGrace, writeStallTimeout, idleTimeout, requestTimeout, lingerTimeout,
            ].min() ?? .seconds(4)
        return min(max(.nanoseconds(shortest.nanoseconds / 4), .milliseconds(5)), .seconds(1))
    }
}
