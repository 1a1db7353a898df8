import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// A merge that is undone leaves everything as it was, or nothing is done and what stands in the way is told.
struct MergeUndoTests {
    private struct Firm {
        let stays, goes, child: Organization
        let ada: ContactPerson
        let open, secret: Deal
        let party, secretParty: DealParty
    }

    private static func firm(_ desk: Desk, by banker: Person) async throws -> Firm {
        let top = try await desk.organization("Top", by: banker)
        let stays = try await desk.organization("Northwind", by: banker)
        let goes = try await desk.change(desk.organization("Nordwind", by: banker, parent: top), as: banker) {
            $0.aliases = .set(["Nordvind", "Northwind Nordic"])
        }
        let child = try await desk.organization("Nordwind Parcels", by: banker, parent: goes)
        _ = try await desk.organization("Northwind Ships", by: banker, parent: stays)
        let ada = try await desk.contact("Ada", at: goes, by: banker)
        _ = try await desk.contact("Bob", at: stays, by: banker)
        let open = try await desk.deal("Falcon", by: banker)
        let secret = try await desk.deal("Hawk", by: banker, confidentiality: .secret)
        let (_, hidden) = try await desk.newParty("Zephyr", .target, on: secret, by: banker)
        _ = try await desk.change(hidden, as: banker) { $0.parentId = .set(goes.id) }
        _ = try await desk.party(stays, .lender, on: open, by: banker)
        return Firm(
            stays: stays, goes: goes, child: child, ada: ada, open: open, secret: secret,
            party: try await desk.party(goes, .client, on: open, by: banker, primary: true),
            secretParty: try await desk.party(goes, .client, on: secret, by: banker, primary: true))
    }

