import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// The work on imports, batch by batch. Each batch is one transaction that also says how far the work is, so that after
/// a crash it goes on with the next. A batch of an import that is elsewhere by now does nothing.
struct ImportWorkStore: Sendable {
    let store: Store
    private let deals: DealStore
    private let transitions: TransitionStore

    /// Rows of one transaction, which is nobody else's: other writers wait no longer than for so many.
    static let batchRows = 100
    /// Of one step of a commit: so often is asked whether who imports may still do so, and others' imports have a turn.
    static let stepBatches = 10

    init(store: Store) {
        let pipelines = PipelineStore()
        self.store = store
        deals = DealStore(store: store, bodies: DealBodies(), pipelines: pipelines)
        transitions = TransitionStore(store: store, pipelines: pipelines)
    }

    func next() async throws -> UUID? { try await store.read { db in try ImportJobs.next(in: db) } }

    /// Nil when it is gone.
    func record(_ id: UUID) async throws -> ImportRecord? {
        try await store.read { db in try ImportJobs.record(id, in: db) }
    }

    /// Those that nobody asks for any more are removed next.
    func expire(_ now: Instant) async throws {
        while try await store.write({ db in try ImportJobs.expire(now, in: db) }) > 0 {}
    }

    func orphans(among files: [ShelfFile]) async throws -> [ShelfFile] {
        try await store.read { db in try ImportJobs.orphans(among: files, in: db) }
    }

    func write(_ rows: [CSVRow], from first: Int, of id: UUID) async throws {
        try await store.writeAlone { db in
            guard try ImportJobs.known(id, .reading, in: db) != nil else { return }
            try ImportRows.write(rows, from: first, of: id, in: db)
        }
    }

    func wasRead(_ id: UUID, columns: [String], rows: Int, at now: Instant) async throws {
        try await end(id, .reading, at: now) { job in
            (job.state, job.columns, job.rows, job.progress) = (.read, columns, rows, rows)
        }
    }

    func cannotBeRead(_ id: UUID, _ fault: ImportFault, at now: Instant) async throws {
        try await end(id, .reading, at: now) { job in (job.state, job.fault) = (.unreadable, fault) }
    }

    func halt(_ id: UUID, _ fault: ImportFault, at now: Instant) async throws {
        try await store.write { db in try ImportJobs.halt(id, fault, at: now, in: db) }
    }

    private func end(
        _ id: UUID, _ state: ImportState, at now: Instant, _ change: @escaping @Sendable (inout ImportJob) -> Void
    ) async throws {
        try await store.write { db in
            guard var record = try ImportJobs.known(id, state, in: db) else { return }
            change(&record.job)
            try ImportJobs.save(&record, at: now, in: db)
        }
    }

    /// Tries the next rows and undoes each.
    func validate(_ id: UUID, leadName: String, by caller: Caller) async throws {
        try await batch(id, .validating, by: caller) { record, db in
            guard let mapping = record.job.mapping else { throw StoredValueFault(column: "mapping") }
            let plan = try ImportPlan(mapping, columns: record.job.columns)
            let rows = try ImportRows.after(record.job.progress, limit: Self.batchRows, of: id, in: db)
            let trial = ImportTrial(
                door: ImportDoor(
                    db: db, deals: deals, transitions: transitions, rules: try deals.openingRules(in: db),
                    caller: caller, leadName: leadName, isTrial: true),
                job: id, plan: plan)
            for row in rows {
                if try trial.isValid(row) { record.job.counts.valid += 1 } else { record.job.counts.invalid += 1 }
            }
            record.job.progress = min(record.job.progress + rows.count, record.job.rows)
            return rows.count < Self.batchRows ? .validated : nil
        }
    }

    /// Makes deals of the next rows that are valid, `stepBatches` times `batchRows` of them. A row that is refused now
    /// says so and holds nobody up.
    func commit(_ id: UUID, leadName: String, by caller: Caller) async throws {
        var ready = try await readyRows(of: id, after: 0, for: caller)
        for _ in 1..<Self.stepBatches {
            guard let batch = ready, batch.rows.count == Self.batchRows, let last = batch.rows.last else { break }
            async let next = readyRows(of: id, after: last.row.number, for: caller)
            try await commit(batch, of: id, leadName: leadName, by: caller)
            ready = try await next
        }
        if let ready { try await commit(ready, of: id, leadName: leadName, by: caller) }
    }

    /// Nil when the import is elsewhere by now.
    private func readyRows(of id: UUID, after number: Int, for caller: Caller) async throws -> ReadyRows? {
        try await store.read { db in
            guard let job = try ImportJobs.known(id, .committing, in: db)?.job else { return nil }
            guard let mapping = job.mapping else { throw StoredValueFault(column: "mapping") }
            let plan = try ImportPlan(mapping, columns: job.columns)
            let rules = try deals.openingRules(in: db)
            let rows = try ImportRows.with(.valid, after: number, limit: Self.batchRows, of: id, in: db)
            return ReadyRows(
                rows: try rows.map { row in
                    let draft = ImportDraft(row.cells, plan)
                    let opening = draft.isPlainOpening ? try ImportOpening(draft, by: rules, for: caller) : nil
                    return ReadyRow(row: row, draft: draft, opening: opening)
                }, rules: rules)
        }
    }

