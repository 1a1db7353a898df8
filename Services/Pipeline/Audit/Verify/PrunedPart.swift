import Foundation
import TransparencyLog

/// The part of an export before its `minimum-index`, which nobody has signed. So what is there in spite of it is checked all the
/// same, and what is not there counts as pruned only where an entry that is left tells it, or the caller.
struct PrunedPart {
    static let problemsMax = 20

    /// Who says that the missing entries were pruned.
    enum Teller: String, Encodable { case log, caller }

    /// From the first entry that is not there to behind the last one; nil where all are.
    private(set) var missing: Range<Int64>?
    private(set) var firstBad: Range<Int64>?
    private(set) var problems: [String] = []
    /// What the entries that are left say.
    private var toldByLog: Int64 = 0

    /// - Parameter minimum: a multiple of 256, and no more than what the log has signed.
    init(_ directory: ExportDirectory, before minimum: Int64, _ progress: LogProgress) throws {
        for index in 0..<minimum / Int64(Tile.widthMax) {
            try check(index, in: directory)
            try progress.report("looked for", (index + 1) * Int64(Tile.widthMax), of: minimum, "pruned entries")
        }
    }

    /// Compares with the stored hashes, which must lead to the signed roots as those of pruned entries must.
    private mutating func check(_ index: Int64, in directory: ExportDirectory) throws {
        let first = index * Int64(Tile.widthMax)
        var entries: [Data] = []
        if let found = try directory.widest(.entries, at: index) {
            entries = found.tile.wholeEntries(of: found.bytes) { report($0) }
        }
        if entries.count < Tile.widthMax {
            let start = missing?.lowerBound ?? first + Int64(entries.count)
            missing = start..<first + Int64(Tile.widthMax)
        }
        // Who reads all hashes tells that these are missing.
        guard !entries.isEmpty, let tile = Tile(.hashes(level: 0), index: index),
            let bytes = try directory.bytes(of: tile), let hashes = tile.hashes(in: bytes)
        else { return }
        for (place, (entry, hash)) in zip(entries, hashes).enumerated() where MerkleHash.leaf(entry) != hash {
            let bad = first + Int64(place)
            report("entry \(bad) is not the one whose hash is stored")
            if firstBad == nil { firstBad = bad..<bad + 1 }
        }
    }

    private mutating func report(_ problem: String) {
        if problems.count < Self.problemsMax { problems.append(problem) }
    }

    /// Takes note of an entry that is left.
    mutating func read(_ act: LogAct) {
        guard missing != nil, let told = act.minimumIndex else { return }
        toldByLog = max(toldByLog, told)
    }

    /// Nil where nothing is missing, or nobody tells why.
    /// - Parameter prunedBefore: what the caller knows.
    func teller(_ prunedBefore: Int64) -> Teller? {
        guard let missing else { return nil }
        if toldByLog >= missing.upperBound { return .log }
        return prunedBefore >= missing.upperBound ? .caller : nil
    }
}
