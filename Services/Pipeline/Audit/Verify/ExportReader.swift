import Foundation
import TransparencyLog

/// Reads an export piece by piece, in the order in which it is verified, and notes what is wrong with its files. Holds a
/// bundle of entries and a tile of each level. Used by one task.
final class ExportReader {
    static let problemsMax = 20

    let size: Int64
    private(set) var problems: [String] = []
    private(set) var pruned: PrunedPart
    private(set) var erasures = Erasures()

    private let directory: ExportDirectory
    private let progress: LogProgress
    private var checkpoints: ArraySlice<Data>
    private var hashes: TileHashStream
    private var entries: ArraySlice<Data> = []
    private let minimumIndex: Int64
    private var index: Int64

    /// - Parameter notes: checkpoints from elsewhere, such as a witness, which must fit too.
    init(_ directory: ExportDirectory, _ notes: [Data], of log: TrustedLog, _ progress: LogProgress) throws {
        self.directory = directory
        self.progress = progress
        let own = try directory.checkpoints()
        guard !own.isEmpty else { throw CommandFailure.unreadable("\(directory.path) is no export of a log.") }
        checkpoints = Self.ordered(own + notes)[...]
        // Only what the log has signed tells how much there must be.
        size = checkpoints.compactMap { try? log.open($0).checkpoint.size }.max() ?? 0
        guard size <= StoredHashIndex.leavesMax else { throw CommandFailure.unreadable("No log has \(size) entries.") }
        // Logs are pruned in whole bundles.
        minimumIndex = try min(directory.minimumIndex(), size) / Int64(Tile.widthMax) * Int64(Tile.widthMax)
        index = minimumIndex
        pruned = try PrunedPart(directory, before: minimumIndex, progress)
        hashes = TileHashStream(directory, size: size)
    }

    var parts: ExportParts {
        ExportParts(
            nextCheckpoint: { self.checkpoints.popFirst() }, nextEntry: nextEntry,
            nextHash: { try self.hashes.next(report: self.report) }, minimumIndex: minimumIndex)
    }

    /// By the sizes that they claim, each once; what is no checkpoint stands at the end, to be refused.
    private static func ordered(_ notes: [Data]) -> [Data] {
        var seen: Set<Data> = []
        let sizes = notes.filter { seen.insert($0).inserted }.enumerated().map { place, note in
            (note, place, (try? SignedNote(note)).flatMap(Checkpoint.init(unverified:))?.size ?? .max)
        }
        return sizes.sorted { ($0.2, $0.1) < ($1.2, $1.1) }.map(\.0)
    }

    private func nextEntry() throws -> Data? {
        if entries.isEmpty {
            guard let bundle = Tile(.entries, index: index / Int64(Tile.widthMax), in: size), index < size else {
                return nil
            }
            entries = try read(bundle)[...]
            index += Int64(bundle.width)
            try progress.report("verified", index, of: size, "entries")
        }
        let number = index - Int64(entries.count)
        let entry = entries.popFirst()
        if let act = entry.flatMap(LogAct.init) {
            pruned.read(act)
            erasures.read(act, at: number)
        }
        return entry
    }

    /// As many as there must be: behind what can be read stand empty ones, which no signature fits, so that the entries after
    /// them keep their numbers.
    private func read(_ bundle: Tile) throws -> [Data] {
        guard let bytes = try directory.bytes(of: bundle) else {
            report("\(bundle.path) is missing")
            return Array(repeating: Data(), count: bundle.width)
        }
        let entries = bundle.wholeEntries(of: bytes) { report($0) }
        return entries + Array(repeating: Data(), count: bundle.width - entries.count)
    }

    private func report(_ problem: String) {
        if problems.count < Self.problemsMax { problems.append(problem) }
    }
}

extension Tile {
    /// The entries of a bundle that may be damaged; says what is wrong with it.
    func wholeEntries(of bytes: Data, report: (String) -> Void) -> [Data] {
        let (entries, rest) = EntryBundle.readable(bytes, width: width)
        if entries.count < width {
            report("\(path) holds \(entries.count) whole entries of \(width)")
        } else if !rest.isEmpty {
            report("\(path) holds more than its \(width) entries")
        }
        return entries
    }
}