    private func commit(_ ready: ReadyRows, of id: UUID, leadName: String, by caller: Caller) async throws {
        try await batch(id, .committing, by: caller) { record, db in
            let door = ImportDoor(
                db: db, deals: deals, transitions: transitions, rules: try deals.openingRules(in: db), caller: caller,
                leadName: leadName, isTrial: false)
            let isFresh = door.rules.isSame(as: ready.rules)
            for item in ready.rows {
                var row = item.row
                switch try door.attempt(item.draft, isFresh ? item.opening : nil) {
                case .success(let made):
                    (row.outcome, row.undo) = (made.outcome, made.undo)
                    (row.dealID, row.dealVersion) = (made.deal.id, made.deal.version)
                case .failure(let fault): (row.outcome, row.errors) = (.refused, fault.ofRow)
                }
                try ImportRows.save(row, of: id, in: db)
                record.job.counts.count(row.outcome)
            }
            record.job.progress = min(record.job.progress + ready.rows.count, record.job.rows)
            return ready.rows.count < Self.batchRows ? .committed : nil
        }
    }

    /// Undoes what the import did last and nobody has touched since.
    func revert(_ id: UUID, by caller: Caller) async throws {
        try await batch(id, .reverting, by: caller) { record, db in
            var rows = try ImportRows.last(.updated, limit: Self.batchRows, of: id, in: db)
            if rows.isEmpty { rows = try ImportRows.last(.created, limit: Self.batchRows, of: id, in: db) }
            let retreat = try ImportRetreat(db: db, deals: deals, transitions: transitions, caller: caller)
            for var row in rows {
                switch try db.alone({ try retreat.undo(row) }) {
                case .success: (row.outcome, row.errors) = (.reverted, [])
                case .failure(let fault): (row.outcome, row.errors) = (.kept, fault.ofRow)
                }
                try ImportRows.save(row, of: id, in: db)
                record.job.counts.count(row.outcome)
            }
            record.job.progress = min(record.job.progress + rows.count, record.job.rows)
            return rows.isEmpty ? .reverted : nil
        }
    }

    /// The next rows, and with none left the import itself.
    func remove(_ id: UUID) async throws {
        try await store.writeAlone { db in
            guard try ImportJobs.known(id, .removing, in: db) != nil else { return }
            if try !ImportRows.delete(Self.batchRows, of: id, in: db) { try ImportJobs.delete(id, in: db) }
        }
    }

    /// - Parameter work: answers where the import stands when there is nothing more to do.
    private func batch(
        _ id: UUID, _ state: ImportState, by caller: Caller,
        _ work: @escaping @Sendable (inout ImportRecord, Database) throws -> ImportState?
    ) async throws {
        try await store.writeAlone { db in
            guard var record = try ImportJobs.known(id, state, in: db) else { return }
            if let end = try work(&record, db) {
                record.job.state = end
                try EventFeed.append(Event.ended(record.job, sha256: record.sha256, by: caller), in: db)
            }
            try ImportJobs.save(&record, at: caller.now, in: db)
        }
    }
}

extension ImportCounts {
    fileprivate mutating func count(_ outcome: ImportRowOutcome?) {
        switch outcome {
        case .valid: valid += 1
        case .invalid: invalid += 1
        case .created: created += 1
        case .updated: updated += 1
        case .unchanged: unchanged += 1
        case .refused: refused += 1
        case .reverted: reverted += 1
        case .kept: kept += 1
        case nil: break
        }
    }
}

extension RPCFault {
    /// As a row tells it: field by field, or as a whole.
    var ofRow: [FieldFault] { errors.isEmpty ? [FieldFault("", code, message)] : errors }
}

extension Event {
    /// A step of an import is done. Counts only: its deals have events of their own.
    fileprivate static func ended(_ job: ImportJob, sha256: String, by caller: Caller) -> Event {
        let counts = job.counts
        let (type, told): (String, [(String, Int)]) =
            switch job.state {
            case .validated: (EventType.importValidated, [("valid", counts.valid), ("invalid", counts.invalid)])
            case .committed:
                (
                    EventType.importCommitted,
                    [
                        ("created", counts.created), ("updated", counts.updated), ("unchanged", counts.unchanged),
                        ("refused", counts.refused),
                    ]
                )
            default: (EventType.importReverted, [("reverted", counts.reverted), ("kept", counts.kept)])
            }
        let changes = [FieldChange("fileSHA256", before: nil, after: sha256)]
        return of(
            EventSubject(kind: "import", id: job.id.text), type: type, by: caller,
            changes: changes + told.map { FieldChange($0.0, before: nil, after: String($0.1)) })
    }
}
