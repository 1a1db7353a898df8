import Foundation
import Storage
import TransparencyLog

/// Downloads a log, or what it has more than an export of it. What was interrupted goes on where it was.
struct ExportRun: Sendable {
    let client: LogClient
    let directory: ExportDirectory
    /// Nil takes whatever the log has signed with; the verification wants a key in any case.
    let log: TrustedLog?
    let progress: LogProgress

    /// Throws a `CommandFailure` in one line, or a `CheckpointError` before anything is kept. What it has stays for the next run.
    func run() async throws -> ExportSummary {
        let note = try await client.checkpoint()
        let checkpoint = try opened(note)
        guard (0...StoredHashIndex.leavesMax).contains(checkpoint.size) else {
            throw CommandFailure(line: "\(client.api.base) claims to have \(checkpoint.size) entries.")
        }
        let old = try exported(of: checkpoint)
        if let old {
            let isContinued = try await continues(old, to: checkpoint)
            guard isContinued else { throw try refuse(note, of: checkpoint.size, behind: old) }
        }
        try directory.write(note.bytes, to: ExportDirectory.next)

        var fetched = 0
        for level in 0..<5 {
            let hashes = try await fetch(.hashes(level: level), of: checkpoint.size)
            fetched += hashes.new
        }
        let bundles = try await fetch(.entries, of: checkpoint.size)
        let minimumIndex = try await minimumIndex(behind: bundles.missing, of: checkpoint.size)
        try directory.setMinimumIndex(minimumIndex)
        try directory.finish(note, size: checkpoint.size)
        return ExportSummary(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.base64, minimumIndex: minimumIndex,
            tilesFetched: fetched + bundles.new, directory: directory.path)
    }

    private func opened(_ note: SignedNote) throws -> Checkpoint {
        if let log { return try log.open(note).checkpoint }
        guard let checkpoint = Checkpoint(unverified: note) else {
            throw CommandFailure(line: "\(client.api.base) serves a note that is no checkpoint.")
        }
        return checkpoint
    }

    /// What was exported before; nil for nothing. It is never overwritten by another log.
    private func exported(of new: Checkpoint) throws -> Checkpoint? {
        guard let old = try directory.checkpoint(ExportDirectory.next) ?? directory.checkpoint(ExportDirectory.newest)
        else {
            guard directory.isEmpty else {
                throw CommandFailure(line: "\(directory.path) is not empty, and no export of a log.")
            }
            return nil
        }
        guard old.origin.utf8.elementsEqual(new.origin.utf8) else {
            throw CommandFailure(
                line: "\(directory.path) is an export of \(old.origin), not of \(new.origin); use another directory.")
        }
        return old
    }

    private func continues(_ old: Checkpoint, to new: Checkpoint) async throws -> Bool {
        guard new.size >= old.size else { return false }
        let proof = try await client.consistencyProof(from: old.size, to: new.size)
        return proof.holds(from: old.root, to: new.root)
    }

    /// Nor by another history of this log, which is kept beside it.
    private func refuse(_ note: SignedNote, of size: Int64, behind old: Checkpoint) throws -> CommandFailure {
        try directory.write(note.bytes, to: ExportDirectory.refused)
        return CommandFailure(
            line: """
                The log, now of \(size) entries, does not continue the \(old.size) that were exported before: it was \
                restored or rewritten. Both checkpoints are kept in \(directory.path); nothing else was changed.
                """)
    }

    /// Behind the last bundle that is missing: the log has pruned that one and whatever lies before it, perhaps while this
    /// export ran (C2SP tlog-tiles, Pruning). What was exported before stays where it is.
    private func minimumIndex(behind missing: Set<Int64>, of size: Int64) async throws -> Int64 {
        guard let last = missing.max() else { return 0 }
        let end = (last + 1) * Int64(Tile.widthMax)
        // The newest entry is never pruned.
        guard end < size else { throw notServed(.entries, last, of: size) }
        // A minimum only grows: who still serves an older bundle withholds this one.
        if let older = (0..<last).last(where: { !missing.contains($0) }), let bundle = Tile(.entries, index: older) {
            let served = try await client.bytes(of: bundle)
            guard served == nil else { throw notServed(.entries, last, of: size) }
        }
        return end
    }

