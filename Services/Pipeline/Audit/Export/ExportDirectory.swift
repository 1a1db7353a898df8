import Foundation
import Storage
import TransparencyLog

/// An export on disk: the log as C2SP tlog-tiles lays it out, and all its checkpoints that were ever fetched.
/// ```
/// checkpoint                        the newest; written last, so that all it vouches for is there
/// checkpoint.next                   the one that an unfinished export is fetching
/// checkpoints/00000000000000001234  by the number of entries
/// minimum-index                     only if bundles before it are missing, which the log had pruned
/// tile/0/x001/x234/067              hashes
/// tile/entries/x001/x234/067.p/8    entries
/// tile/entries/x001/x234/067.refused  what the log served where an earlier export has other entries
/// ```
struct ExportDirectory: Sendable {
    static let newest = "checkpoint"
    static let next = "checkpoint.next"
    static let refused = "checkpoint.refused"
    private static let history = "checkpoints"
    private static let minimumIndex = "minimum-index"

    let path: String

    /// Nil where there is no such file.
    func read(_ name: String, bytesMax: Int) throws -> Data? {
        try ForeignFile(path: "\(path)/\(name)").read(bytesMax: bytesMax)
    }

    /// Readers see nothing or all of it, also after a power cut.
    func write(_ bytes: Data, to name: String) throws {
        let file = "\(path)/\(name)"
        try Disk.makeDirectory((file as NSString).deletingLastPathComponent)
        try Disk.write(bytes, to: file)
    }

    /// The bytes of a tile, perhaps cut out of a wider one that a later export has fetched; nil where there is none.
    func bytes(of tile: Tile) throws -> Data? {
        if let bytes = try read(tile.path, bytesMax: LogClient.bundleBytesMax) { return bytes }
        guard tile.width < Tile.widthMax, let wider = try widest(tile.content, at: tile.index),
            wider.tile.width > tile.width
        else { return nil }
        return tile.cut(from: wider.bytes)
    }

    /// The widest tile at a place, and its bytes; nil where there is none.
    func widest(_ content: Tile.Content, at index: Int64) throws -> (tile: Tile, bytes: Data)? {
        guard let full = Tile(content, index: index) else { return nil }
        for tile in [full] + narrower(than: full) {
            if let bytes = try read(tile.path, bytesMax: LogClient.bundleBytesMax) { return (tile, bytes) }
        }
        return nil
    }

    /// The partial tiles at the place of this one that it is wider than, the widest first.
    func narrower(than tile: Tile) -> [Tile] {
        guard let full = Tile(tile.content, index: tile.index) else { return [] }
        let widths = names(in: full.path + ".p").compactMap { Int($0) }.filter { $0 < tile.width }
        return widths.sorted(by: >).compactMap { Tile(tile.content, index: tile.index, width: $0) }
    }

    /// Whether the tile is there, whole, at this very width.
    func has(_ tile: Tile) throws -> Bool {
        try read(tile.path, bytesMax: LogClient.bundleBytesMax).map(tile.fits) ?? false
    }

    /// What a tree that has grown has no more: partial tiles for which there is a wider one.
    func removeSuperseded(by tile: Tile) {
        // They are only in the way.
        for old in narrower(than: tile) { unlink("\(path)/\(old.path)") }
        if tile.width == Tile.widthMax { rmdir("\(path)/\(tile.path).p") }
    }

    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }

    var isEmpty: Bool { names(in: "").allSatisfy { $0 == "LOCK" } }
}

// MARK: checkpoints

extension ExportDirectory {
    /// As they lie there: signed or not, in the order of their sizes, each once.
    func checkpoints() throws -> [Data] {
        let files = names(in: Self.history).map { "\(Self.history)/\($0)" } + [Self.newest]
        return try files.compactMap { try read($0, bytesMax: SignedNote.bytesMax) }
    }

    func checkpoint(_ name: String) throws -> Checkpoint? {
        guard let bytes = try read(name, bytesMax: SignedNote.bytesMax) else { return nil }
        guard let checkpoint = (try? SignedNote(bytes)).flatMap(Checkpoint.init(unverified:)) else {
            throw CommandFailure(line: "\(path)/\(name) is no checkpoint; export into another directory.")
        }
        return checkpoint
    }

    /// The last step of an export.
    func finish(_ note: SignedNote, size: Int64) throws {
        let digits = String(size)
        let name = String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
        try write(note.bytes, to: "\(Self.history)/\(name)")
        try write(note.bytes, to: Self.newest)
        unlink("\(path)/\(Self.next)")
    }

    func minimumIndex() throws -> Int64 {
        guard let bytes = try read(Self.minimumIndex, bytesMax: 32) else { return 0 }
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        guard let index = Int64(text), index >= 0 else {
            throw CommandFailure.unreadable("\(path)/\(Self.minimumIndex) is not a number.")
        }
        return index
    }

    func setMinimumIndex(_ index: Int64) throws {
        guard index > 0 else {
            unlink("\(path)/\(Self.minimumIndex)")
            return
        }
        try write(Data("\(index)\n".utf8), to: Self.minimumIndex)
    }
}
