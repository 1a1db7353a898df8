import Contracts
import Foundation
import GRDB
import RPC
import Storage
import TransparencyLog

/// What an export reads, page by page.
struct ExportStore: Sendable {
    let log: LogStore

    /// More are refused before the first byte; a filter makes them fewer.
    static let entriesMax = 1_000_000
    /// Of one page, and about how many bytes: every page costs a search, so they are larger than those that somebody looks at.
    static let pageEntriesMax = 5000
    static let pageBytesMax = 4 << 20

    /// Writes down that somebody takes this out of the log, before he gets a byte of it.
    /// - Returns: the tree as it is then, with that entry in it.
    func begin(_ search: LogSearch, _ event: Event, at now: Instant) async throws -> AuditExportEnd.Checkpoint {
        let count = try await log.store.read { db in
            try LogStore.count(search, max: Self.entriesMax + 1, in: db)
        }
        guard count <= Self.entriesMax else {
            throw RPCFault(
                .failedPrecondition, "export_too_large",
                "A file has at most \(Self.entriesMax) entries; filter for fewer.")
        }
        return try await log.store.write { db in
            _ = try LogStore.record(event, at: now, in: db)
            let tree = try LogStore.frontier(in: db)
            return AuditExportEnd.Checkpoint(size: tree.size, root: tree.root.data.base64EncodedString())
        }
    }

    /// The newest signed tree, to which lines are proved.
    struct Signed: Sendable {
        let size: Int64
        let note: String
    }

    /// nil before the first.
    func signed() async throws -> Signed? {
        try await log.store.read { db in
            try CheckpointStore.newest(in: db).map {
                Signed(size: $0.size, note: String(decoding: $0.note, as: UTF8.self))
            }
        }
    }

    /// The next entries behind `search.after`, as many as fit, whatever the search's own limit; nil when there are no more.
    /// - Parameter signedSize: of the tree to which those of its entries are proved.
    func page(_ search: LogSearch, signedSize: Int64 = 0) async throws -> [AuditExportLine]? {
        var search = search
        search.limit = Self.pageEntriesMax
        let lines = try await log.store.read { [search] db in
            let rows = try LogStore.rows(of: search, in: db)
            var lines: [AuditExportLine] = []
            var bytesLeft = Self.pageBytesMax
            while bytesLeft > 0, lines.count < search.limit, let row = try rows.next() {
                let (entry, bytes) = try EntryReader.measured(row, in: db)
                bytesLeft -= bytes
                let sealed: Data = row[1]
                var line = AuditExportLine(entry: entry, bytes: sealed.base64EncodedString())
                if entry.seq < signedSize {
                    let proof = try InclusionProof(of: entry.seq, in: signedSize, reading: LogStore.hashes(in: db))
                    (line.index, line.proof) = (entry.seq, proof.hashes.map(\.base64))
                }
                lines.append(line)
            }
            return lines
        }
        return lines.isEmpty ? nil : lines
    }
}
