import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Somebody is let in for a time: asked for by one, approved by another.
struct WallCrossingTests {
    /// A deal of one manager, with a second one, and somebody outside.
    private static func with(
        _ level: Confidentiality = .secret,
        _ body: (_ desk: Desk, _ deal: Deal, _ first: Person, _ second: Person, _ guest: Person) async throws -> Void
    ) async throws {
        try await Desk.with { desk in
            let (first, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: first, confidentiality: level)
            _ = try await desk.add(second, to: deal, by: first, access: .manage)
            try await body(desk, deal, first, second, desk.person(.banker))
        }
    }

    @Test func aRequestGivesNothingAnApprovalLetsReadUntilTheTimeIsOver() async throws {
        try await Self.with { desk, deal, first, second, guest in
            let asked = try await desk.ask(for: guest, on: deal, by: first)
            #expect(asked.status == .requested && asked.version == 1 && asked.name == guest.user().name)
            try await fault("not_found") { try await desk.get(deal, as: guest) }
            let granted = try await desk.decide(.approve, asked, on: deal, as: second, ifMatch: 1)
            #expect(granted.status == .granted && granted.decidedBy == second.id && granted.version == 2)
            #expect(try await desk.get(deal, as: guest) == deal)
            #expect(try await desk.list(DealQuery(count: true), as: guest).total == 1)
            try await fault("access_too_low") { try await desk.update(deal, as: guest) { $0.sector = .set("Food") } }
            try await fault("access_too_low") { try await desk.access(deal, as: guest) }
            desk.clock.advance(seconds: 86_399)
            #expect(try await desk.get(deal, as: guest) == deal)
            desk.clock.advance(seconds: 1)
            try await fault("not_found") { try await desk.get(deal, as: guest) }
            #expect(try await desk.list(DealQuery(count: true), as: guest).total == 0)
            #expect(try await desk.crossings(of: deal, as: first).items.map(\.status) == [.expired])
        }
    }

    @Test func neitherWhoAskedNorWhoCrossesDecides() async throws {
        try await Self.with(.internal) { desk, deal, first, second, _ in
            let compliance = desk.person(.compliance)
            let asked = try await desk.ask(for: compliance, on: deal, by: first)
            try await fault("four_eyes") { try await desk.decide(.approve, asked, on: deal, as: first) }
            try await fault("four_eyes") { try await desk.decide(.refuse, asked, on: deal, as: first) }
            try await fault("four_eyes") { try await desk.decide(.approve, asked, on: deal, as: compliance) }
            let refused = try await desk.decide(.refuse, asked, on: deal, as: second)
            #expect(refused.status == .refused && refused.note == "as discussed")
            try await fault("already_decided") { try await desk.decide(.approve, asked, on: deal, as: second) }
            try await fault("wall_crossing_over") { try await desk.end(asked, on: deal, as: second) }
        }
    }

