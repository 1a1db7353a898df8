import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct ActivityTests {
    @Test func whatWasDoneIsListedTheLatestFirst() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let now = desk.clock.now()
            let call = try await desk.write("called **Ada**", on: deal, as: banker, .call)
            let old = try await desk.write("met", on: deal, as: banker, .meeting, at: now.advanced(bySeconds: -3600))
            desk.clock.advance(seconds: 60)
            let note = try await desk.write("noted", on: deal, as: banker)
            #expect(call.version == 1 && call.createdBy == banker.id && call.occurredAt == now)
            #expect(call.text == "called **Ada**" && call.participants == [])
            #expect(try await desk.activities(deal, as: banker).items == [note, call, old])
            let calls = try await desk.activities(deal, as: banker, DealActivityQuery(kind: .call))
            #expect(calls.items == [call])
        }
    }

    @Test(arguments: [nil, ActivityKind.note]) func pagesTogetherAreTheWholeListOnce(kind: ActivityKind?) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let other = try await desk.deal("Hawk", by: banker)
            _ = try await desk.write("elsewhere", on: other, as: banker)
            for count in 0..<11 {
                // Several share a moment, so that the id decides between them.
                if count % 4 == 0 { desk.clock.advance(seconds: 1) }
                _ = try await desk.write("note \(count)", on: deal, as: banker)
            }
            var seen: [DealActivity] = []
            var query = DealActivityQuery(limit: 3, kind: kind)
            repeat {
                let page = try await desk.activities(deal, as: banker, query)
                #expect(page.items.count <= 3)
                seen += page.items
                query.cursor = page.nextCursor
            } while query.cursor != nil
            #expect(seen.count == 11 && Set(seen.map(\.id)).count == 11)
            #expect(seen.map(\.occurredAt) == seen.map(\.occurredAt).sorted(by: >))
        }
    }

    @Test func aPageOfLongTextsEndsEarlyAndLosesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let text = String(repeating: "🦅", count: 10_000)
            for _ in 0..<30 { _ = try await desk.write(text, on: deal, as: banker) }
            let first = try await desk.activities(deal, as: banker, DealActivityQuery(limit: 200))
            #expect(first.items.count == 26 && first.items.allSatisfy { $0.text == text })
            let query = DealActivityQuery(limit: 200, cursor: first.nextCursor)
            let second = try await desk.activities(deal, as: banker, query)
            #expect(second.items.count == 4 && second.nextCursor == nil)
        }
    }

    @Test func theAuthorChangesHisOwnAndWhoManagesChangesAll() async throws {
        try await Desk.with { desk in
            let (lead, second, third) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            _ = try await desk.add(third, to: deal, by: lead, access: .edit)
            var note = try await desk.write("first", on: deal, as: second)
            desk.clock.advance(seconds: 5)
            note = try await desk.change(note, on: deal, as: second) { $0.text = .set("second") }
            #expect(note.version == 2 && note.text == "second" && note.updatedAt == desk.clock.now())
            let read = note
            try await fault("access_too_low") {
                try await desk.change(read, on: deal, as: third) { $0.text = .set("mine") }
            }
            try await fault("access_too_low") { try await desk.remove(read, from: deal, as: third) }
            note = try await desk.change(note, on: deal, as: lead) { $0.kind = .set(.call) }
            #expect(note.kind == .call && note.createdBy == second.id)
            try await desk.remove(note, from: deal, as: second)
            #expect(try await desk.activities(deal, as: lead).items == [])
        }
    }

    @Test func whoMayOnlyReadNowNoLongerChangesWhatHeWrote() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            let note = try await desk.write("first", on: deal, as: second)
            try await desk.remove(second, from: deal, by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .read)
            try await fault("access_too_low") { try await desk.remove(note, from: deal, as: second) }
        }
    }

    @Test func nobodyChangesWhatHeHasNotReadAsItStands() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let note = try await desk.write("first", on: deal, as: banker)
            let path = [deal.id.text, note.id.text]
            try await fault("version_required") {
                try await desk.call(DealMethods.updateActivity, DealActivityPatch(), as: banker, on: path)
            }
            try await fault("version_required") {
                try await desk.call(DealMethods.removeActivity, Nothing(), as: banker, on: path)
            }
            let newer = try await desk.change(note, on: deal, as: banker) { $0.text = .set("second") }
            let stale = try await fault("version_mismatch") {
                try await desk.change(note, on: deal, as: banker) { $0.text = .set("third") }
            }
            #expect(stale.current == String(decoding: try StrictJSON.encode(newer), as: UTF8.self))
            try await fault("version_mismatch") { try await desk.remove(note, from: deal, as: banker) }
            // Nothing that changes nothing counts.
            #expect(try await desk.change(newer, on: deal, as: banker) { $0.text = .set("second") } == newer)
        }
    }

    @Test func theEventKeepsWhatWasThere() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let long = String(repeating: "x", count: 10_000)
            let note = try await desk.write(long, on: deal, as: banker)
            let changed = try await desk.change(note, on: deal, as: banker) {
                $0.text = .set("short")
                $0.participants = .set(["Ada", "Grace"])
            }
            try await desk.remove(changed, from: deal, as: banker)
            let added = try #require(try await desk.events(of: "deal.activity.added").first)
            #expect(added.changes.map(\.field) == ["activityId", "kind", "occurredAt"])
            #expect(added.subject.id == deal.id.text)
            let event = try #require(try await desk.events(of: "deal.activity.changed").first)
            #expect(event.changes.contains(FieldChange("text", before: long, after: "short")))
            #expect(event.changes.contains(FieldChange("participants", before: nil, after: "Ada, Grace")))
            let removed = try #require(try await desk.events(of: "deal.activity.removed").first)
            #expect(removed.changes.first == FieldChange("activityId", before: note.id.text, after: nil))
            let row = try await desk.store.read { db in
                try Row.fetchOne(db, sql: "SELECT deleted_by, deleted_ms, text FROM deal_activity").map {
                    (by: $0["deleted_by"] as UUID, at: $0["deleted_ms"] as Int64, text: $0["text"] as String)
                }
            }
            #expect(row?.by == banker.id && row?.at == desk.clock.now().milliseconds && row?.text == "short")
        }
    }

    @Test func theEventOfASecretDealTellsNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let note = try await desk.write("hush", on: deal, as: banker)
            _ = try await desk.change(note, on: deal, as: banker) { $0.text = .set("hush hush") }
            let task = try await desk.task("hush", on: deal, as: banker)
            _ = try await desk.finish(task, on: deal, as: banker)
            let events = try await desk.events()
            #expect(events.count == 5 && events.allSatisfy { $0.changes.isEmpty && $0.subject.number == nil })
        }
    }

    @Test func allThatIsWrongIsNamedAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let future = desk.clock.now().advanced(bySeconds: 301)
            let new = NewDealActivity(
                kind: .call, subject: "a\nb", text: " ", participants: ["Ada", ""], occurredAt: future)
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addActivity, new, as: banker, on: [deal.id.text])
            }
            #expect(
                refused.details == [
                    "subject invalid", "text too_short", "participants[1] too_short", "occurredAt in_future",
                ])
            let crowd = NewDealActivity(kind: .call, text: "x", participants: Array(repeating: "Ada", count: 51))
            let full = try await fault("validation_failed") {
                try await desk.call(DealMethods.addActivity, crowd, as: banker, on: [deal.id.text])
            }
            #expect(full.details == ["participants too_many"])
            let note = try await desk.write("x", on: deal, as: banker)
            let emptied = try await fault("validation_failed") {
                try await desk.change(note, on: deal, as: banker) { ($0.text, $0.kind) = (.clear, .clear) }
            }
            #expect(emptied.details == ["kind required", "text required"])
            try await fault("validation_failed") {
                try await desk.send(
                    DealMethods.addActivity, json: #"{"kind":"note","text":"x","pinned":true}"#, as: banker,
                    on: [deal.id.text])
            }
        }
    }

    @Test(arguments: ["", "!", "e30", "fHw", String(repeating: "A", count: 4000)])
    func aCursorOfAnotherKindIsRefused(cursor: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("cursor_invalid") {
                try await desk.activities(deal, as: banker, DealActivityQuery(cursor: cursor))
            }
            try await fault("cursor_invalid") { try await desk.openTasks(OpenTaskQuery(cursor: cursor), as: banker) }
            let day = PageCursor(key: "2026-11-02", id: deal.id).text
            try await fault("cursor_invalid") {
                try await desk.activities(deal, as: banker, DealActivityQuery(cursor: day))
            }
            try await fault("query_invalid") {
                try await desk.activities(deal, as: banker, DealActivityQuery(limit: 0))
            }
        }
    }
}
