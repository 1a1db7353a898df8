import NIOCore

/// Cuts frames out of a stream of bytes. The cap is judged from the first four bytes alone: what another protocol sends
/// ("GET ", a TLS hello) decodes as a length far above it and ends the connection at once.
struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = Frame

    let frameBytesMax: Int

    init(frameBytesMax: Int = RPCLimits.default.frameBytesMax) { self.frameBytesMax = frameBytesMax }

    mutating func decode(buffer: inout ByteBuffer) throws -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self).map(Int.init) else { return nil }
        guard length <= frameBytesMax - 4 else { throw FrameError.tooLong(length) }
        guard length >= Frame.lengthMin else { throw FrameError.tooShort(length) }
        guard buffer.readableBytes >= 4 + length else { return nil }
        let computed = Self.checksum(of: buffer, length: length)
        guard
            let (_, version, rawKind, rawFlags, id, a, method, metaLength, checksum) = buffer.readMultipleIntegers(
                as: (UInt32, UInt8, UInt8, UInt16, UInt32, UInt32, UInt16, UInt16, UInt32).self)
        else { return nil }
        guard version == Frame.version else { throw FrameError.unknownVersion(version) }
        guard let kind = Frame.Kind(rawValue: rawKind) else { throw FrameError.unknownKind(rawKind) }
        guard checksum == computed else { throw FrameError.badChecksum }
        let bodyLength = length - Frame.lengthMin - Int(metaLength)
        guard bodyLength >= 0, let metadata = buffer.readSlice(length: Int(metaLength)),
            let body = buffer.readSlice(length: bodyLength)
        else { throw FrameError.tooShort(length) }
        let flags = Frame.Flags(rawValue: rawFlags).subtracting(.hasChecksum)
        return Frame(kind, flags: flags, id: id, a: a, method: method, metadata: metadata, body: body)
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame? {
        try decode(buffer: &buffer)
    }

    /// What the header must name: 0 where it says that there is none.
    private static func checksum(of buffer: ByteBuffer, length: Int) -> UInt32 {
        buffer.withUnsafeReadableBytes { bytes in
            let flags = Frame.Flags(rawValue: UInt16(bytes[6]) << 8 | UInt16(bytes[7]))
            guard flags.contains(.hasChecksum) else { return 0 }
            var checksum = Checksum()
            checksum.add(UnsafeRawBufferPointer(rebasing: bytes[4..<20]))
            checksum.add(UnsafeRawBufferPointer(rebasing: bytes[Frame.headerBytes..<4 + length]))
            return checksum.value
        }
    }
}

enum FrameError: Error, Equatable {
    case tooLong(Int)
    case tooShort(Int)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case badChecksum
    case badMetadata(String)
    /// A compressed body that is not what it says, or would grow beyond the bounds.
    case badCompression(String)
    case outOfOrder(Frame.Kind)
    /// More items came than were asked for.
    case beyondCredit
    /// The server proved another name than the one that was called.
    case wrongPeer(expected: String, found: String)
    /// The peer of this name does not hold the shared secret.
    case wrongSecret(of: String)
    case handshake(String)
}
