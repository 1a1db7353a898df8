package import NIOCore

/// One message on the wire: a header of 24 bytes (big-endian), metadata, body.
///
/// ```
///  0  4  length     bytes after this field
///  4  1  version    1
///  5  1  type
///  6  2  flags
///  8  4  id         the call; 0 = the connection itself
/// 12  4  a          REQUEST: remaining ms · RESPONSE: status (u16), retry-after in 16 ms (u16) · CREDIT: items · DRAIN: last id served
/// 16  2  method
/// 18  2  metaLength
/// 20  4  crc        0 while the flag is clear
/// 24  …  metadata, then body
/// ```
package struct Frame: Equatable, Sendable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1, helloAck, request, response, streamItem, streamEnd, cancel, credit, ping, pong, drain, goodbye
    }

    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// What a peer that does not know it would misread.
        package static let unsupported: Flags = [.bodyIsCompressed, .hasChecksum, .wantsStream]
        package static let bodyIsCompressed = Flags(rawValue: 1 << 0)
        package static let hasChecksum = Flags(rawValue: 1 << 1)
        package static let isIdempotent = Flags(rawValue: 1 << 2)
        package static let wantsStream = Flags(rawValue: 1 << 3)
        package static let notExecuted = Flags(rawValue: 1 << 4)
        package static let doNotRetry = Flags(rawValue: 1 << 5)
    }

    package static let version: UInt8 = 1
    package static let headerBytes = 24
    /// The `length` of a frame without metadata and body.
    static let lengthMin = 20

    package var kind: Kind
    package var flags: Flags
    package var id: UInt32
    package var a: UInt32
    package var method: UInt16
    package var metadata: ByteBuffer
    package var body: ByteBuffer

    package init(
        _ kind: Kind, flags: Flags = [], id: UInt32 = 0, a: UInt32 = 0, method: UInt16 = 0,
        metadata: ByteBuffer = ByteBuffer(), body: ByteBuffer = ByteBuffer()
    ) {
        self.kind = kind
        self.flags = flags
        self.id = id
        self.a = a
        self.method = method
        self.metadata = metadata
        self.body = body
    }

    package var encodedBytes: Int { Self.headerBytes + metadata.readableBytes + body.readableBytes }
}

extension ByteBuffer {
    package mutating func writeFrame(_ frame: Frame) {
        reserveCapacity(minimumWritableBytes: frame.encodedBytes)
        writeMultipleIntegers(
            UInt32(frame.encodedBytes - 4), Frame.version, frame.kind.rawValue, frame.flags.rawValue, frame.id, frame.a,
            frame.method, UInt16(frame.metadata.readableBytes), UInt32(0))
        writeImmutableBuffer(frame.metadata)
        writeImmutableBuffer(frame.body)
    }
}
