import CZlib
import NIOCore
import Testing

@testable import RPC

/// The folding and zlib's tables must agree on every length around their blocks, wherever the bytes begin.
@Test func checksumIsThatOfZlib() {
    let bytes = (0..<2048).map { _ in UInt8.random(in: .min ... .max) }
    bytes.withUnsafeBytes { all in
        for start in 0..<17 {
            for count in Array(0...300) + [511, 512, 1000, 1024, 2000] {
                let part = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
                var checksum = Checksum()
                checksum.add(part)
                let expected = crc32_z(0, part.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
                #expect(checksum.value == UInt32(expected), "\(count) bytes from \(start)")
            }
        }
    }
}

@Test func checksumGoesOnFromPartToPart() {
    let bytes = (0..<1000).map { _ in UInt8.random(in: .min ... .max) }
    var whole = Checksum()
    bytes.withUnsafeBytes { whole.add($0) }
    for cut in 0...1000 {
        var parts = Checksum()
        bytes[..<cut].withUnsafeBytes { parts.add($0) }
        parts.add(ByteBuffer(bytes: bytes[cut...]))
        #expect(parts.value == whole.value, "cut at \(cut)")
    }
}

/// The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
@Test func checksumHasItsCheckValue() {
    var checksum = Checksum()
    checksum.add(ByteBuffer(string: "123456789"))
    #expect(checksum.value == 0xCBF4_3926)
}
