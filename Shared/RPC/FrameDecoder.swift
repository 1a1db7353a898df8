package import NIOCore

/// Cuts frames out of a stream of bytes. The cap is judged from the first four bytes alone: what another protocol sends
/// ("GET ", a TLS hello) decodes as a length far above it and ends the connection at once.
package struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = Frame

    package let frameBytesMax: Int

    package init(frameBytesMax: Int = RPCLimits.default.frameBytesMax) { self.frameBytesMax = frameBytesMax }

    package mutating func decode(buffer: inout ByteBuffer) throws -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self).map(Int.init) else { return nil }
        guard length <= frameBytesMax - 4 else { throw FrameError.tooLong(length) }
        guard length >= Frame.lengthMin else { throw FrameError.tooShort(length) }
        guard buffer.readableBytes >= 4 + length else { return nil }
        guard
            let (_, version, rawKind, flags, id, a, method, metaLength, _) = buffer.readMultipleIntegers(
                as: (UInt32, UInt8, UInt8, UInt16, UInt32, UInt32, UInt16, UInt16, UInt32).self)
        else { return nil }
        guard version == Frame.version else { throw FrameError.unknownVersion(version) }
        guard let kind = Frame.Kind(rawValue: rawKind) else { throw FrameError.unknownKind(rawKind) }
        let bodyLength = length - Frame.lengthMin - Int(metaLength)
        guard bodyLength >= 0, let metadata = buffer.readSlice(length: Int(metaLength)),
            let body = buffer.readSlice(length: bodyLength)
        else { throw FrameError.tooShort(length) }
        return Frame(kind, flags: .init(rawValue: flags), id: id, a: a, method: method, metadata: metadata, body: body)
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame? {
        try decode(buffer: &buffer)
    }
}

package enum FrameError: Error, Equatable {
    case tooLong(Int)
    case tooShort(Int)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case badMetadata(String)
    case outOfOrder(Frame.Kind)
    case handshake(String)
}
