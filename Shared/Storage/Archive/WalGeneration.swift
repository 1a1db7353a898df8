import Foundation

/// The archived log from one point on without a gap, often over many runs of a service: a directory of segments, and a
/// file that says until when the store is known to have been quiet after the last one.
struct WalGeneration: Sendable, Hashable {
    private static let untilName = "until"

    let path: String
    var name: String { (path as NSString).lastPathComponent }

    static func all(in folder: BackupFolder) throws -> [WalGeneration] {
        try Disk.names(in: folder.logPath).filter { !$0.hasPrefix(".") }
            .map { WalGeneration(path: "\(folder.logPath)/\($0)") }
    }

    /// Starts one. Its name sorts by time; the random part tells apart two stores that use one folder by mistake.
    static func create(in folder: BackupFolder, at moment: BackupMoment) throws -> WalGeneration {
        let mark = String(format: "%08x", UInt32.random(in: .min ... .max))
        let generation = WalGeneration(path: "\(folder.logPath)/\(moment.stamp)-\(mark)")
        try Disk.makeDirectory(generation.path)
        try Disk.syncDirectory(folder.logPath)
        return generation
    }

    func segmentPath(_ sequence: Int64) -> String { "\(path)/\(WalSegment.name(sequence))" }

    /// The numbers of the segments that are there, in order.
    func sequences() throws -> [Int64] { try Disk.names(in: path).compactMap(WalSegment.sequence).sorted() }

    /// In place and, unless it is the last word, not synced: it is written every few seconds while nothing happens, and
    /// what a power cut loses of it costs knowledge of quiet seconds only.
    func noteQuiet(until moment: BackupMoment, isLast: Bool = false) throws {
        let file = try OutputFile(at: "\(path)/\(Self.untilName)")
        try Array("\(moment)\n".utf8).withUnsafeBytes { try file.write($0, at: 0) }
        if isLast { try file.sync() }
    }

    /// nil when nothing, or nothing readable, was noted.
    var quietUntil: BackupMoment? {
        guard let text = try? String(contentsOfFile: "\(path)/\(Self.untilName)", encoding: .utf8) else { return nil }
        return BackupMoment(text.trimmingCharacters(in: .newlines))
    }

    /// The last instant that it knows of; its start when it knows of none. nil for a directory that is none of ours, or
    /// one that cannot be read.
    var end: BackupMoment? {
        guard let start = BackupMoment(stamp: name.prefix(20)), let sequences = try? sequences() else { return nil }
        guard let last = sequences.last else { return max(start, quietUntil ?? start) }
        let path = segmentPath(last)
        // A segment is never touched again, so when it was written tells enough where its header is lost.
        guard let written = (try? WalSegment.read(path).segment.completeAt) ?? Disk.modified(path) else { return nil }
        return max(start, written, quietUntil ?? start)
    }
}
