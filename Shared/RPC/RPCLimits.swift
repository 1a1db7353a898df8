package import NIOCore

/// The bounds of one connection. Each side tells the other its own in the handshake.
package struct RPCLimits: Sendable {
    /// Whole frames, header included. Never above `frameBytesHardMax`.
    package var frameBytesMax = 4 * 1024 * 1024
    /// Calls of one connection that wait or run.
    package var inFlightMax = 1024
    package var handshakeTimeout = TimeAmount.seconds(2)
    /// A peer that was silent this long is asked for a sign of life; half as long again without one and it is dead.
    package var silenceMax = TimeAmount.seconds(10)
    /// What a call gets that brought no deadline.
    package var defaultDeadline = TimeAmount.seconds(10)
    /// Of one server; one more is closed at once.
    package var connectionsMax = 4096
    /// Requests of one connection that wait or run, in bytes; and of one client, requests that wait for a connection.
    package var inFlightBytesMax = 32 * 1024 * 1024
    /// While so many bytes wait to be read by the peer, a server begins no call and sends no item.
    package var outboundBytesPause = 1024 * 1024
    /// A peer that lets more pile up is cut off.
    package var outboundBytesMax = 16 * 1024 * 1024
    /// Bodies from this size on travel compressed.
    package var compressedBodyBytesMin = 64 * 1024
    /// A server asks for a new connection after this time, give or take a tenth, so that clients spread over servers and
    /// new certificates come into use.
    package var connectionAgeMax = TimeAmount.minutes(30)
    /// What an aged connection gets to finish its calls.
    package var connectionAgeGrace = TimeAmount.seconds(30)
    /// Items that a stream's reader may have waiting.
    package var streamWindow = 64

    package static let frameBytesHardMax = 16 * 1024 * 1024
    package static let metadataBytesMax = 4096
    package static let `default` = RPCLimits()

    package init() {}
}
