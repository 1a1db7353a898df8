import TransparencyLog

/// What the verification of an export found.
struct VerifyReport: Report {
    /// From the first to the last, both included.
    struct Entries: Encodable {
        let from: Int64
        let to: Int64

        /// Nil for none.
        init?(_ range: Range<Int64>?) {
            guard let range, !range.isEmpty else { return nil }
            (from, to) = (range.lowerBound, range.upperBound - 1)
        }

        var count: Int64 { to - from + 1 }

        var text: String { from == to ? "entry \(from)" : "entries \(from) to \(to)" }
    }

    let isGood: Bool
    let origin: String
    /// How many entries the checkpoints vouch for, and the root of them all.
    let size: Int64
    let root: String
    /// How many checkpoints fit.
    let checkpoints: Int
    /// Where the first entry stands that is not what was signed.
    let firstBad: Entries?
    let problems: [String]
    /// Those that are not there, from the first to the last: of them only the hashes fit.
    let notChecked: Entries?
    /// Who says that the log has pruned those: an entry of the log, or the caller. Nil for nobody, and then nothing is good.
    let prunedBy: PrunedPart.Teller?
    /// How many entries tell that personal values were erased, and the first of them.
    let erasureCount: Int
    let erasures: [Erasures.Erasure]

    /// Printed for people; JSON has more.
    private static let erasureLinesMax = 20

    /// - Parameters:
    ///   - files: what is wrong with the files of the export.
    ///   - prunedBefore: up to where the caller knows the log to be pruned.
    init(
        _ report: ExportReport, of log: TrustedLog, files: [String], pruned: PrunedPart, prunedBefore: Int64,
        erasures: Erasures
    ) {
        origin = log.origin
        size = report.signedSize
        root = report.root.base64
        checkpoints = report.checkpoints
        let bad = [report.firstBad, pruned.firstBad].compactMap(\.self)
        firstBad = Entries(bad.min { $0.lowerBound < $1.lowerBound })
        notChecked = Entries(pruned.missing)
        prunedBy = pruned.teller(prunedBefore)
        let unexplained = prunedBy == nil ? notChecked.map(Self.unexplained) : nil
        problems = files + pruned.problems + report.problems.map(\.description) + [unexplained].compactMap(\.self)
        isGood = problems.isEmpty
        (erasureCount, self.erasures) = (erasures.count, erasures.list)
    }

    private static func unexplained(_ entries: Entries) -> String {
        """
        nothing is there of \(entries.text), and neither an entry of this export nor --pruned-before says that the log has \
        pruned them. If it pruned while it was exported, export again; if you know from elsewhere that it did, give \
        --pruned-before \(entries.to + 1)
        """
    }

    /// Of a log whose only checkpoint is not signed as it must be.
    init(refused error: CheckpointError, of log: TrustedLog) {
        isGood = false
        origin = log.origin
        (size, root, checkpoints) = (0, MerkleHash.empty.base64, 0)
        (firstBad, notChecked, prunedBy) = (nil, nil, nil)
        (erasureCount, erasures) = (0, [])
        problems = [ExportProblem.checkpointRefused(number: 1, error).description]
    }

    var lines: [String] {
        var lines: [String] = []
        if isGood {
            let checked = notChecked.map { "the \(size - $0.count) entries that are left" } ?? "all \(size) entries"
            lines.append("good: \(checked) of \(origin) are what was signed")
        } else if let firstBad {
            lines.append("TAMPERED: the first that is not what was signed: \(firstBad.text)")
        } else if let notChecked, prunedBy == nil, problems.count == 1 {
            lines.append("UNEXPLAINED: nothing is there of \(notChecked.text)")
        } else {
            lines.append("TAMPERED: what is there is not what was signed")
        }
        lines += problems.map { "- \($0)" }
        lines.append(
            "\(checkpoints) checkpoints fit, each a continuation of the one before; the last has \(size) entries")
        lines.append("root \(root)")
        if let notChecked, let prunedBy {
            let why = prunedBy == .log ? "the log has pruned them" : "they were pruned, as --pruned-before says"
            lines.append("NOT CHECKED: what \(notChecked.text) said: \(why), and only their hashes fit")
        }
        guard erasureCount > 0 else { return lines }
        lines.append("ERASED: personal values, as \(erasureCount) entries tell; the log commits to them as before")
        lines += erasures.prefix(Self.erasureLinesMax).map { "- \($0.text)" }
        if erasureCount > Self.erasureLinesMax { lines.append("- and \(erasureCount - Self.erasureLinesMax) more") }
        return lines
    }
}

/// What the verification of a proof file found.
struct ProofReport: Report {
    struct Cosignature: Encodable {
        let witness: String
        /// Seconds since 1970.
        let time: Int64?
    }

    let isGood: Bool
    let origin: String
    let index: Int64
    /// Of the tree whose root is signed.
    let size: Int64?
    let problem: String?
    let cosignatures: [Cosignature]

    init(_ proof: TlogProof, _ leaf: MerkleHash, of log: TrustedLog) {
        origin = log.origin
        index = proof.index
        do {
            let opened = try proof.verify(leaf, of: log)
            (isGood, size, problem) = (true, opened.checkpoint.size, nil)
            cosignatures = opened.cosignatures.map { Cosignature(witness: $0.key.name, time: $0.time) }
        } catch {
            (isGood, size, problem) = (false, nil, "\(error)")
            cosignatures = []
        }
    }

    var lines: [String] {
        guard isGood, let size else { return ["TAMPERED: \(problem ?? "")"] }
        return ["good: it is entry \(index) of the \(size) of \(origin)"]
            + cosignatures.map { "cosigned by \($0.witness)\($0.time.map { " at \($0) s since 1970" } ?? "")" }
    }
}