    private func notServed(_ content: Tile.Content, _ index: Int64, of size: Int64) -> CommandFailure {
        let path = Tile(content, index: index, in: size)?.path ?? "a tile"
        return CommandFailure(line: "\(client.api.base) does not serve \(path), which its checkpoint vouches for.")
    }
}

// MARK: tiles

extension ExportRun {
    private enum Outcome: Sendable { case there, fetched, missing }

    private struct Kept: Sendable {
        let tile: Tile
        let outcome: Outcome
    }

    /// How many are new here, and which ones the log does not serve.
    private struct Fetched: Sendable {
        var new = 0
        var missing: Set<Int64> = []
    }

    /// Of hashes none may be missing; of entries the log may have pruned some.
    private func fetch(_ content: Tile.Content, of size: Int64) async throws -> Fetched {
        let what = content == .entries ? "entries" : "hashes"
        return try await withThrowingTaskGroup(of: Kept.self) { group in
            var next: Int64 = 0
            while next < LogClient.fetchesMax, let tile = Tile(content, index: next, in: size) {
                group.addTask { try await keep(tile) }
                next += 1
            }
            var fetched = Fetched()
            // Whenever one is there, the next is asked for.
            for try await kept in group {
                switch kept.outcome {
                case .there: break
                case .fetched: fetched.new += 1
                case .missing:
                    guard content == .entries else { throw notServed(content, kept.tile.index, of: size) }
                    fetched.missing.insert(kept.tile.index)
                }
                try progress.report("exported", min(kept.tile.endIndex, size), of: size, what)
                if let tile = Tile(content, index: next, in: size) {
                    group.addTask { try await keep(tile) }
                    next += 1
                }
            }
            return fetched
        }
    }

    private func keep(_ tile: Tile) async throws -> Kept {
        guard try !directory.has(tile) else { return Kept(tile: tile, outcome: .there) }
        let served = try await client.bytes(of: tile)
        guard let served else { return Kept(tile: tile, outcome: .missing) }
        try checkContinues(to: tile, served)
        try directory.write(served, to: tile.path)
        directory.removeSuperseded(by: tile)
        return Kept(tile: tile, outcome: .fetched)
    }

    /// The partial bundle of an earlier export may be the only copy that nobody else can change: it goes only when the wider
    /// one begins with it. Hashes can be made again, and the roots vouch for them.
    private func checkContinues(to bundle: Tile, _ served: Data) throws {
        guard bundle.content == .entries else { return }
        for old in directory.narrower(than: bundle) {
            guard let kept = try directory.read(old.path, bytesMax: LogClient.bundleBytesMax),
                let entry = old.firstDifference(kept, served)
            else { continue }
            let refused = bundle.path + ".refused"
            try directory.write(served, to: refused)
            throw CommandFailure(
                line: """
                    The log now serves another entry \(entry) than was exported before. Both are kept in \
                    \(directory.path), the earlier in \(old.path), what it serves now in \(refused); the verification \
                    tells whether the earlier is what was signed.
                    """)
        }
    }
}

/// What an export has fetched.
struct ExportSummary: Report {
    let origin: String
    let size: Int64
    let root: String
    let minimumIndex: Int64
    let tilesFetched: Int
    let directory: String

    var lines: [String] {
        let pruned = "entries before \(minimumIndex) are pruned from the log; those that were exported earlier are here"
        return ["\(directory) holds \(size) entries of \(origin); \(tilesFetched) tiles were fetched"]
            + (minimumIndex > 0 ? [pruned] : [])
    }
}

/// Tells a person how far long work has come: a line every two seconds, none for what is faster.
struct LogProgress: Sendable {
    let console: Console
    private let pace = ProgressPace(every: .seconds(2))

    init(console: Console) { self.console = console }

    func report(_ done: String, _ count: Int64, of total: Int64, _ what: String) throws {
        try Task.checkCancellation()
        guard pace.isDue() else { return }
        console.note("\(done) \(count) of \(total) \(what) (\(total > 0 ? count * 100 / total : 100) %)")
    }
}
