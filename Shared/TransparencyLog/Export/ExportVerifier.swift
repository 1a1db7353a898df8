import Foundation

/// Verifies an export without the service that made it: rebuilds the tree from the entries, compares each with the hash that
/// is stored for it, and compares the root at each checkpoint with the one that the log has signed.
///
/// All checkpoints that fit are consistent with each other, each pair: they are roots of one tree that only grew (RFC 6962
/// section 2.1.2 proves no more). Holds two edges of a tree and at most `problemsMax` problems, however long the log is.
package struct ExportVerifier {
    package static let problemsMax = 20

    private let log: TrustedLog
    private let parts: ExportParts

    /// The edge of the tree that the entries make.
    private var tree = MerkleFrontier()
    /// The edge of the tree that the stored leaf hashes make, from the first entry on that does not have its hash until a
    /// checkpoint tells which of the two is right.
    private var storedTree: MerkleFrontier?
    private var differing: [Int64] = []
    private var hashesTaken: Int64 = 0
    private var hasHashes: Bool

    /// The next checkpoint, until the tree has grown to its size.
    private var awaited: (number: Int, checkpoint: Checkpoint)?
    private var checkpointsRead = 0
    private var largestSize: Int64 = 0
    private var checkpointsGood = 0
    private var signedSize: Int64 = 0

    private var problems: [ExportProblem] = []
    private var firstBad: Range<Int64>?
    /// The nodes that a leaf completes, in either tree. Kept, so that no leaf needs arrays of its own.
    private var made: [MerkleHash] = []
    private var madeOfStored: [MerkleHash] = []

    /// Throws only what reading a part throws.
    package static func verify(_ parts: ExportParts, of log: TrustedLog) throws -> ExportReport {
        var verifier = ExportVerifier(parts, log)
        repeat { try verifier.readCheckpoints() } while try verifier.takeEntry()
        return try verifier.finish()
    }

    private init(_ parts: ExportParts, _ log: TrustedLog) {
        self.parts = parts
        self.log = log
        hasHashes = parts.nextHash != nil
    }

    /// What only the end shows.
    private mutating func finish() throws -> ExportReport {
        if let awaited { report(missingUpTo: awaited.checkpoint.size) }
        awaited = nil
        while let note = try parts.nextCheckpoint() {
            guard let checkpoint = open(note) else { continue }
            report(missingUpTo: checkpoint.size)
        }
        settleWithoutCheckpoint()
        if hasHashes, try parts.nextHash?() != nil { report(.hashesLeftOver) }
        if checkpointsRead == 0 { report(.noCheckpoint) }
        return ExportReport(
            size: tree.size, root: tree.root, checkpoints: checkpointsGood, signedSize: signedSize, problems: problems,
            firstBad: firstBad)
    }

    private mutating func report(_ problem: ExportProblem, bad entries: Range<Int64>? = nil) {
        // Checkpoints may come upon a fault later than a lone entry does.
        if let entries, entries.lowerBound < firstBad?.lowerBound ?? .max { firstBad = entries }
        if problems.count < Self.problemsMax { problems.append(problem) }
    }

    private mutating func report(missingUpTo size: Int64) {
        guard size > tree.size else { return }
        report(.entriesMissing(from: tree.size, to: size), bad: tree.size..<tree.size + 1)
    }
}

// MARK: checkpoints

extension ExportVerifier {
    /// Reads on to the next checkpoint that lies before us; those of the size at hand are compared at once.
    private mutating func readCheckpoints() throws {
        while awaited == nil, let note = try parts.nextCheckpoint() {
            guard let checkpoint = open(note) else { continue }
            awaited = (checkpointsRead, checkpoint)
            compareRoot()
        }
    }

    /// Nil, and a problem, for one that does not belong there.
    private mutating func open(_ note: Data) -> Checkpoint? {
        checkpointsRead += 1
        do {
            let checkpoint = try log.open(note).checkpoint
            guard checkpoint.size >= largestSize else {
                report(.checkpointGoesBack(number: checkpointsRead, size: checkpoint.size, after: largestSize))
                return nil
            }
            largestSize = checkpoint.size
            return checkpoint
        } catch {
            report(.checkpointRefused(number: checkpointsRead, error))
            return nil
        }
    }

    private mutating func compareRoot() {
        guard let (number, checkpoint) = awaited, checkpoint.size == tree.size else { return }
        awaited = nil
        if checkpoint.root == tree.root {
            for index in differing { report(.leafHashWrong(entry: index)) }
        } else if let storedTree, checkpoint.root == storedTree.root {
            for index in differing { report(.entryWrong(index: index), bad: index..<index + 1) }
            tree = storedTree
        } else if checkpoint.size == signedSize {
            return report(.otherTree(number: number, size: checkpoint.size))
        } else {
            let entries = signedSize..<checkpoint.size
            report(.rootWrong(number: number, size: checkpoint.size, entries: entries), bad: entries)
            return settleWithoutCheckpoint()
        }
        (storedTree, differing) = (nil, [])
        checkpointsGood += 1
        signedSize = checkpoint.size
    }

    /// Where nothing signed says which is right, the entry is the suspect.
    private mutating func settleWithoutCheckpoint() {
        for index in differing { report(.entryWrong(index: index), bad: index..<index + 1) }
        differing = []
    }
}

// MARK: entries

extension ExportVerifier {
    /// False at the end of the entries.
    private mutating func takeEntry() throws -> Bool {
        let index = tree.size
        if index < parts.minimumIndex {
            guard let leaf = try takeHash() else { return false }
            try append(leaf, stored: leaf)
        } else {
            guard let entry = try parts.nextEntry() else { return false }
            try append(.leaf(entry), stored: try takeHash())
        }
        compareRoot()
        return true
    }

    private mutating func append(_ leaf: MerkleHash, stored: MerkleHash?) throws {
        if let stored, stored != leaf {
            if storedTree == nil { storedTree = tree }
            if differing.count < Self.problemsMax { differing.append(tree.size) }
        }
        tree.append(leaf, made: &made)
        guard let stored else {
            storedTree = nil
            return settleWithoutCheckpoint()
        }
        storedTree?.append(stored, made: &madeOfStored)
        for level in made.indices.dropFirst() {
            guard let node = try takeHash() else { return }
            // Either of the two trees may turn out to be the right one.
            let fits = node == made[level] || (storedTree != nil && node == madeOfStored[level])
            if !fits { report(.nodeHashWrong(index: hashesTaken - 1)) }
        }
    }

    private mutating func takeHash() throws -> MerkleHash? {
        guard hasHashes, let nextHash = parts.nextHash else { return nil }
        guard let hash = try nextHash() else {
            hasHashes = false
            report(.hashMissing(index: hashesTaken))
            return nil
        }
        hashesTaken += 1
        return hash
    }
}
