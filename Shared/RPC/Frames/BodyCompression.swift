import CZlib
import NIOCore

// A compressed body is the number of its plain bytes (u32), then a zlib stream (RFC 1950).

extension Frame {
    /// A body claims to grow by no more than this; a bomb is refused before it is unpacked.
    static let inflationMax = 100

    /// Compresses a body of at least so many bytes, where that saves an eighth or more and the peer will believe it.
    mutating func compressBody(atLeast bytesMin: Int) {
        let plain = body.readableBytes
        guard plain >= bytesMin, let packed = body.deflated(), packed.readableBytes < plain - plain / 8,
            plain <= Self.inflationMax * (packed.readableBytes - 4)
        else { return }
        body = packed
        flags.insert(.bodyIsCompressed)
    }

    /// - Throws: `FrameError.badCompression`.
    mutating func inflateBody(bytesMax: Int) throws {
        guard flags.contains(.bodyIsCompressed) else { return }
        guard let plain = body.readInteger(as: UInt32.self).map(Int.init) else {
            throw FrameError.badCompression("cut short")
        }
        guard plain <= bytesMax, plain <= Self.inflationMax * body.readableBytes else {
            throw FrameError.badCompression("\(plain) bytes are too many")
        }
        body = try body.inflated(to: plain)
        flags.remove(.bodyIsCompressed)
    }
}

extension ByteBuffer {
    fileprivate func deflated() -> ByteBuffer? {
        var out = ByteBuffer()
        out.writeInteger(UInt32(readableBytes))
        var status = Z_OK
        _ = withUnsafeReadableBytes { plain in
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(compressBound(CUnsignedLong(plain.count)))) {
                var count = CUnsignedLong($0.count)
                status = compress2(
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self), &count,
                    plain.baseAddress?.assumingMemoryBound(to: UInt8.self), CUnsignedLong(plain.count), Z_BEST_SPEED)
                return status == Z_OK ? Int(count) : 0
            }
        }
        return status == Z_OK ? out : nil
    }

    fileprivate func inflated(to bytes: Int) throws -> ByteBuffer {
        var out = ByteBuffer()
        var used = CUnsignedLong(readableBytes)
        var status = Z_OK
        _ = withUnsafeReadableBytes { packed in
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) {
                var count = CUnsignedLong(bytes)
                status = uncompress2(
                    $0.baseAddress?.assumingMemoryBound(to: UInt8.self), &count,
                    packed.baseAddress?.assumingMemoryBound(to: UInt8.self), &used)
                return status == Z_OK ? Int(count) : 0
            }
        }
        guard status == Z_OK, out.readableBytes == bytes, Int(used) == readableBytes else {
            throw FrameError.badCompression("not the \(bytes) bytes that it says")
        }
        return out
    }
}
