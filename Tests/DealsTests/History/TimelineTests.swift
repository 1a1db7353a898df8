import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct TimelineTests {
    /// A deal with something in every table, and things that were removed.
    private static func with(
        _ body: (_ desk: Desk, _ deal: Deal, _ lead: Person, _ reader: Person) async throws -> Void
    ) async throws {
        try await Desk.with { desk in
            let (lead, reader, former) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            desk.clock.advance(seconds: 1)
            _ = try await desk.add(former, to: deal, by: lead, access: .edit)
            desk.clock.advance(seconds: 1)
            try await desk.remove(former, from: deal, by: lead)
            desk.clock.advance(seconds: 1)
            _ = try await desk.update(deal, as: lead) { $0.sector = .set("Food") }
            _ = try await desk.write("the client called", on: deal, as: lead, .call)
            let slip = try await desk.write("the buyer is Borealis", on: deal, as: lead)
            desk.clock.advance(seconds: 1)
            try await desk.remove(slip, from: deal, as: lead)
            let task = try await desk.task("NDA", on: deal, as: lead)
            desk.clock.advance(seconds: 1)
            _ = try await desk.finish(task, on: deal, as: lead)
            try await desk.remove(desk.task("call Borealis", on: deal, as: lead), from: deal, as: lead)
            _ = try await desk.link(in: deal, as: lead)
            desk.clock.advance(seconds: 1)
            _ = try await desk.move(deal, to: "pitch", as: lead) { $0.conflictStatus = .set(.pending) }
            desk.clock.advance(seconds: 1)
            _ = try await desk.move(deal, to: "on_hold", as: lead, reason: "markets")
            try await body(desk, deal, lead, reader)
        }
    }

    @Test func allThatHappenedStandsInOneStreamTheNewestFirst() async throws {
        try await Self.with { desk, deal, lead, _ in
            let items = try await desk.timeline(of: deal, as: lead).items
            #expect(items.map(\.at) == items.map(\.at).sorted(by: >))
            let told = items.map { "\($0.kind.rawValue) \($0.act.rawValue)" }
            #expect(told.first == "moves moved" && told.contains("moves created"))
            let expected = [
                "activities removed", "activities written", "changes changed", "changes changed", "documents added",
                "moves created", "moves moved", "moves moved", "tasks added", "tasks done", "tasks removed",
                "team joined", "team joined", "team left",
            ]
            #expect(told.sorted() == expected)
            let hold = try #require(items.first)
            #expect(hold.text == "markets" && hold.by == lead.id && hold.id != nil)
            #expect(hold.changes == [FieldChange("status", before: "active", after: "on_hold")])
            let change = try #require(items.last { $0.kind == .changes })
            #expect(change.version == 2 && change.changes == [FieldChange("sector", before: nil, after: "Food")])
            let call = try #require(items.first { $0.act == .written })
            #expect(call.type == "call" && call.text == "the client called")
        }
    }

    @Test func whatWasRemovedIsToldWithoutItsWords() async throws {
        try await Self.with { desk, deal, lead, reader in
            for person in [lead, reader] {
                let bytes = try await desk.bytes(
                    DealMethods.timeline, TimelineQuery(), as: person, on: [deal.id.text])
                #expect(!String(decoding: bytes, as: UTF8.self).contains("Borealis"))
            }
            let removed = try await desk.timeline(of: deal, as: reader).items.filter { $0.act == .removed }
            #expect(removed.map(\.kind) == [.tasks, .activities])
            #expect(removed.allSatisfy { $0.by == lead.id && $0.text == nil && $0.title == nil })
        }
    }

    /// As the team and the insider list have it.
    @Test func whoMerelyReadsDoesNotLearnWhoWasOnTheTeam() async throws {
        try await Self.with { desk, deal, lead, reader in
            func people(_ person: Person) async throws -> [TimelineAct] {
                try await desk.timeline(of: deal, as: person, TimelineQuery(kinds: "team")).items.map(\.act)
            }
            let (asReader, asLead) = (try await people(reader), try await people(lead))
            let asCompliance = try await people(desk.person(.compliance))
            #expect(asReader == [.joined, .joined])
            #expect(asLead == [.left, .joined, .joined] && asCompliance == asLead)
        }
    }

    @Test(arguments: 1...7)
    func pagesOfAnyLengthMakeTheWhole(limit: Int) async throws {
        try await Self.with { desk, deal, lead, reader in
            // Many things in one millisecond, over the ends of pages.
            for count in 0..<5 {
                _ = try await desk.write("note \(count)", on: deal, as: lead)
                _ = try await desk.task("task \(count)", on: deal, as: lead)
            }
            for person in [lead, reader] {
                for kinds in [nil, "moves", "changes,tasks", "team,activities,documents"] {
                    let whole = try await desk.timeline(of: deal, as: person, TimelineQuery(limit: 200, kinds: kinds))
                    #expect(whole.nextCursor == nil)
                    var (items, cursor): ([TimelineEntry], String?) = ([], nil)
                    repeat {
                        let query = TimelineQuery(limit: limit, cursor: cursor, kinds: kinds)
                        let page = try await desk.timeline(of: deal, as: person, query)
                        #expect(page.items.count <= limit)
                        items += page.items
                        cursor = page.nextCursor
                    } while cursor != nil
                    #expect(items == whole.items)
                }
            }
        }
    }

    /// What comes in while somebody turns pages is newer than all that he has yet to read.
    @Test func aCursorHoldsItsPlace() async throws {
        try await Self.with { desk, deal, lead, _ in
            let whole = try await desk.timeline(of: deal, as: lead).items
            let first = try await desk.timeline(of: deal, as: lead, TimelineQuery(limit: 4))
            desk.clock.advance(seconds: 1)
            _ = try await desk.write("news", on: deal, as: lead)
            let rest = try await desk.timeline(of: deal, as: lead, TimelineQuery(cursor: first.nextCursor))
            #expect(first.items + rest.items == whole)
        }
    }

    @Test func longTextIsCut() async throws {
        try await Self.with { desk, deal, lead, _ in
            _ = try await desk.write(String(repeating: "x", count: 5000), on: deal, as: lead)
            let items = try await desk.timeline(of: deal, as: lead, TimelineQuery(kinds: "activities")).items
            #expect(items.contains { $0.text?.unicodeScalars.count == DealChanges.displayScalarsMax + 1 })
        }
    }

    @Test(arguments: ["x", "1.2", "1.99.1", "1.0.1", "1.1.x", "9223372036854775807.1.1", "1.2.3.4"])
    func whatIsNoCursorIsRefused(cursor: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("cursor_invalid") {
                try await desk.timeline(of: deal, as: banker, TimelineQuery(cursor: cursor))
            }
            for kinds in ["", "move", "moves,", "moves,gossip", "Moves"] {
                let refused = try await fault("query_invalid") {
                    try await desk.timeline(of: deal, as: banker, TimelineQuery(kinds: kinds))
                }
                #expect(refused.details == ["kinds invalid"])
            }
        }
    }
}
