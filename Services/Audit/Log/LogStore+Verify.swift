import Contracts
import Foundation
import GRDB
import Storage
import TransparencyLog

extension LogStore {
    /// Reads the whole log in one read transaction, on a thread of the database, one row at a time. Appending goes on
    /// meanwhile; what it adds is not looked at.
    ///
    /// - Parameters:
    ///   - log: whose signatures checkpoints must have; nil compares their roots alone.
    ///   - newest: the checkpoint that is known to have been signed last, and must be there.
    func verify(
        sources: [String], of log: TrustedLog? = nil, newest: Checkpoint? = nil, at now: Instant = .now
    ) async throws -> AuditVerification {
        try await store.read { db in
            let minimum = try LogStore.minimum(in: db)
            var verifier = LogVerifier()
            for source in sources {
                verifier.redriven[source] = try DeadLetters.Box(group: Self.group, source: source).redriven(in: db)
            }
            do {
                var (nodes, checkpoints) = (try StoredNodes(db), try StoredCheckpoints(db, of: log))
                try readPruned(before: minimum, into: &verifier, beside: &nodes, &checkpoints)
                try readEntries(into: &verifier, beside: &nodes, &checkpoints, in: db)
                try finish(&verifier, hasMoreHashes: nodes.hasMore, sources: sources, in: db)
                try checkpoints.finish(&verifier, newest: newest)
                try checkMinimum(minimum, into: &verifier, in: db)
                try LogStore.readRedactions(into: &verifier, in: db)
            } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_IOERR].contains(error.resultCode) {
                verifier.report(verifier.nextSeq, "SQLite cannot read the file from entry \(verifier.nextSeq) on")
            }
            return AuditVerification(
                ok: verifier.problems.isEmpty, size: verifier.tree.size,
                root: verifier.tree.root.data.base64EncodedString(), verifiedAt: now, problems: verifier.problems,
                firstBadSeq: verifier.firstBadSeq, minimumIndex: minimum)
        }
    }
}

/// What was pruned is taken as its hashes have it: they must lead to every root that was signed, as if the entries were there.
private func readPruned(
    before minimum: Int64, into verifier: inout LogVerifier, beside nodes: inout StoredNodes,
    _ checkpoints: inout StoredCheckpoints
) throws {
    while verifier.nextSeq < minimum {
        let seq = verifier.nextSeq
        let stored = try nodes.take(seq)
        guard let leaf = stored.first else {
            return verifier.report(seq, "the hashes of entry \(seq), which was pruned, are missing")
        }
        verifier.takePruned(leaf, stored: stored)
        try checkpoints.compare(&verifier)
    }
}

private func readEntries(
    into verifier: inout LogVerifier, beside nodes: inout StoredNodes, _ checkpoints: inout StoredCheckpoints,
    in db: Database
) throws {
    let rows = try RawRows(db, sql: EntryComparison.allEntries)
    var comparison = try EntryComparison(db)
    while let row = try rows.next() {
        guard let entry = try comparison.entry(row) else {
            return verifier.report(verifier.nextSeq, "the row of entry \(verifier.nextSeq) cannot be read")
        }
        verifier.take(entry, stored: try nodes.take(entry.seq))
        try checkpoints.compare(&verifier)
    }
}

/// Whoever raises the minimum alone would take entries away unseen.
private func checkMinimum(_ minimum: Int64, into verifier: inout LogVerifier, in db: Database) throws {
    let told = try LogStore.minimumTold(in: db)
    guard told != minimum else { return }
    verifier.report(
        min(told, minimum), "the log begins at entry \(minimum), but its entries tell that it was pruned to \(told)")
}

/// What only the end of the log shows: whether its tail is still there, and whether the stored tree has the same root.
private func finish(
    _ verifier: inout LogVerifier, hasMoreHashes: Bool, sources: [String], in db: Database
) throws {
    let size = verifier.nextSeq
    if hasMoreHashes { report("hashes are stored for entries that are missing from \(size) on") }
    for source in sources {
        let cursor = try Inbox.cursor(of: source, in: db)
        let parked = try DeadLetters.Box(group: LogStore.group, source: source).last(in: db)
        // All that it ever sent may be pruned.
        let last = max(verifier.lastSequence[source] ?? (verifier.startsLater ? cursor : 0), parked)
        if cursor != last { report("\(source) was read up to event \(cursor), but the log ends at its event \(last)") }
    }
    do {
        if try LogStore.frontier(in: db).root != verifier.tree.root {
            verifier.report(nil, "the root of the stored tree is not that of the entries")
        }
    } catch let error as LogError {
        verifier.report(nil, error.description)
    }

    func report(_ problem: String) { verifier.report(size, problem) }
}
