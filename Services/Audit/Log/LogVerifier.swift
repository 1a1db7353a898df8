import Foundation
import TransparencyLog

/// One row of the log as verification reads it.
struct StoredEntry {
    var seq: Int64
    /// Of its bytes.
    var leaf: MerkleHash
    var source: String
    var sourceSeq: Int64
    /// Whether the columns for search say what the bytes say.
    var columnsFit: Bool
    /// Whether as many personal values are kept beside it or were erased as its bytes commit to.
    var areValuesThere: Bool
    /// Whether those that are kept are what its bytes commit to.
    var areValuesRight: Bool
}

/// Takes all entries in order, rebuilds the tree from their bytes, and notes whatever does not fit what is stored.
/// Holds the edge of the tree and at most `problemsMax` sentences, however long the log is.
///
/// It finds every change that leaves entries and hashes in disagreement. Somebody who rewrites both to agree is found
/// by the checkpoints that were signed before, here or wherever they are kept.
struct LogVerifier {
    static let problemsMax = 20

    private(set) var problems: [String] = []
    private(set) var firstBadSeq: Int64?
    private(set) var tree = MerkleFrontier()
    /// The number that the next entry must have; after the last one, the size that the log claims.
    private(set) var nextSeq: Int64 = 0
    /// Of each source, the last event that was taken in at its turn.
    private(set) var lastSequence: [String: Int64] = [:]
    /// Events that were parked and taken in later, as an entry beside each of them says.
    var redriven: [String: Set<Int64>] = [:]
    /// Entries before the first one were pruned.
    private(set) var startsLater = false

    /// - Parameter stored: what is stored for this leaf: its own hash, then those of the subtrees it completes.
    mutating func take(_ entry: StoredEntry, stored: [MerkleHash]) {
        if entry.seq != nextSeq { report(nextSeq, "entry \(nextSeq) is missing: the next one is \(entry.seq)") }
        nextSeq = entry.seq + 1

        if stored.first != entry.leaf {
            report(entry.seq, "entry \(entry.seq) does not have the hash that is stored for it")
        }
        if !entry.columnsFit { report(entry.seq, "entry \(entry.seq) is indexed by other values than it holds") }
        if !entry.areValuesThere {
            report(entry.seq, "a personal value that entry \(entry.seq) commits to is gone, and no erasure tells of it")
        }
        if !entry.areValuesRight {
            report(
                entry.seq,
                "a personal value kept beside entry \(entry.seq) is not the one that the entry commits to")
        }
        if redriven[entry.source]?.contains(entry.sourceSeq) != true {
            let last = lastSequence[entry.source] ?? 0
            if last >= entry.sourceSeq {
                report(entry.seq, "entry \(entry.seq) stands after a later event of \(entry.source)")
            }
            lastSequence[entry.source] = max(last, entry.sourceSeq)
        }
        append(entry.leaf, at: entry.seq, stored: stored)
    }

    /// An entry that was pruned: its hash stands for it, and the nodes above it must be made of that.
    mutating func takePruned(_ leaf: MerkleHash, stored: [MerkleHash]) {
        let seq = nextSeq
        (nextSeq, startsLater) = (seq + 1, true)
        append(leaf, at: seq, stored: stored)
    }

    private mutating func append(_ leaf: MerkleHash, at seq: Int64, stored: [MerkleHash]) {
        let made = tree.append(leaf)
        // Behind the first fault all inner nodes differ, which would say nothing new.
        if firstBadSeq == nil, made != stored {
            report(seq, "a node above entry \(seq) is not the hash of what lies below it")
        }
    }

    mutating func report(_ seq: Int64?, _ problem: String) {
        if let seq { firstBadSeq = min(firstBadSeq ?? seq, seq) }
        if problems.count < Self.problemsMax { problems.append(problem) }
    }
}
