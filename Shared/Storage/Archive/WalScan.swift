import Foundation

/// Where in a write-ahead log a reader stands: after so many committed frames of the era that the header names.
struct WalCursor: Hashable, Sendable {
    var header: WalHeader
    var frames: Int64
    /// Of the last of these frames; the header's own at first.
    var checksum: WalChecksum

    init(startOf header: WalHeader) {
        self.header = header
        frames = 0
        checksum = header.checksum
    }

    /// As it was written down, or at the beginning of the log right after that one. nil for any other log.
    init?(_ record: Record, in header: WalHeader) {
        guard record.salts.count == 2, record.checksum.count == 2 else { return nil }
        self.init(startOf: header)
        guard record.salts == [header.salt1, header.salt2] else {
            guard header.salt1 == record.salts[0] &+ 1 else { return nil }
            return
        }
        frames = record.frames
        checksum = WalChecksum(first: record.checksum[0], second: record.checksum[1])
    }

    struct Record: Codable, Sendable, Hashable {
        var salts: [UInt32]
        var frames: Int64
        var checksum: [UInt32]
    }

    var record: Record {
        Record(salts: [header.salt1, header.salt2], frames: frames, checksum: [checksum.first, checksum.second])
    }

    /// After the frames of a segment.
    init?(after segment: WalSegment, in header: WalHeader) {
        guard let checksum = segment.checksum, segment.pageSize == header.pageSize else { return nil }
        self.init(
            Record(salts: segment.salts, frames: segment.firstFrame + segment.frameCount, checksum: checksum),
            in: header)
    }

    var frameBytes: Int64 { Int64(WalFrame.headerBytes + header.pageSize) }

    /// In the file.
    var offset: Int64 { Int64(WalHeader.bytes) + frames * frameBytes }
}

/// The committed frames after a cursor, found by following salts and checksums as SQLite's own recovery does.
///
/// Only while nobody writes: on the writer's turn. What it found stays as it is until the next checkpoint.
struct WalScan: Sendable {
    /// After the last committed frame; nil while there is no log.
    let cursor: WalCursor?
    /// Where the new frames stand in the file.
    let range: Range<Int64>
    /// The size of the database after them; 0 when there are none.
    let pages: UInt32

    var frames: Int64 { cursor.map { Int64(range.count) / $0.frameBytes } ?? 0 }

    /// Throws `BackupError.brokenLog` when the log is neither in the cursor's era nor in the one right after it.
    init(_ path: String, after start: WalCursor?) throws {
        guard Disk.exists(path) else {
            self.init(nothingAfter: start)
            return
        }
        let file = try InputFile(path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Gzip.bufferBytes, alignment: 16)
        defer { buffer.deallocate() }
        let head = UnsafeMutableRawBufferPointer(rebasing: buffer[..<WalHeader.bytes])
        guard try file.read(into: head, at: 0) == WalHeader.bytes, let header = WalHeader(UnsafeRawBufferPointer(head))
        else {
            // An emptied log; one that was never written to.
            self.init(nothingAfter: start)
            return
        }
        var end = try Self.cursor(in: header, after: start, path: path)
        guard try Self.isThere(end, in: file) else {
            throw BackupError.brokenLog(path: path, reason: "what was archived last is no longer in it")
        }
        let begin = end.offset
        let pages = try Self.follow(file, &end, buffer)
        self.init(cursor: end, range: begin..<end.offset, pages: pages)
    }

    private init(nothingAfter start: WalCursor?) { self.init(cursor: start, range: 0..<0, pages: 0) }

    private init(cursor: WalCursor?, range: Range<Int64>, pages: UInt32) {
        self.cursor = cursor
        self.range = range
        self.pages = pages
    }

    private static func cursor(in header: WalHeader, after start: WalCursor?, path: String) throws -> WalCursor {
        guard let start, start.header != header else { return start ?? WalCursor(startOf: header) }
        guard header.salt1 == start.header.salt1 &+ 1, header.pageSize == start.header.pageSize else {
            throw BackupError.brokenLog(path: path, reason: "it started over more than once")
        }
        return WalCursor(startOf: header)
    }

    /// Whether the frame before the cursor is the one that it remembers.
    private static func isThere(_ cursor: WalCursor, in file: borrowing InputFile) throws -> Bool {
        guard cursor.frames > 0 else { return true }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: WalFrame.headerBytes, alignment: 16)
        defer { bytes.deallocate() }
        guard try file.read(into: bytes, at: cursor.offset - cursor.frameBytes) == bytes.count else { return false }
        let frame = WalFrame(UnsafeRawBufferPointer(bytes))
        return frame.salt1 == cursor.header.salt1 && frame.salt2 == cursor.header.salt2
            && frame.checksum == cursor.checksum
    }

    /// Moves the cursor behind the last commit and returns the size of the database there.
    private static func follow(
        _ file: borrowing InputFile, _ cursor: inout WalCursor, _ buffer: UnsafeMutableRawBufferPointer
    ) throws -> UInt32 {
        let frameBytes = Int(cursor.frameBytes)
        let window = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<(buffer.count / frameBytes * frameBytes)])
        var (ahead, pages) = (cursor, UInt32(0))
        while true {
            let count = try file.read(into: window, at: ahead.offset) / frameBytes
            for index in 0..<count {
                let bytes = UnsafeRawBufferPointer(rebasing: window[index * frameBytes..<(index + 1) * frameBytes])
                let frame = WalFrame(bytes)
                let checksum = WalFrame.checksum(
                    of: bytes, after: ahead.checksum, isBigEndian: ahead.header.isBigEndian)
                guard frame.salt1 == ahead.header.salt1, frame.salt2 == ahead.header.salt2,
                    frame.checksum == checksum, frame.page > 0
                else { return pages }
                ahead.frames += 1
                ahead.checksum = checksum
                if frame.pagesAfterCommit > 0 { (cursor, pages) = (ahead, frame.pagesAfterCommit) }
            }
            guard count == window.count / frameBytes else { return pages }
        }
    }
}
