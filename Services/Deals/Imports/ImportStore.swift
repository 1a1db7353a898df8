import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// Imports as the person who made them asks for them; the work itself is `ImportWorkStore`'s.
struct ImportStore: Sendable {
    let store: Store

    func add(_ form: ImportForm, by caller: Caller) async throws -> ImportJob {
        let record = ImportRecord(form, by: caller)
        return try await store.onceOfNoDeal(by: caller) { db in
            guard try ImportJobs.list(of: caller, in: db).count < ImportRules.importsMax else {
                throw RPCFault(
                    .failedPrecondition, "imports_full",
                    "You have \(ImportRules.importsMax) imports; remove one that you no longer need.")
            }
            try ImportJobs.insert(record, in: db)
            var job = record.job
            job.received = 0
            return job
        }
    }

    func list(by caller: Caller) async throws -> [ImportRecord] {
        try await store.read { db in try ImportJobs.list(of: caller, in: db) }
    }

    func get(_ id: UUID, by caller: Caller) async throws -> ImportRecord {
        try await store.read { db in try ImportJobs.own(id, of: caller, in: db) }
    }

    /// The file is there: what is in it is read next.
    func uploaded(_ id: UUID, by caller: Caller) async throws -> ImportJob {
        try await store.write { db in
            var record = try ImportJobs.own(id, of: caller, in: db)
            // Somebody's other request was faster.
            guard record.job.state == .uploading else { return record.job }
            record.begin(.reading, by: caller)
            record.job.expiresAt = caller.now.advanced(bySeconds: Int64(ImportRules.daysMax) * 86_400)
            try ImportJobs.save(&record, at: caller.now, in: db)
            return record.job
        }
    }

    func map(_ id: UUID, _ mapping: ImportMapping, by caller: Caller) async throws -> ImportJob {
        try await step(.map, id, by: caller) { record, _ in
            _ = try ImportPlan(mapping, columns: record.job.columns)
            record.job.mapping = mapping
            record.job.counts = ImportCounts()
            record.begin(.mapped, by: caller)
        }
    }

    func validate(_ id: UUID, by caller: Caller) async throws -> ImportJob {
        try await step(.validate, id, by: caller) { record, _ in
            record.job.counts = ImportCounts()
            record.begin(.validating, by: caller)
        }
    }

    func commit(_ id: UUID, _ input: ImportCommit, by caller: Caller) async throws -> ImportJob {
        try await step(.commit, id, by: caller) { record, _ in
            try ImportRules.requireRows(of: record.job, skipsInvalid: input.skipInvalid == true)
            record.begin(.committing, by: caller)
            // Of a commit that was halted.
            record.job.progress = record.job.counts.done
        }
    }

    func revert(_ id: UUID, by caller: Caller) async throws -> ImportJob {
        try await step(.revert, id, by: caller) { record, _ in record.begin(.reverting, by: caller) }
    }

    /// Out of sight at once; its rows go one batch after the other.
    func remove(_ id: UUID, by caller: Caller) async throws {
        _ = try await step(.remove, id, by: caller) { record, db in
            record.begin(.removing, by: caller)
            let subject = EventSubject(kind: "import", id: record.job.id.text)
            try EventFeed.append(
                Event.of(subject, type: EventType.importRemoved, by: caller, changes: []), in: db)
        }
    }

    func rows(_ query: ImportRowQuery, of id: UUID, by caller: Caller) async throws -> ImportRowPage {
        let page = try ImportRowsRequest(query)
        return try await store.read { db in
            let job = try ImportJobs.own(id, of: caller, in: db).job
            // One row more than asked tells whether there is a next page.
            let rows =
                if let outcome = query.outcome {
                    try ImportRows.with(outcome, after: page.after, limit: page.limit + 1, of: job.id, in: db)
                } else {
                    try ImportRows.after(page.after, limit: page.limit + 1, of: job.id, in: db)
                }
            let shown = page.fitting(rows)
            let last = shown.last.map { String($0.number) }
            return ImportRowPage(items: shown.map(\.shown), nextCursor: rows.count > shown.count ? last : nil)
        }
    }

    func rowsWithErrors(after number: Int, limit: Int, of id: UUID, by caller: Caller) async throws -> [KeptRow] {
        try await store.read { db in
            let job = try ImportJobs.own(id, of: caller, in: db).job
            return try ImportRows.withErrors(after: number, limit: limit, of: job.id, in: db)
        }
    }

    private func step(
        _ step: ImportRules.Step, _ id: UUID, by caller: Caller,
        _ change: @escaping @Sendable (inout ImportRecord, Database) throws -> Void
    ) async throws -> ImportJob {
        try await store.write { db in
            var record = try ImportJobs.own(id, of: caller, in: db)
            if let expected = caller.context.ifMatch, expected != record.job.version {
                throw RPCFault(
                    .aborted, "version_mismatch", "The import has changed since you read it.",
                    current: try RowJSON.text(record.job))
            }
            try ImportRules.require(step, of: record.job)
            try change(&record, db)
            try ImportJobs.save(&record, at: caller.now, in: db)
            return record.job
        }
    }
}

extension ImportRecord {
    fileprivate init(_ form: ImportForm, by caller: Caller) {
        let job = ImportJob(
            id: UUIDv7.make(at: caller.now), state: .uploading, fileName: form.fileName, size: form.size,
            separator: form.separator, columns: [], fields: ImportFields.all, mapping: nil, rows: 0, progress: 0,
            counts: ImportCounts(), fault: nil, createdAt: caller.now, updatedAt: caller.now,
            expiresAt: caller.now.advanced(bySeconds: Int64(ImportRules.uploadHoursMax) * 3600), version: 1)
        self.init(
            job: job, owner: caller.id, sha256: form.sha256, session: caller.context.identity?.session ?? caller.id,
            address: caller.context.clientAddress, requestID: caller.context.requestID)
    }

    /// As the shelf knows it.
    var upload: DocumentUpload {
        DocumentUpload(
            id: job.id, seriesId: nil, type: .other, title: job.fileName, fileName: job.fileName,
            mediaType: "text/csv", size: job.size, sha256: sha256, received: 0, startedAt: job.createdAt,
            expiresAt: job.expiresAt)
    }
}

/// A checked question for a page of rows.
struct ImportRowsRequest: Sendable {
    static let limits = 1...200
    static let limitDefault = 50

    /// A page ends early when its rows are long, so that it always fits into a frame of the RPC.
    private static let bytesMax = 1 << 20

    let limit: Int
    let after: Int

    /// The first of the rows that are one page.
    func fitting(_ rows: [KeptRow]) -> ArraySlice<KeptRow> {
        var bytes = 0
        return rows.prefix(limit).prefix { row in
            defer { bytes += row.cells.reduce(0) { $0 + $1.utf8.count } }
            return bytes < Self.bytesMax
        }
    }

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: ImportRowQuery) throws(RPCFault) {
        limit = query.limit ?? Self.limitDefault
        guard Self.limits.contains(limit) else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("limit", "out_of_range", "must be 1 to 200")])
        }
        guard let cursor = query.cursor else {
            after = 0
            return
        }
        guard cursor.utf8.count <= 6, let number = Int(cursor), number > 0 else {
            throw RPCFault(
                .invalidArgument, "cursor_invalid",
                "The cursor does not belong to this list; start from the first page.")
        }
        after = number
    }
}
