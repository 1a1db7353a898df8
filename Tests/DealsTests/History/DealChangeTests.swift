import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct DealChangeTests {
    @Test func eachVersionSaysWhoChangedWhatAndWhen() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(seconds: 5)
            let long = String(repeating: "ü", count: 10_000)
            let usd = try #require(Currency(code: "USD"))
            let changed = try await desk.update(deal, as: banker) {
                $0.description = .set(long)
                $0.value = .set(Money(minorUnits: 1050, currency: usd))
            }
            _ = try await desk.decide(.cleared, changed, as: compliance)
            // Compliance says it once more: a version in which no field changed.
            _ = try await desk.decide(.cleared, changed, as: compliance)
            let items = try await desk.changes(of: deal, as: banker).items
            #expect(items.map(\.version) == [4, 3, 2, 1])
            #expect(items.map(\.by) == [compliance.id, compliance.id, banker.id, banker.id])
            #expect(items.map(\.at.milliseconds) == [5, 5, 5, 0].map { deal.createdAt.milliseconds + $0 * 1000 })
            #expect(
                items.compactMap(\.type) == ["conflict.decided", "conflict.decided", "deal.updated", "deal.created"])
            #expect(items[0].changes.isEmpty)
            #expect(items[1].changes == [FieldChange("conflictStatus", before: "not_started", after: "cleared")])
            // Whole, which events are not.
            #expect(
                items[2].changes == [
                    FieldChange("description", before: nil, after: long),
                    FieldChange("value", before: nil, after: "10.50 USD"),
                ])
            let made = Dictionary(uniqueKeysWithValues: items[3].changes.map { ($0.field, $0.after) })
            #expect(made["codeName"] == "Falcon" && made["probability"] == "5" && made["leadId"] == banker.id.text)
            #expect(made.keys.allSatisfy { !DealMembers.untold.contains($0) } && made["sector"] == nil)
        }
    }

    @Test func pagesFollowEachOtherAndAFieldIsFollowedAlone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for step in 0..<12 {
                deal = try await desk.update(deal, as: banker) {
                    if step % 3 == 0 { $0.sector = .set("s\(step)") } else { $0.nextStep = .set("n\(step)") }
                }
            }
            var (versions, cursor): ([Int64], String?) = ([], nil)
            repeat {
                let page = try await desk.changes(of: deal, as: banker, DealChangeQuery(limit: 5, cursor: cursor))
                versions += page.items.map(\.version)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(versions == (1...13).reversed())
            let first = try await desk.changes(of: deal, as: banker, DealChangeQuery(limit: 2, field: "sector"))
            #expect(first.items.map { $0.changes.map(\.after) } == [["s9"], ["s6"]])
            let query = DealChangeQuery(limit: 2, cursor: first.nextCursor, field: "sector")
            let second = try await desk.changes(of: deal, as: banker, query)
            #expect(second.items.map { $0.changes.map(\.after) } == [["s3"], ["s0"]] && second.nextCursor == nil)
            let unknown = DealChangeQuery(field: "nothing")
            #expect(try await desk.changes(of: deal, as: banker, unknown).items.isEmpty)
        }
    }

    @Test func pageOfLongTextsEndsEarlyAndTheNextGoesOn() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for step in 0..<30 {
                deal = try await desk.update(deal, as: banker) {
                    $0.description = .set(String(repeating: "\u{1F600}", count: 9_000) + "\(step)")
                }
            }
            var (versions, pages, cursor): ([Int64], Int, String?) = ([], 0, nil)
            repeat {
                let page = try await desk.changes(of: deal, as: banker, DealChangeQuery(limit: 200, cursor: cursor))
                versions += page.items.map(\.version)
                (cursor, pages) = (page.nextCursor, pages + 1)
            } while cursor != nil
            #expect(versions == (1...31).reversed() && pages > 1)
        }
    }

    @Test(arguments: ["0", "-1", "x", "01", "99999999999999999999"])
    func whatIsNoCursorIsRefused(cursor: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("cursor_invalid") {
                try await desk.changes(of: deal, as: banker, DealChangeQuery(cursor: cursor))
            }
            try await fault("query_invalid") {
                try await desk.changes(of: deal, as: banker, DealChangeQuery(limit: 201))
            }
            try await fault("query_invalid") {
                try await desk.changes(of: deal, as: banker, DealChangeQuery(field: ""))
            }
        }
    }

    @Test(arguments: [
        (#"{"a":1,"b":{"c":[1,2,{"d":"}"}]},"e":"x,\"y\":\\","f":null,"g":[]}"#, ["a", "b", "e", "f", "g"]),
        ("{}", []), ("", []), (#"{"a":-1.5e3}"#, ["a"]),
    ])
    func anObjectIsTakenApartAndPutTogether(json: String, names: [String]) {
        let members = JSONMembers.of(Data(json.utf8))
        #expect(members.keys.sorted() == names)
        guard !names.isEmpty else { return }
        let together = names.map { "\"\($0)\":\(members[$0] ?? "")" }.joined(separator: ",")
        #expect("{\(together)}" == json)
    }

    /// Of the creation no rows are written: what it was made of follows from what came after.
    @Test func theChangesOfAFieldEndWithWhatItWasCreatedWith() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for step in ["call", "write"] {
                deal = try await desk.update(deal, as: banker) { $0.nextStep = .set(step) }
            }
            let rows = try await desk.store.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM deal_change") }
            #expect(rows == 2)
            let names = try await desk.changes(of: deal, as: banker, DealChangeQuery(field: "codeName"))
            #expect(names.items.map(\.version) == [1] && names.items[0].type == EventType.dealCreated)
            #expect(names.items[0].changes == [FieldChange("codeName", before: nil, after: "Falcon")])
            // It was created without one.
            let steps = try await desk.changes(of: deal, as: banker, DealChangeQuery(field: "nextStep"))
            #expect(steps.items.map(\.version) == [3, 2] && steps.nextCursor == nil)
        }
    }
}
