import NIOCore

/// One message on the wire: a header of 24 bytes (big-endian), metadata, body.
///
/// ```
///  0  4  length     bytes after this field
///  4  1  version    1
///  5  1  type
///  6  2  flags
///  8  4  id         the call; 0 = the connection itself
/// 12  4  a          REQUEST: remaining ms · RESPONSE, STREAM_END: status (u16), retry-after in 16 ms (u16) ·
///                   CREDIT: items · DRAIN: last id served · GOODBYE: reason
/// 16  2  method
/// 18  2  metaLength
/// 20  4  crc        CRC-32 of bytes 4 ..< 20 and 24 ..< end; 0 while the flag is clear, as under TLS
/// 24  …  metadata, then body
/// ```
struct Frame: Equatable, Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1, helloAck, request, response, streamItem, streamEnd, cancel, credit, ping, pong, drain, goodbye
    }

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16
        static let bodyIsCompressed = Flags(rawValue: 1 << 0)
        static let hasChecksum = Flags(rawValue: 1 << 1)
        static let isIdempotent = Flags(rawValue: 1 << 2)
        static let wantsStream = Flags(rawValue: 1 << 3)
        static let notExecuted = Flags(rawValue: 1 << 4)
        static let doNotRetry = Flags(rawValue: 1 << 5)
        /// What a REQUEST may carry.
        static let ofRequest: Flags = [.bodyIsCompressed, .hasChecksum, .isIdempotent, .wantsStream]
    }

    static let version: UInt8 = 1
    static let headerBytes = 24
    /// The `length` of a frame without metadata and body.
    static let lengthMin = 20
    /// In a REQUEST for a stream: it has no deadline and ends when either side ends it.
    static let noDeadline = UInt32.max

    var kind: Kind
    var flags: Flags
    var id: UInt32
    var a: UInt32
    var method: UInt16
    var metadata: ByteBuffer
    var body: ByteBuffer

    init(
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

    var encodedBytes: Int { Self.headerBytes + metadata.readableBytes + body.readableBytes }
}

extension ByteBuffer {
    mutating func writeFrame(_ frame: Frame, checksummed: Bool = false) {
        reserveCapacity(minimumWritableBytes: frame.encodedBytes)
        writeFrameHead(frame, checksummed: checksummed)
        writeImmutableBuffer(frame.body)
    }

    /// Everything but the body, which must follow: so that a large one need not be copied.
    mutating func writeFrameHead(_ frame: Frame, checksummed: Bool) {
        let start = writerIndex
        let flags = checksummed ? frame.flags.union(.hasChecksum) : frame.flags
        writeMultipleIntegers(
            UInt32(frame.encodedBytes - 4), Frame.version, frame.kind.rawValue, flags.rawValue, frame.id, frame.a,
            frame.method, UInt16(frame.metadata.readableBytes), UInt32(0))
        writeImmutableBuffer(frame.metadata)
        guard checksummed else { return }
        var checksum = Checksum()
        withUnsafeReadableBytes { bytes in
            let head = start - readerIndex
            checksum.add(UnsafeRawBufferPointer(rebasing: bytes[head + 4..<head + 20]))
            checksum.add(UnsafeRawBufferPointer(rebasing: bytes[(head + Frame.headerBytes)...]))
        }
        checksum.add(frame.body)
        setInteger(checksum.value, at: start + 20)
    }
}
