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

    /// The next entries behind `search.after`, as many as fit; nil when there are no more.
    func page(_ search: LogSearch) async throws -> [AuditExportLine]? {
        let lines = try await log.store.read { db in
            let rows = try LogStore.rows(of: search, in: db)
            var lines: [AuditExportLine] = []
            var bytesLeft = LogStore.pageBytesMax
            while bytesLeft > 0, lines.count < search.limit, let row = try rows.next() {
                let bytes: Data = row[1]
                bytesLeft -= bytes.count
                lines.append(
                    AuditExportLine(
                        entry: try EntryReader.entry(row, in: db), bytes: bytes.base64EncodedString()))
            }
            return lines
        }
        return lines.isEmpty ? nil : lines
    }
}
