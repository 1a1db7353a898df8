import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// The lists of the control room: who is on them, from when to when, and who lifted it.
struct ControlListTests {
    @Test func anEntryHoldsFromItsFirstDayToItsLast() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let entry = try await desk.place(
                "Borealis", on: .restricted, by: compliance, from: .tomorrow, to: .today.adding(days: 2))
            #expect(!entry.active && entry.version == 1 && entry.placedBy == compliance.id)
            var answers: [ConflictAnswer] = []
            for _ in 0..<4 {
                answers += try await desk.answers(["Borealis"], as: banker)
                desk.clock.advance(days: 1)
            }
            #expect(answers == [.clear, .refer, .refer, .clear])
            #expect(try await desk.entries(.restricted, ListEntryQuery(active: true), as: compliance).isEmpty)
            #expect(try await desk.entries(.restricted, ListEntryQuery(active: false), as: compliance).count == 1)
        }
    }

    @Test func aLiftedEntryStaysReadableAndHoldsNobodyBack() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let entry = try await desk.place("Borealis", on: .doNotContact, by: compliance)
            #expect(try await desk.answers(["Borealis"], as: banker) == [.refer])
            try await fault("version_mismatch") { try await desk.lift(entry, by: compliance, version: 2) }
            try await fault("version_required") {
                try await desk.call(
                    DealMethods.liftListEntry, ListEntryLift(reason: "announced"), as: compliance,
                    on: ["do_not_contact", entry.id.text])
            }
            let lifted = try await desk.lift(entry, by: compliance)
            #expect(lifted.liftedBy == compliance.id && lifted.liftReason == "announced" && lifted.version == 2)
            #expect(try await desk.answers(["Borealis"], as: banker) == [.clear])
            #expect(try await desk.entries(.doNotContact, as: compliance) == [lifted])
            try await fault("entry_lifted") { try await desk.lift(lifted, by: compliance) }
            let events = try await desk.events().filter { $0.subject.kind == "list_entry" }
            #expect(events.map(\.type) == ["list_entry.placed", "list_entry.lifted"])
            #expect(events.last?.changes == [FieldChange("liftReason", before: nil, after: "announced")])
        }
    }

    @Test func anEntryIsChangedAsItWasRead() async throws {
        try await Desk.with { desk in
            let compliance = desk.person(.compliance)
            let entry = try await desk.place("Borealis", on: .watch, by: compliance)
            func change(_ version: Int64, _ change: (inout ListEntryPatch) -> Void) async throws -> ListEntry {
                var patch = ListEntryPatch()
                change(&patch)
                return try await desk.call(
                    DealMethods.updateListEntry, patch, as: compliance, on: ["watch", entry.id.text], ifMatch: version)
            }
            let changed = try await change(1) { $0.to = .set(.tomorrow) }
            #expect(changed.to == .tomorrow && changed.version == 2)
            try await fault("version_mismatch") { try await change(1) { $0.reason = .set("x") } }
            let refused = try await fault("validation_failed") {
                try await change(2) { ($0.to, $0.from, $0.reason) = (.set(.yesterday), .clear, .set(" ")) }
            }
            #expect(refused.details == ["reason too_short", "from required", "to before_from"])
            #expect(try await change(2) { $0.to = .clear }.to == nil)
            try await fault("not_found") {
                try await desk.call(
                    DealMethods.updateListEntry, ListEntryPatch(), as: compliance, on: ["restricted", entry.id.text],
                    ifMatch: 3)
            }
        }
    }

    @Test func whatDoesNotFitIsNamed() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            let (_, hidden) = try await desk.newParty("Borealis", .target, on: deal, by: banker)
            func details(_ new: NewListEntry) async throws -> [String] {
                try await fault("validation_failed") {
                    try await desk.call(DealMethods.addListEntry, new, as: compliance, on: ["watch"])
                }.details
            }
            #expect(
                try await details(NewListEntry(reason: "", from: .today, to: .yesterday)) == [
                    "reason too_short", "organizationId exactly_one", "to before_from",
                ])
            #expect(
                try await details(NewListEntry(organizationId: UUIDv7.make(), reason: "x"))
                    == ["organizationId unknown_organization"])
            #expect(
                try await details(NewListEntry(organizationId: hidden.id, reason: "x"))
                    == ["organizationId not_in_directory"])
            #expect(try await details(NewListEntry(name: "x", reason: "x", deal: "none")) == ["deal unknown_deal"])
            try await fault("not_found") {
                try await desk.call(
                    DealMethods.addListEntry, NewListEntry(name: "x", reason: "x"), as: compliance, on: ["black"])
            }
        }
    }

    @Test func listsAreReadByPagesAndByName() async throws {
        try await Desk.with { desk in
            let compliance = desk.person(.compliance)
            var placed: [ListEntry] = []
            for count in 0..<5 {
                desk.clock.advance(seconds: 1)
                placed.append(try await desk.place("Firm \(count)", on: .watch, by: compliance))
            }
            _ = try await desk.place("Firm 9", on: .restricted, by: compliance)
            var (found, cursor): ([String], String?) = ([], nil)
            repeat {
                let query = ListEntryQuery(limit: 2, cursor: cursor)
                let page = try await desk.call(DealMethods.listEntries, query, as: compliance, on: ["watch"])
                found += page.items.map(\.name)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == placed.reversed().map(\.name))
            #expect(
                try await desk.entries(.watch, ListEntryQuery(q: "FIRM 3"), as: compliance).map(\.name) == ["Firm 3"])
            try await fault("cursor_invalid") {
                try await desk.entries(.watch, ListEntryQuery(cursor: "x"), as: compliance)
            }
        }
    }

    @Test(arguments: [
        "DELETE FROM list_entry", "UPDATE list_entry SET name = 'x', version = version + 1",
        "UPDATE list_entry SET reason = 'x'", "UPDATE list_entry SET list = 'watch', version = version + 1",
        "UPDATE list_entry SET lifted_ms = placed_ms, version = version + 1",
        "UPDATE list_entry SET to_day = '2000-01-01', version = version + 1",
        "INSERT OR REPLACE INTO list_entry SELECT * FROM list_entry",
        "DELETE FROM conflict_check", "UPDATE conflict_check SET deal_id = NULL, version = version + 1",
        "UPDATE conflict_check SET claimed_by = requested_by, version = version + 1",
        "UPDATE conflict_check SET decision = 'cleared', version = version + 1",
        "UPDATE conflict_check SET queued = 0, version = version + 1", "DELETE FROM conflict_hit",
        "UPDATE conflict_hit SET party = 1", "DELETE FROM conflict_party", "UPDATE conflict_party SET name = 'x'",
        "INSERT INTO conflict_check SELECT randomblob(16), origin, deal_id, queued, requested, requested_by, "
            + "requested_ms, request_note, due_on, left_out, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1 "
            + "FROM conflict_check",
        "INSERT OR REPLACE INTO conflict_hit SELECT * FROM conflict_hit",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .restricted, by: compliance)
            _ = try await desk.deal("Falcon", by: banker, client: "Borealis")
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