    /// Every table but for what only grows: the log, the keys, the records of merges and the names that conflicts are found by; and of each row all but the count
    /// and the time of its changes.
    private static func dump(_ desk: Desk) async throws -> [String: [String]] {
        try await desk.store.read { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'
                    AND name NOT GLOB 'outbox*' AND name <> 'organization_name' AND name NOT GLOB 'organization_merge*' AND name <> 'organization_unmerge'
                    AND name NOT GLOB '*_text*' AND name NOT GLOB '*_facet*' AND name NOT GLOB 'idempotency*'
                    """)
            var dump: [String: [String]] = [:]
            for table in tables {
                dump[table] = try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { row in
                    row.filter { name, _ in !["version", "updated_ms"].contains(name) }
                        .map { "\($0)=\($1)" }.joined(separator: " ")
                }.sorted()
            }
            return dump
        }
    }

    @Test func undoneAllIsAsItWas() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let firm = try await Self.firm(desk, by: banker)
            let before = try await Self.dump(desk)
            let merged = try await desk.merge(firm.goes, into: firm.stays, as: compliance)
            #expect(merged.aliases == ["Nordwind", "Nordvind", "Northwind Nordic"])
            #expect(try await Self.dump(desk) != before)
            let merge = try #require(try await desk.merges(into: merged, as: compliance).first)
            #expect(merge.organization == OrganizationHint(id: firm.goes.id, name: "Nordwind"))
            try await fault("forbidden") { try await desk.undo(merge, into: merged, as: banker) }
            try await fault("forbidden") { try await desk.merges(into: merged, as: banker) }

            let back = try await desk.undo(merge, into: merged, as: compliance)
            #expect(back.id == firm.goes.id && back.aliases == firm.goes.aliases && back.parentId == firm.goes.parentId)
            let after = try await Self.dump(desk)
            for (table, rows) in before { #expect(after[table] == rows, "\(table)") }
            #expect(try await desk.names("nordv", as: banker) == ["Nordwind"])
            #expect(try await desk.names("northwind nordic", as: banker) == ["Nordwind"])
            let events = try await desk.events()
            let event = try #require(events.last { $0.type == EventType.organizationUnmerged })
            #expect(event.subject.id == firm.goes.id.text)
            #expect(event.changes.map(\.field) == ["intoId", "mergeId", "name", "reason"])
            #expect(!String(describing: event).contains(firm.secret.id.text))
            let done = try #require(try await desk.merges(into: firm.stays, as: compliance).first)
            #expect(done.undoneBy == compliance.id && done.reason == "two companies")
            let stays = try await desk.get(firm.stays, as: compliance)
            try await fault("already_undone") { try await desk.undo(merge, into: stays, as: compliance) }
        }
    }

    @Test func itWantsTheVersionThatWasReadAndAReason() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let firm = try await Self.firm(desk, by: banker)
            let merged = try await desk.merge(firm.goes, into: firm.stays, as: compliance)
            let merge = try #require(try await desk.merges(into: merged, as: compliance).first)
            let path = [merged.id.text, merge.id.text]
            try await fault("version_mismatch") { try await desk.undo(merge, into: merged, as: compliance, version: 1) }
            try await fault("version_required") {
                try await desk.call(DealMethods.undoMerge, OrganizationMergeUndo(reason: "r"), as: compliance, on: path)
            }
            let empty = try await fault("validation_failed") {
                try await desk.call(
                    DealMethods.undoMerge, OrganizationMergeUndo(reason: " "), as: compliance, on: path,
                    ifMatch: merged.version)
            }
            #expect(empty.details == ["reason too_short"])
            try await fault("not_found") {
                try await desk.call(
                    DealMethods.undoMerge, OrganizationMergeUndo(reason: "r"), as: compliance,
                    on: [firm.child.id.text, merge.id.text], ifMatch: 1)
            }
        }
    }

    @Test func whatWasChangedSinceStandsInTheWay() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let firm = try await Self.firm(desk, by: banker)
            let merged = try await desk.merge(firm.goes, into: firm.stays, as: compliance)
            let merge = try #require(try await desk.merges(into: merged, as: compliance).first)
            let child = try await desk.change(desk.get(firm.child, as: banker), as: banker) { $0.sector = .set("Food") }
            var patch = ContactPersonPatch()
            patch.title = .set("CEO")
            let changed = patch
            _ = try await desk.call(
                DealMethods.updatePerson, changed, as: banker, on: [merged.id.text, firm.ada.id.text], ifMatch: 2)
            let parties = try await desk.parties(firm.open, as: banker)
            let party = try #require(parties.first { $0.id == firm.party.id })
            try await desk.remove(party, from: firm.open, as: banker)
            let before = try await Self.dump(desk)
            let refused = try await fault("merge_changed") { try await desk.undo(merge, into: merged, as: compliance) }
            #expect(refused.details == ["subsidiaries changed", "persons changed", "parties changed"])
            #expect(refused.errors.first?.message.contains(child.id.text) == true)
            #expect(try await Self.dump(desk) == before)
        }
    }

    /// What compliance may not see neither stands in the way nor is told of: it goes back as it is by now.
    @Test func whatIsSecretGoesBackAsItIs() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let firm = try await Self.firm(desk, by: banker)
            let merged = try await desk.merge(firm.goes, into: firm.stays, as: compliance)
            let merge = try #require(try await desk.merges(into: merged, as: compliance).first)
            let parties = try await desk.parties(firm.secret, as: banker)
            let party = try #require(parties.first { $0.id == firm.secretParty.id })
            _ = try await desk.change(party, on: firm.secret, as: banker) { $0.codeAlias = .set("Wren") }
            _ = try await desk.undo(merge, into: merged, as: compliance)
            let after = try #require(
                try await desk.parties(firm.secret, as: banker).first { $0.id == firm.secretParty.id })
            #expect(after.organizationId == firm.goes.id && after.codeAlias == "Wren")
        }
    }

    /// Merges that build on each other are undone the last one first.
    @Test func mergesOfMergesAreUndoneOneAfterTheOther() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let firm = try await Self.firm(desk, by: banker)
            let last = try await desk.organization("Wind Group", by: banker)
            let before = try await Self.dump(desk)
            let middle = try await desk.merge(firm.goes, into: firm.stays, as: compliance)
            let first = try #require(try await desk.merges(into: middle, as: compliance).first)
            let end = try await desk.merge(middle, into: last, as: compliance)
            let second = try #require(try await desk.merges(into: end, as: compliance).first)
            try await fault("merged_since") { try await desk.undo(first, into: middle, as: compliance) }
            let restored = try await desk.undo(second, into: end, as: compliance)
            _ = try await desk.undo(first, into: restored, as: compliance)
            let after = try await Self.dump(desk)
            for (table, rows) in before { #expect(after[table] == rows, "\(table)") }
        }
    }

    @Test func namesThatHaveNoRoomStayWithTheirOwn() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let stays = try await desk.change(desk.organization("A", by: banker), as: banker) {
                $0.aliases = .set((0..<19).map { "Name \($0)" })
            }
            let goes = try await desk.change(desk.organization("B", by: banker), as: banker) {
                $0.aliases = .set(["Name 3", "Last"])
            }
            let merged = try await desk.merge(goes, into: stays, as: compliance)
            #expect(merged.aliases == stays.aliases + ["B"])
            let merge = try #require(try await desk.merges(into: merged, as: compliance).first)
            #expect(try await desk.undo(merge, into: merged, as: compliance).aliases == ["Name 3", "Last"])
            #expect(try await desk.get(stays, as: banker).aliases == stays.aliases)
        }
    }
}
