package import NIOCore

/// The bounds of one connection. Each side tells the other its own in the handshake.
package struct RPCLimits: Sendable {
    /// Whole frames, header included. Never above `frameBytesHardMax`.
    package var frameBytesMax = 4 * 1024 * 1024
    package var inFlightMax = 1024
    package var handshakeTimeout = TimeAmount.seconds(2)
    /// A peer that was silent this long is asked for a sign of life; half as long again without one and it is dead.
    package var silenceMax = TimeAmount.seconds(10)
    /// What a call gets that brought no deadline.
    package var defaultDeadline = TimeAmount.seconds(10)
    /// Bytes that wait to be read by the peer; a peer that lets more pile up is cut off.
    package var outboundBytesMax = 16 * 1024 * 1024

    package static let frameBytesHardMax = 16 * 1024 * 1024
    package static let metadataBytesMax = 4096
    package static let `default` = RPCLimits()

    package init() {}
}
