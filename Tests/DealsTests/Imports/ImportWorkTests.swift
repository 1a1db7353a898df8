import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage
import Testing

@testable import deals

struct ImportWorkTests {
    private static func rows(_ count: Int) -> String {
        "codeName,type,clientName\n"
            + (0..<count).map { "Code \($0)x,ecm_ipo,Client \($0)\n" }.joined()
    }

    /// The same work after a restart: nothing but the database is known.
    private static func restarted(_ desk: Desk) -> ImportDesk {
        ImportDesk(
            work: ImportWorkStore(store: desk.store), shelf: desk.imports.shelf, users: desk.imports.users,
            logger: desk.imports.logger, now: desk.clock.now)
    }

    @Test func aCommitGoesOnAfterACrashBetweenBatches() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let step = ImportWorkStore.batchRows * ImportWorkStore.stepBatches
            let count = step + 20
            let job = try await desk.validated(Self.rows(count), as: banker)
            #expect(job.counts.valid == count)
            _ = try await desk.call(
                DealMethods.commitImport, ImportCommit(), as: banker, on: [job.id.text])
            #expect(try await desk.imports.step())
            let half = try await desk.importJob(job, as: banker)
            #expect(half.state == .committing && half.progress == step)
            #expect(half.counts.created == step)
            #expect(try await desk.list(DealQuery(limit: 1, count: true), as: banker).total == half.progress)

