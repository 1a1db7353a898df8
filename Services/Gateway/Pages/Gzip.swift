import CZlib
import Dispatch
import NIOCore

/// gzip (RFC 1952) of what is packed once and sent often: the strongest level, and no time in its header, so that the same
/// bytes give the same bytes on every machine with this zlib.
enum Gzip {
    /// 15 bits of window, and 16 for gzip's header and trailer. zlib leaves the header's time 0.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 9

    /// As `compress`, for what is packed for one client: quickly, and on a thread where nobody waits.
    static func packed(_ plain: ByteBuffer) async -> ByteBuffer? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: compress(plain, level: Z_BEST_SPEED)) }
        }
    }

    /// Nil when zlib cannot, or for more bytes than `StaticFiles` holds anyway.
    static func compress(_ plain: ByteBuffer) -> ByteBuffer? { compress(plain, level: Z_BEST_COMPRESSION) }

    private static func compress(_ plain: ByteBuffer, level: Int32) -> ByteBuffer? {
        var state = z_stream()
        // zlib refuses a state that moved in memory since its start: all of it in one scope.
        return withUnsafeMutablePointer(to: &state) { stream in
            guard
                deflateInit2_(
                    stream, level, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                    Int32(MemoryLayout<z_stream>.size)) == Z_OK
            else { return nil }
            defer { deflateEnd(stream) }
            let bytesMax = Int(deflateBound(stream, uLong(plain.readableBytes)))
            guard let source = uInt(exactly: plain.readableBytes), let room = uInt(exactly: bytesMax) else {
                return nil
            }
            var packed = ByteBuffer()
            var isWhole = false
            plain.withUnsafeReadableBytes { input in
                // zlib's declaration lacks the const; it only reads.
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
                stream.pointee.avail_in = source
                _ = packed.writeWithUnsafeMutableBytes(minimumWritableBytes: bytesMax) { output in
                    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
                    stream.pointee.avail_out = room
                    isWhole = deflate(stream, Z_FINISH) == Z_STREAM_END
                    return bytesMax - Int(stream.pointee.avail_out)
                }
            }
            return isWhole ? packed : nil
        }
    }
}
