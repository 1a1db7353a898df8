import Foundation

/// The two words that SQLite's write-ahead log carries on from frame to frame (file format, section 4.2).
struct WalChecksum: Hashable, Sendable {
    var first: UInt32 = 0
    var second: UInt32 = 0

    /// - Parameter bytes: a multiple of eight.
    mutating func add(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        var (first, second) = (first, second)
        var offset = 0
        while offset < bytes.count {
            let left = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let right = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            first &+= (isBigEndian ? UInt32(bigEndian: left) : UInt32(littleEndian: left)) &+ second
            second &+= (isBigEndian ? UInt32(bigEndian: right) : UInt32(littleEndian: right)) &+ first
            offset += 8
        }
        (self.first, self.second) = (first, second)
    }
}

/// The first 32 bytes of a write-ahead log.
struct WalHeader: Hashable, Sendable {
    static let bytes = 32

    let isBigEndian: Bool
    let pageSize: Int
    /// Both change when the log starts over; the first one counts up.
    let salt1: UInt32
    let salt2: UInt32
    let checksum: WalChecksum

    /// Of the log at the path; nil when there is none.
    init?(ofLog path: String) {
        guard Disk.exists(path), let file = try? InputFile(path) else { return nil }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bytes, alignment: 16)
        defer { bytes.deallocate() }
        guard (try? file.read(into: bytes, at: 0)) == Self.bytes else { return nil }
        self.init(UnsafeRawBufferPointer(bytes))
    }

    /// nil when these bytes are no header that SQLite would accept.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.bytes, [0x377f_0682, 0x377f_0683].contains(bytes.word(at: 0)),
            bytes.word(at: 4) == 3_007_000
        else { return nil }
        isBigEndian = bytes.word(at: 0) & 1 == 1
        pageSize = Int(bytes.word(at: 8))
        salt1 = bytes.word(at: 16)
        salt2 = bytes.word(at: 20)
        var checksum = WalChecksum()
        checksum.add(UnsafeRawBufferPointer(rebasing: bytes[..<24]), isBigEndian: isBigEndian)
        guard checksum == WalChecksum(first: bytes.word(at: 24), second: bytes.word(at: 28)),
            (512...65536).contains(pageSize), pageSize.nonzeroBitCount == 1
        else { return nil }
        self.checksum = checksum
    }
}

/// The 24 bytes before each page in a write-ahead log.
struct WalFrame: Sendable {
    static let headerBytes = 24

    let page: UInt32
    /// The size of the database in pages after a commit; 0 in all frames but the last of a transaction.
    let pagesAfterCommit: UInt32
    let salt1: UInt32
    let salt2: UInt32
    let checksum: WalChecksum

    init(_ bytes: UnsafeRawBufferPointer) {
        page = bytes.word(at: 0)
        pagesAfterCommit = bytes.word(at: 4)
        salt1 = bytes.word(at: 8)
        salt2 = bytes.word(at: 12)
        checksum = WalChecksum(first: bytes.word(at: 16), second: bytes.word(at: 20))
    }

    /// The checksum after this frame, given the one before it: over half of its header and its page.
    static func checksum(
        of frame: UnsafeRawBufferPointer, after previous: WalChecksum, isBigEndian: Bool
    ) -> WalChecksum {
        var checksum = previous
        checksum.add(UnsafeRawBufferPointer(rebasing: frame[..<8]), isBigEndian: isBigEndian)
        checksum.add(UnsafeRawBufferPointer(rebasing: frame[headerBytes...]), isBigEndian: isBigEndian)
        return checksum
    }
}

extension UnsafeRawBufferPointer {
    /// Big-endian, as all numbers of this file are.
    fileprivate func word(at offset: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
