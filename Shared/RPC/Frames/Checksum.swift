import CChecksum
import NIOCore

/// CRC-32 as zlib computes it (ISO 3309), over as many parts as a frame has.
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        value = ibp_crc32(value, base, bytes.count)
    }

    mutating func add(_ buffer: ByteBuffer) { buffer.withUnsafeReadableBytes { add($0) } }
}
