import Crypto
import Foundation

/// One file of the archived log: committed frames as SQLite wrote them, compressed, behind a header of fixed size. Of a page
/// that was written several times the last frame alone is kept: between two segments nothing is restored.
///
///     0     1024   header: one line of JSON, padded with spaces
///     1024  …      gzip of the frames, each 24 bytes and a page
///
/// The header holds the hash of the header before it, so that a segment that is missing or exchanged is noticed.
struct WalSegment: Codable, Sendable, Hashable {
    static let headerBytes = 1024
    static let formatNewest = 1
    static let suffix = ".wal"
    /// What a first segment follows.
    static let noHead = String(repeating: "0", count: 64)

    var format = formatNewest
    var service: String
    var generation: String
    /// From 1 on.
    var sequence: Int64
    var previous: String
    var pageSize: Int
    /// The first frame's number in SQLite's log, from 0 on, how many there were, and the salts of that log.
    var firstFrame: Int64
    var frameCount: Int64
    var salts: [UInt32]
    /// SQLite's running checksum after the last frame: tells whether a log still holds these very frames.
    var checksum: [UInt32]?
    /// The size of the database afterwards.
    var pages: UInt32
    /// Nothing was committed between the segment before and this instant.
    var quietUntil: BackupMoment
    /// All that was committed up to this instant is in this segment or an earlier one.
    var completeAt: BackupMoment
    /// After this segment.
    var events: EventPositions
    /// Of the frames that were kept.
    var frames: FileDigest

    static func name(_ sequence: Int64) -> String { String(format: "%08lld", sequence) + suffix }

    /// nil for a file that is no segment.
    static func sequence(of name: String) -> Int64? {
        guard name.hasSuffix(suffix), let number = Int64(name.dropLast(suffix.count)) else { return nil }
        return number > 0 ? number : nil
    }

    /// Writes the file under its name, durably, and returns the hash that the next one will carry.
    func write(_ range: Range<Int64>, of log: borrowing InputFile, to directory: String) throws -> String {
        let path = "\(directory)/\(Self.name(sequence))"
        let draft = path + ".tmp"
        unlink(draft)
        do {
            let file = try OutputFile(creating: draft)
            let blank = [UInt8](repeating: 0x20, count: Self.headerBytes)
            try blank.withUnsafeBytes { try file.write($0) }
            var header = self
            header.frames = try Gzip.compress(log, try newest(in: range, of: log), into: file).plain
            let bytes = try header.encoded(path)
            try bytes.withUnsafeBytes { try file.write($0, at: 0) }
            try file.sync()
            try Disk.rename(draft, to: path)
            return SHA256.hash(data: bytes).hex
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Where the last frame of each page stands, in order, neighbours in one.
    private func newest(in range: Range<Int64>, of log: borrowing InputFile) throws -> [Range<Int64>] {
        let frameBytes = Int64(WalFrame.headerBytes + pageSize)
        let header = UnsafeMutableRawBufferPointer.allocate(byteCount: WalFrame.headerBytes, alignment: 16)
        defer { header.deallocate() }
        var last: [UInt32: Int64] = [:]
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: Int(frameBytes)) {
            guard try log.read(into: header, at: offset) == header.count else {
                throw BackupError.unusable(path: log.path, reason: "ends early")
            }
            last[WalFrame(UnsafeRawBufferPointer(header)).page] = offset
        }
        return last.values.sorted().reduce(into: []) { ranges, offset in
            if let before = ranges.last, before.upperBound == offset {
                ranges[ranges.count - 1] = before.lowerBound..<offset + frameBytes
            } else {
                ranges.append(offset..<offset + frameBytes)
            }
        }
    }

    private func encoded(_ path: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = [UInt8](try encoder.encode(self))
        guard bytes.count < Self.headerBytes else {
            throw BackupError.unusable(path: path, reason: "its header is too long")
        }
        bytes += [UInt8](repeating: 0x20, count: Self.headerBytes - bytes.count - 1) + [0x0a]
        return bytes
    }

    /// Reads a header and its hash. Throws `BackupError.damaged` or `.newerFormat`.
    static func read(_ path: String) throws -> (segment: WalSegment, hash: String) {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: headerBytes),
            data.count == headerBytes, let mark = try? JSONDecoder().decode(FormatMark.self, from: data)
        else { throw BackupError.damaged(path: path, reason: "its header cannot be read") }
        guard mark.format <= formatNewest else { throw BackupError.newerFormat(path: path, format: mark.format) }
        guard let segment = try? JSONDecoder().decode(WalSegment.self, from: data),
            (512...65536).contains(segment.pageSize), segment.frames.bytes >= 0
        else { throw BackupError.damaged(path: path, reason: "its header cannot be read") }
        return (segment, SHA256.hash(data: data).hex)
    }

    private struct FormatMark: Decodable { var format: Int }
}
