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
        try await checkContinues(to: checkpoint, note)
        try directory.write(note.bytes, to: ExportDirectory.next)

        var fetched = 0
        for level in 0..<5 {
            fetched += try await fetch(.hashes(level: level), of: checkpoint.size)
        }
        let firstBundle = try await firstBundle(of: checkpoint.size)
        fetched += try await fetch(.entries, of: checkpoint.size, from: firstBundle)
        try directory.setMinimumIndex(min(firstBundle * Int64(Tile.widthMax), checkpoint.size))
        try directory.finish(note, size: checkpoint.size)
        return ExportSummary(
            origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root.base64,
            minimumIndex: try directory.minimumIndex(), tilesFetched: fetched, directory: directory.path)
    }

    private func opened(_ note: SignedNote) throws -> Checkpoint {
        if let log { return try log.open(note).checkpoint }
        guard let checkpoint = Checkpoint(unverified: note) else {
            throw CommandFailure(line: "\(client.api.base) serves a note that is no checkpoint.")
        }
        return checkpoint
    }

    /// What is exported already is never overwritten by another log, nor by another history of this one.
    private func checkContinues(to new: Checkpoint, _ note: SignedNote) async throws {
        guard let old = try directory.checkpoint(ExportDirectory.next) ?? directory.checkpoint(ExportDirectory.newest)
        else {
            guard directory.isEmpty else {
                throw CommandFailure(line: "\(directory.path) is not empty, and no export of a log.")
            }
            return
        }
        guard old.origin.utf8.elementsEqual(new.origin.utf8) else {
            throw CommandFailure(
                line: "\(directory.path) is an export of \(old.origin), not of \(new.origin); use another directory.")
        }
        var continues = false
        if new.size >= old.size {
            let proof = try await client.consistencyProof(from: old.size, to: new.size)
            continues = proof.holds(from: old.root, to: new.root)
        }
        guard continues else {
            try directory.write(note.bytes, to: ExportDirectory.refused)
            throw CommandFailure(
                line: """
                    The log, now of \(new.size) entries, does not continue the \(old.size) that were exported before: it \
                    was restored or rewritten. Both checkpoints are kept in \(directory.path); nothing else was changed.
                    """)
        }
    }

    /// The first bundle that is not pruned (C2SP tlog-tiles, Pruning): whatever lies behind one that is served is served.
    private func firstBundle(of size: Int64) async throws -> Int64 {
        func isThere(_ index: Int64) async throws -> Bool {
            guard let bundle = Tile(.entries, index: index, in: size) else { return true }
            return try await keep(bundle) != nil
        }
        if try await isThere(0) { return 0 }
        var (pruned, there) = (Int64(0), (size + Int64(Tile.widthMax) - 1) / Int64(Tile.widthMax))
        while there - pruned > 1 {
            let middle = pruned + (there - pruned) / 2
            if try await isThere(middle) { there = middle } else { pruned = middle }
        }
        return there
    }

    /// Returns how many it has fetched.
    private func fetch(_ content: Tile.Content, of size: Int64, from first: Int64 = 0) async throws -> Int {
        let tiles = Tile.tiles(content, from: first * Int64(Tile.widthMax), to: size)
        let what = content == .entries ? "entries" : "hashes"
        return try await withThrowingTaskGroup(of: (tile: Tile, isNew: Bool).self) { group in
            var waiting = tiles.makeIterator()
            for _ in 0..<LogClient.fetchesMax {
                guard let tile = waiting.next() else { break }
                group.addTask { (tile, try await keepVouched(tile)) }
            }
            var fetched = 0
            // Whenever one is there, the next is asked for.
            while let (tile, isNew) = try await group.next() {
                if isNew { fetched += 1 }
                try progress.report("exported", min(tile.endIndex, size), of: size, what)
                if let tile = waiting.next() { group.addTask { (tile, try await keepVouched(tile)) } }
            }
            return fetched
        }
    }

    private func keepVouched(_ tile: Tile) async throws -> Bool {
        guard let isNew = try await keep(tile) else {
            throw CommandFailure(
                line: "\(client.api.base) does not serve \(tile.path), which its checkpoint vouches for.")
        }
        return isNew
    }

    /// False when it was there already, nil when the log does not serve it.
    private func keep(_ tile: Tile) async throws -> Bool? {
        if try directory.has(tile) { return false }
        guard let bytes = try await client.bytes(of: tile) else { return nil }
        try directory.write(bytes, to: tile.path)
        directory.removeSuperseded(by: tile)
        return true
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
        let pruned = minimumIndex > 0 ? ["entries before \(minimumIndex) are pruned from the log and not exported"] : []
        return ["\(directory) holds \(size) entries of \(origin); \(tilesFetched) tiles were fetched"] + pruned
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