    @Test func onlyManagersAskAndOnlyTheyAndComplianceDecide() async throws {
        try await Self.with(.internal) { desk, deal, first, second, guest in
            let (editor, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.add(editor, to: deal, by: first, access: .edit)
            for person in [editor, compliance] {
                try await fault("access_too_low") { try await desk.ask(for: guest, on: deal, by: person) }
            }
            let asked = try await desk.ask(for: guest, on: deal, by: first)
            try await fault("access_too_low") { try await desk.decide(.approve, asked, on: deal, as: editor) }
            try await fault("not_found") { try await desk.decide(.approve, asked, on: deal, as: guest) }
            let other = try await desk.deal("Hawk", by: second)
            try await fault("not_found") { try await desk.decide(.approve, asked, on: other, as: second) }
            #expect(try await desk.decide(.approve, asked, on: deal, as: compliance).status == .granted)
            try await fault("forbidden") { try await desk.ask(for: guest, on: deal, by: desk.person(.observer)) }
        }
    }

    /// Compliance that is let in for a time reads, and decides nothing.
    @Test func aGuestOfTheControlRoomOnlyReads() async throws {
        try await Self.with { desk, deal, first, second, guest in
            let compliance = desk.person(.compliance)
            _ = try await desk.cross(compliance, on: deal, by: first, and: second)
            let asked = try await desk.ask(for: guest, on: deal, by: first)
            try await fault("access_too_low") { try await desk.decide(.approve, asked, on: deal, as: compliance) }
            try await fault("access_too_low") { try await desk.end(asked, on: deal, as: compliance) }
            try await fault("access_too_low") { try await desk.decide(.cleared, deal, as: compliance) }
            #expect(try await desk.access(deal, as: compliance).items.count == 3)
        }
    }

    @Test func endingItEndsAccessAtOnceAndTheRowStays() async throws {
        try await Self.with { desk, deal, first, second, guest in
            let crossing = try await desk.cross(guest, on: deal, by: first, and: second)
            try await fault("version_mismatch") { try await desk.end(crossing, on: deal, as: first, ifMatch: 1) }
            let ended = try await desk.end(crossing, on: deal, as: first, ifMatch: 2)
            #expect(ended.status == .ended && ended.endedBy == first.id && ended.version == 3)
            try await fault("not_found") { try await desk.get(deal, as: guest) }
            #expect(try await desk.list(as: guest).items.isEmpty)
            try await fault("wall_crossing_over") { try await desk.end(crossing, on: deal, as: first) }
            #expect(try await desk.crossings(of: deal, as: first).items == [ended])
            // A request that is taken back waits for nobody.
            let asked = try await desk.ask(for: guest, on: deal, by: first)
            #expect(try await desk.end(asked, on: deal, as: second).status == .ended)
            try await fault("already_decided") { try await desk.decide(.approve, asked, on: deal, as: second) }
        }
    }

    /// Otherwise who was let in would be again as soon as the deal is restored.
    @Test func whatRunsOnADeletedDealCanBeEnded() async throws {
        try await Self.with(.internal) { desk, deal, first, second, guest in
            let (compliance, editor) = (desk.person(.compliance), desk.person(.banker))
            _ = try await desk.add(editor, to: deal, by: first, access: .edit)
            let crossing = try await desk.cross(guest, on: deal, by: first, and: second)
            let asked = try await desk.ask(for: desk.person(.banker), on: deal, by: first)
            let gone = try await desk.delete(try await desk.get(deal, as: first), as: first)
            for person in [guest, editor] {
                try await fault("not_found") { try await desk.crossings(of: deal, as: person) }
                try await fault("not_found") { try await desk.end(crossing, on: deal, as: person) }
            }
            try await fault("not_found") { try await desk.decide(.approve, asked, on: deal, as: second) }
            let listed = try await desk.crossings(of: deal, as: compliance).items
            #expect(Set(listed) == [asked, crossing])
            #expect(try await desk.end(crossing, on: deal, as: compliance).status == .ended)
            #expect(try await desk.end(asked, on: deal, as: second).status == .ended)
            _ = try await desk.restore(gone, as: first)
            try await fault("not_found") { try await desk.get(deal, as: guest) }
        }
    }

    @Test func anApprovalThatComesTooLateGivesNothing() async throws {
        try await Self.with { desk, deal, first, second, guest in
            let asked = try await desk.ask(for: guest, on: deal, by: first, seconds: 60)
            desk.clock.advance(seconds: 60)
            try await fault("wall_crossing_over") { try await desk.decide(.approve, asked, on: deal, as: second) }
            #expect(try await desk.decide(.refuse, asked, on: deal, as: second).status == .refused)
        }
    }

    @Test func whoCannotCrossIsNamed() async throws {
        try await Self.with { desk, deal, first, second, guest in
            func details(_ person: Person, seconds: Int64 = 60) async throws -> [String] {
                try await fault("validation_failed") {
                    try await desk.ask(for: person, on: deal, by: first, seconds: seconds)
                }.details
            }
            #expect(try await details(desk.person(.admin)) == ["userId role_not_allowed"])
            #expect(try await details(desk.person(.management)) == ["userId role_not_allowed"])
            #expect(try await details(desk.person(.banker, .disabled)) == ["userId user_disabled"])
            #expect(try await details(Person(.banker)) == ["userId unknown_user"])
            #expect(try await details(guest, seconds: 0) == ["until in_past"])
            #expect(try await details(guest, seconds: 90 * 86_400 + 1) == ["until too_late"])
            try await fault("already_member") { try await desk.ask(for: second, on: deal, by: first) }
            _ = try await desk.ask(for: guest, on: deal, by: first, seconds: 90 * 86_400)
            try await fault("wall_crossing_open") { try await desk.ask(for: guest, on: deal, by: second) }
        }
    }

    @Test func allAreListedByPages() async throws {
        try await Self.with { desk, deal, first, second, guest in
            var ids: [UUID] = []
            for _ in 0..<5 {
                desk.clock.advance(seconds: 1)
                let asked = try await desk.ask(for: guest, on: deal, by: first)
                ids.append(try await desk.decide(.refuse, asked, on: deal, as: second).id)
            }
            var (found, cursor): ([UUID], String?) = ([], nil)
            repeat {
                let query = CrossingQuery(limit: 2, cursor: cursor)
                let page = try await desk.crossings(query, of: deal, as: second)
                #expect(page.items.count <= 2)
                found += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == ids.reversed())
            try await fault("cursor_invalid") {
                try await desk.crossings(CrossingQuery(cursor: "x"), of: deal, as: second)
            }
            try await fault("query_invalid") {
                try await desk.crossings(CrossingQuery(limit: 201), of: deal, as: second)
            }
        }
    }

    @Test(arguments: [Confidentiality.secret, .internal])
    func eventsTellWhatHappenedAndOfASecretDealNoMore(level: Confidentiality) async throws {
        try await Self.with(level) { desk, deal, first, second, guest in
            let before = try await desk.events().count
            _ = try await desk.end(
                desk.cross(guest, on: deal, by: first, and: second), on: deal, as: first)
            _ = try await desk.decide(.refuse, desk.ask(for: guest, on: deal, by: first), on: deal, as: second)
            let events = try await desk.events().dropFirst(before)
            #expect(
                events.map(\.type) == [
                    "deal.wallcrossing.requested", "deal.wallcrossing.granted", "deal.wallcrossing.ended",
                    "deal.wallcrossing.requested", "deal.wallcrossing.refused",
                ])
            let fields = level == .secret ? [] : ["wallCrossingId", "userId", "until", "reason"]
            #expect(events.allSatisfy { $0.changes.map(\.field) == fields && $0.subject.id == deal.id.text })
        }
    }
}
