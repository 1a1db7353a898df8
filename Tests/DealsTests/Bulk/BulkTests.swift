import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct BulkTests {
    private static func sector(_ text: String) -> DealPatch {
        var patch = DealPatch()
        patch.sector = .set(text)
        return patch
    }

    @Test func eachDealIsChangedAsIfAlone() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let (one, two) = (try await desk.deal("One", by: banker), try await desk.deal("Two", by: banker))
            let hidden = try await desk.deal("Hidden", by: other)
            let read = try await desk.deal("Read", by: other)
            _ = try await desk.add(banker, to: read, by: other, access: .read)
            let absent = UUIDv7.make().text
            let before = try await desk.events().count
            let request = BulkRequest(
                ids: [one.number, hidden.id.text, absent, "nonsense", read.id.text, two.id.text], op: .update,
                fields: Self.sector("Food"))
            let result = try await desk.bulk(request, as: banker)
            #expect(result.items.map(\.ok) == [true, false, false, false, false, true])
            #expect(result.done == 2 && result.failed == 4 && !result.dryRun)
            #expect(result.items[0].version == 2 && result.items[0].number == one.number)
            #expect(result.items[4].code == "access_too_low" && result.items[4].number == read.number)
            #expect(try await desk.get(two, as: banker).sector == "Food")
            #expect(try await desk.get(read, as: banker).sector == nil)
            let events = try await desk.events().dropFirst(before)
            #expect(events.map(\.type) == [EventType.dealUpdated, EventType.dealUpdated])
            // What may not be known looks like what is not there.
            for (index, id) in [(1, hidden.id.text), (2, absent), (3, "nonsense")] {
                #expect(result.items[index] == BulkItem(id: id, number: nil, .notFound("deal")))
            }
        }
    }

    @Test func aVersionIsAskedOfItsDealAlone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (one, two) = (try await desk.deal("One", by: banker), try await desk.deal("Two", by: banker))
            let request = BulkRequest(
                deals: [BulkDeal(id: one.id.text, version: 7), BulkDeal(id: two.id.text, version: 1)], op: .update,
                fields: Self.sector("Food"))
            let items = try await desk.bulk(request, as: banker).items
            #expect(items.map(\.code) == ["version_mismatch", nil])
            #expect(items[1].version == 2)
        }
    }

    @Test func rulesHoldForEachMove() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (one, two) = (try await desk.deal("One", by: banker), try await desk.deal("Two", by: banker))
            _ = try await desk.update(one, as: banker) { $0.conflictStatus = .set(.pending) }
            let request = BulkRequest(ids: [one.id.text, two.id.text], op: .transition, move: Move(toStage: "pitch"))
            let items = try await desk.bulk(request, as: banker).items
            #expect(items.map(\.ok) == [true, false])
            #expect(items[1].code == "rules_unmet")
            #expect(items[1].errors.codes == ["conflict_check_not_started"])
            #expect(try await desk.history(one, as: banker).map(\.toStage) == ["origination", "pitch"])
            #expect(try await desk.get(two, as: banker).version == 1)
        }
    }

    @Test func somebodyJoinsThoseThatTheCallerManages() async throws {
        try await Desk.with { desk in
            let (banker, other, third) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let mine = try await desk.deal("Mine", by: banker)
            let his = try await desk.deal("His", by: other)
            _ = try await desk.add(banker, to: his, by: other, access: .edit)
            let member = NewTeamMember(userId: third.id, role: .analyst, access: .read, reason: "staffing")
            let request = BulkRequest(ids: [mine.id.text, his.id.text], op: .addMember, member: member)
            let items = try await desk.bulk(request, as: banker).items
            #expect(items.map(\.code) == [nil, "access_too_low"])
            #expect(try await desk.get(mine, as: third) == mine)
            #expect(try await desk.bulk(request, as: banker).items.map(\.code) == ["already_member", "access_too_low"])
            // Who manages none of them does not learn who is known.
            let asked = desk.people.questions
            for user in [third.id, UUIDv7.make()] {
                let new = NewTeamMember(userId: user, role: .analyst, access: .read, reason: "staffing")
                let none = BulkRequest(ids: [his.id.text], op: .addMember, member: new)
                #expect(try await desk.bulk(none, as: banker).items.map(\.code) == ["access_too_low"])
            }
            #expect(desk.people.questions == asked)
            let nobody = NewTeamMember(userId: UUIDv7.make(), role: .analyst, access: .read, reason: "staffing")
            try await fault("validation_failed") {
                try await desk.bulk(BulkRequest(ids: [mine.id.text], op: .addMember, member: nobody), as: banker)
            }
        }
    }

    /// What is wrong with one request is the same for a thousand deals: the answer must not be many times the request.
    @Test func ofManyFaultsOfOneDealSomeAreNamedAndTheOthersCounted() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = [try await desk.deal("One", by: banker), try await desk.deal("Two", by: banker)]
            let stem = String(repeating: "k", count: 5000)
            var patch = DealPatch()
            patch.customFields = .set(
                Dictionary(uniqueKeysWithValues: (10..<40).map { ("\($0)\(stem)", .set(.text("x"))) }))
            let request = BulkRequest(ids: deals.map(\.id.text), op: .update, fields: patch)
            for item in try await desk.bulk(request, as: banker).items {
                #expect(item.code == "validation_failed" && item.errorsLeftOut == 10)
                #expect(item.errors.count == BulkItem.errorsMax)
                #expect(item.errors.allSatisfy { $0.code == "unknown_field" && $0.field.count < 200 })
            }
            let few = BulkRequest(ids: [deals[0].id.text], op: .update, fields: Self.sector(""))
            let item = try #require(try await desk.bulk(few, as: banker).items.first)
            #expect(item.errors.count == 1 && item.errorsLeftOut == nil)
        }
    }

    @Test func aDryRunTellsAllAndLeavesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = [try await desk.deal("One", by: banker), try await desk.deal("Two", by: banker)]
            let before = try await desk.events().count
            var request = BulkRequest(ids: deals.map(\.id.text), op: .update, fields: Self.sector("Food"))
            request.dryRun = true
            let tried = try await desk.bulk(request, as: banker)
            #expect(tried.dryRun && tried.items.map(\.version) == [2, 2])
            #expect(try await desk.events().count == before)
            for deal in deals { #expect(try await desk.get(deal, as: banker) == deal) }
            request.dryRun = nil
            #expect(try await desk.bulk(request, as: banker).items == tried.items)
        }
    }

    @Test func aFilterFitsAsManyAsWereExpectedOrNothingIsDone() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            for count in 0..<60 { _ = try await desk.deal("Mine \(count)", by: banker) }
            _ = try await desk.deal("Mine 60", by: other)
            var request = BulkRequest(
                filter: DealQuery(q: "mine"), expectedCount: 61, op: .update, fields: Self.sector("Food"))
            try await fault("count_differs") { try await desk.bulk(request, as: banker) }
            request.expectedCount = 60
            #expect(try await desk.bulk(request, as: banker).done == 60)
            #expect(try await desk.list(DealQuery(limit: 200), as: banker).items.allSatisfy { $0.sector == "Food" })
            #expect(try await desk.list(as: other).items.map(\.sector) == [nil])
        }
    }

    /// Requests, and the field and code of each fault.
    private static let faulty: [(BulkRequest, [String])] = {
        var named = DealPatch()
        named.codeName = .set("Falcon")
        let many = (0...BulkForm.dealsMax).map { "D-2026-\(1000 + $0)" }
        let food = sector("x")
        return [
            (BulkRequest(op: .update, fields: food), ["ids exactly_one"]),
            (BulkRequest(ids: ["a"], filter: DealQuery(), op: .update, fields: food), ["ids exactly_one"]),
            (BulkRequest(ids: many, op: .update, fields: food), ["ids out_of_range"]),
            (BulkRequest(ids: [], op: .update, fields: food), ["ids out_of_range"]),
            (BulkRequest(ids: ["a", "a"], op: .update, fields: food), ["ids repeated"]),
            (BulkRequest(ids: ["a"], op: .update), ["fields required"]),
            (BulkRequest(ids: ["a"], op: .update, fields: DealPatch()), ["fields required"]),
            (BulkRequest(ids: ["a"], op: .update, fields: named), ["fields.codeName not_allowed"]),
            (BulkRequest(ids: ["a"], op: .transition, fields: food), ["fields not_allowed", "move required"]),
            (BulkRequest(filter: DealQuery(), op: .update, fields: food), ["expectedCount required"]),
        ]
    }()

    @Test(arguments: faulty.indices) func aRequestNamesWhatIsWrongWithIt(index: Int) async throws {
        let (request, details) = Self.faulty[index]
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let refused = try await fault("validation_failed") { try await desk.bulk(request, as: banker) }
            #expect(refused.details == details)
        }
    }

    @Test(arguments: [Role.admin, .management, .observer]) func othersChangeNothing(role: Role) async throws {
        try await Desk.with { desk in
            let request = BulkRequest(ids: ["a"], op: .update, fields: Self.sector("x"))
            try await fault("forbidden") { try await desk.bulk(request, as: desk.person(role)) }
        }
    }
}