            try await Self.restarted(desk).workOff()
            let done = try await desk.importJob(job, as: banker)
            #expect(done.state == .committed && done.counts.created == count && done.counts.refused == 0)
            #expect(try await desk.list(DealQuery(limit: 1, count: true), as: banker).total == count)
        }
    }

    @Test func readingAndValidatingBeginAgainWhereTheyWere() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let text = Self.rows(ImportWorkStore.batchRows + 5)
            let bytes = Array(text.utf8)
            let new = NewImport(fileName: "x.csv", size: Int64(bytes.count), sha256: Desk.sha256(bytes))
            let job = try await desk.call(DealMethods.addImport, new, as: banker)
            let half = bytes.count / 2
            let part = try await desk.put(bytes[..<half], at: 0, of: job, as: banker)
            #expect(part.received == Int64(half))
            #expect(try await desk.importJob(job, as: banker).received == Int64(half))
            #expect(try await desk.put(bytes[half...], at: half, of: job, as: banker).state == .reading)
            // A chunk that is sent again finds the file complete.
            #expect(try await desk.put(bytes[half...], at: half, of: job, as: banker).state == .reading)
            try await Self.restarted(desk).workOff()
            let read = try await desk.importJob(job, as: banker)
            #expect(read.state == .read && read.rows == ImportWorkStore.batchRows + 5)
            let mapping = ImportMapping(columns: read.columns.map { ImportColumn($0, as: $0) })
            _ = try await desk.map(read, mapping, as: banker)
            _ = try await desk.call(DealMethods.validateImport, Nothing(), as: banker, on: [job.id.text])
            #expect(try await desk.imports.step())
            try await Self.restarted(desk).workOff()
            let validated = try await desk.importJob(job, as: banker)
            #expect(validated.state == .validated && validated.counts.valid == ImportWorkStore.batchRows + 5)
        }
    }

    @Test func revertTakesBackWhatNobodyTouched() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let old = try await desk.deal("Old", by: banker)
            _ = try await desk.update(old, as: banker) {
                $0.sector = .set("Food")
                $0.conflictStatus = .set(.pending)
            }
            let job = try await desk.imported(
                """
                id,codeName,type,clientName,sector,stage
                A,Falcon,ecm_ipo,Aurora,,
                B,Hawk,ecm_ipo,Aurora,,
                C,Kite,ecm_ipo,Aurora,,
                D,Wren,ecm_ipo,Aurora,,

                """, as: banker, source: "crm"
            ) { $0.columns[0].field = ImportFields.externalId }
            let update = try await desk.imported(
                "deal,sector,stage,probability\n\(old.number),Steel,pitch,70\n", as: banker)
            let deals = try await desk.list(DealQuery(sort: "codeName"), as: banker).items
            _ = try await desk.update(deals[0], as: banker) { $0.sector = .set("Steel") }
            _ = try await desk.add(second, to: deals[1], by: banker, access: .read)
            _ = try await desk.task("Call", on: deals[2], as: banker)

            let back = try await desk.revert(job, as: banker)
            #expect(back.state == .reverted && back.counts.reverted == 1 && back.counts.kept == 3)
            #expect(
                try await desk.rows(back, as: banker, .kept).details == Array(repeating: [" changed_since"], count: 3))
            #expect(
                try await desk.list(DealQuery(sort: "codeName"), as: banker).items.map(\.codeName)
                    == ["Falcon", "Hawk", "Kite", "Old"])
            #expect(try await desk.events().contains { $0.type == EventType.dealDeleted })

            let undone = try await desk.revert(update, as: banker)
            #expect(undone.counts.reverted == 1)
            let now = try await desk.get(old, as: banker)
            #expect(now.sector == "Food" && now.stage == "origination")
            #expect(now.probability == 5 && now.probabilitySource == .stage)
            // The name is free again, and so is what the row was called elsewhere.
            let again = try await desk.imported(
                "id,codeName,type,clientName\nD,Wren,ecm_ipo,Aurora\n", as: banker, source: "crm"
            ) { $0.columns[0].field = ImportFields.externalId }
            #expect(again.counts.created == 1)
        }
    }

    @Test func whoMayNotOpenDealsAnyMoreImportsNone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.validated(Self.rows(2), as: banker)
            _ = try await desk.call(
                DealMethods.commitImport, ImportCommit(), as: banker, on: [job.id.text])
            desk.people.disable(banker)
            try await desk.imports.workOff()
            let halted = try await desk.importJob(job, as: banker)
            #expect(halted.state == .halted && halted.fault?.code == "importer_not_allowed")
            #expect(try await desk.list(as: banker).items.isEmpty)

            desk.people.enable(banker)
            _ = try await desk.call(
                DealMethods.commitImport, ImportCommit(), as: banker, on: [job.id.text])
            try await desk.imports.workOff()
            let done = try await desk.importJob(job, as: banker)
            #expect(done.state == .committed && done.counts.created == 2 && done.fault == nil)
        }
    }

    /// What cannot even be read is halted, and others go on.
    @Test func anImportThatIsDamagedHoldsNobodyUp() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (bad, good) = (
                try await desk.validated(Self.rows(2), as: banker),
                try await desk.validated("codeName,type,clientName\nFalcon,ecm_ipo,Aurora\n", as: banker)
            )
            for job in [bad, good] {
                _ = try await desk.call(
                    DealMethods.commitImport, ImportCommit(), as: banker, on: [job.id.text])
            }
            try await desk.store.write { db in
                try db.execute(
                    sql: "UPDATE import_job SET counts = '{', version = version + 1 WHERE id = ?", arguments: [bad.id])
            }
            try await desk.imports.workOff()
            #expect(try await desk.importJob(good, as: banker).state == .committed)
            let state = try await desk.store.read { db in
                try String.fetchOne(db, sql: "SELECT state FROM import_job WHERE id = ?", arguments: [bad.id])
            }
            #expect(state == "halted")
        }
    }

    /// What was halted while its rows were tried is tried again from the first, and not committed before.
    @Test func aHaltedValidationBeginsAnew() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.mapped(Self.rows(2), as: banker)
            _ = try await desk.call(DealMethods.validateImport, Nothing(), as: banker, on: [job.id.text])
            desk.people.disable(banker)
            try await desk.imports.workOff()
            desk.people.enable(banker)
            try await fault("import_state") {
                try await desk.call(DealMethods.commitImport, ImportCommit(), as: banker, on: [job.id.text])
            }
            _ = try await desk.call(DealMethods.validateImport, Nothing(), as: banker, on: [job.id.text])
            try await desk.imports.workOff()
            #expect(try await desk.importJob(job, as: banker).state == .validated)
        }
    }

    @Test func aFileThatBelongsToNoImportIsRemoved() async throws {
        try await Desk.with { desk in
            let shelf = desk.imports.shelf
            let name = ShelfFile(id: UUIDv7.make(), isPart: false).name
            try Data("a,b\n".utf8).write(to: URL(fileURLWithPath: "\(shelf.directory)/\(name)"))
            let new = NewImport(fileName: "x.csv", size: 9, sha256: Desk.sha256([1]))
            let banker = desk.person(.banker)
            let open = try await desk.call(DealMethods.addImport, new, as: banker)
            _ = try await desk.put([1, 2], at: 0, of: open, as: banker)
            try await desk.imports.workOff()
            #expect(try await shelf.files().map(\.id) == [open.id])
        }
    }

    @Test func oneThatIsRemovedOrOldIsGone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let job = try await desk.imported(Self.rows(3), as: banker)
            let open = try await desk.call(
                DealMethods.addImport, NewImport(fileName: "x.csv", size: 9, sha256: Desk.sha256([1])), as: banker)
            _ = try await desk.call(DealMethods.removeImport, Nothing(), as: banker, on: [job.id.text])
            try await fault("not_found") { try await desk.importJob(job, as: banker) }
            try await desk.imports.workOff()
            desk.clock.advance(days: 2)
            try await desk.imports.workOff()
            try await fault("not_found") { try await desk.importJob(open, as: banker) }
            let left = try await desk.store.read { db in
                try Int.fetchOne(
                    db, sql: "SELECT (SELECT COUNT(*) FROM import_row) + (SELECT COUNT(*) FROM import_job)")
            }
            #expect(left == 0)
            #expect(try await desk.list(as: banker).items.count == 3)
        }
    }

    @Test func aPersonHasSoManyImportsAndNoMore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let new = NewImport(fileName: "x.csv", size: 9, sha256: Desk.sha256([1]))
            for _ in 0..<ImportRules.importsMax { _ = try await desk.call(DealMethods.addImport, new, as: banker) }
            try await fault("imports_full") { try await desk.call(DealMethods.addImport, new, as: banker) }
            #expect(
                try await desk.call(DealMethods.imports, Nothing(), as: banker).items.count == ImportRules.importsMax)
            let bad = NewImport(fileName: "../x", size: 0, sha256: "x")
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addImport, bad, as: banker)
            }
            #expect(refused.errors.count == 3)
        }
    }

    @Test func everyQueryHasItsIndex() async throws {
        try await Desk.with { desk in
            let plans = try await desk.store.read { db in
                try [
                    "SELECT * FROM import_job WHERE owner = x'00' AND state <> 'removing' ORDER BY created_ms DESC",
                    "SELECT * FROM import_job WHERE state IN ('reading', 'validating', 'committing', 'reverting', 'removing') ORDER BY updated_ms LIMIT 1",
                    "SELECT * FROM import_job WHERE expires_ms <= 1 ORDER BY expires_ms",
                    "SELECT * FROM import_row INDEXED BY import_row_by_outcome WHERE job_id = x'00' AND outcome = 'valid' AND row_no > 1 ORDER BY row_no",
                    "SELECT * FROM import_row INDEXED BY import_row_with_errors WHERE job_id = x'00' AND row_no > 1 AND errors IS NOT NULL ORDER BY row_no",
                    "SELECT 1 FROM import_row WHERE job_id = x'00' AND name_key = 'x' AND row_no < 5",
                    "SELECT 1 FROM import_row WHERE job_id = x'00' AND identity_key = 'x' AND row_no < 5",
                    "SELECT deal_id FROM external_id WHERE source = 'x' AND external_id = 'y'",
                ].flatMap { sql in
                    try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
                }
            }
            let isSlow = { (step: String) in
                step.contains("TEMP B-TREE") || (step.contains("SCAN") && !step.contains("USING INDEX"))
            }
            #expect(plans.filter { isSlow($0) } == [])
        }
    }

    /// Of every table that refers to deals, whoever adds one.
    @Test func whetherADealWasTouchedIsALookUp() async throws {
        try await Desk.with { desk in
            let pipelines = PipelineStore()
            let deals = DealStore(store: desk.store, bodies: DealBodies(), pipelines: pipelines)
            let transitions = TransitionStore(store: desk.store, pipelines: pipelines)
            let caller = try Caller(desk.context(desk.person(.banker)), may: .createDeals, now: desk.clock.now())
            let plan = try await desk.store.read { db in
                let sql = try ImportRetreat(db: db, deals: deals, transitions: transitions, caller: caller).tracesSQL
                return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)", arguments: [caller.id]).map {
                    $0["detail"] as String
                }
            }
            #expect(plan.contains { $0.contains("SEARCH deal_task") })
            #expect(!plan.contains { $0.hasPrefix("SCAN") && $0 != "SCAN CONSTANT ROW" }, "\(plan)")
        }
    }

    @Test(arguments: [
        "UPDATE import_job SET owner = x'00000000000000000000000000000000', version = version + 1",
        "UPDATE import_job SET state = 'read'", "UPDATE import_row SET row_no = 9",
        "UPDATE import_row SET outcome = 'perhaps'", "UPDATE import_row SET deal_id = NULL",
        "DELETE FROM import_job", "UPDATE import_job SET progress = row_count + 1, version = version + 1",
        "INSERT INTO external_id SELECT 'crm', 'other', deal_id FROM external_id",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.imported(
                "id,codeName,type,clientName\nA,Falcon,ecm_ipo,Aurora\n", as: banker, source: "crm"
            ) { $0.columns[0].field = ImportFields.externalId }
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
