import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Who could see a deal at an instant, and why.
struct AccessListTests {
    @Test func everyInstantIsAnsweredAsItWas() async throws {
        try await Desk.with { desk in
            let (banker, second, guest, compliance) = (
                desk.person(.banker), desk.person(.banker), desk.person(.observer), desk.person(.compliance)
            )
            var times: [Instant] = [desk.clock.now().advanced(bySeconds: -1)]
            func mark() {
                times.append(desk.clock.now())
                desk.clock.advance(seconds: 10)
            }
            let deal = try await desk.deal("Falcon", by: banker)
            mark()
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            mark()
            let crossing = try await desk.cross(guest, on: deal, by: banker, and: second)
            mark()
            let secret = try await desk.update(deal, as: banker) { $0.confidentiality = .set(.secret) }
            _ = try await desk.breakGlass(secret.number, as: compliance)
            mark()
            _ = try await desk.end(crossing, on: deal, as: second)
            try await desk.remove(second, from: deal, by: banker)
            mark()
            desk.clock.advance(seconds: 3600)
            mark()
            var seen: [[UUID]] = []
            var isOpen: [Bool?] = []
            for time in times {
                let list = try await desk.access(deal, at: time, as: banker)
                #expect(list.asOf == time)
                seen.append(list.items.map(\.userId))
                isOpen.append(list.openToCompliance)
            }
            let (a, b, c, d) = (banker.id, second.id, guest.id, compliance.id)
            #expect(seen == [[], [a], [a, b], [a, b, c], [a, b, c, d], [a, d], [a]])
            #expect(isOpen == [nil, true, true, true, false, false, false])
            let now = try await desk.access(deal, as: banker)
            #expect(now.items.map(\.userId) == [a] && now.asOf == desk.clock.now())
        }
    }

    /// For as long as a deal is deleted, those alone who may restore it; before and after it everybody, also when asked later.
    @Test(arguments: [Confidentiality.secret, .internal])
    func aDeletionIsATimeInWhichOnlyThoseSeeTheDealWhoMayRestoreIt(level: Confidentiality) async throws {
        try await Desk.with { desk in
            let (banker, second, editor) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let (guest, observer, compliance) = (
                desk.person(.banker), desk.person(.observer), desk.person(.compliance)
            )
            var times: [Instant] = []
            func mark() {
                times.append(desk.clock.now())
                desk.clock.advance(seconds: 10)
            }
            var deal = try await desk.deal("Falcon", by: banker, confidentiality: level)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
            for person in [observer, compliance] { _ = try await desk.add(person, to: deal, by: banker, access: .read) }
            _ = try await desk.cross(guest, on: deal, by: banker, and: second)
            mark()
            for _ in 0..<2 {
                deal = try await desk.delete(deal, as: banker)
                mark()
                mark()
                deal = try await desk.restore(deal, as: compliance)
                mark()
            }
            let gone = try await desk.delete(deal, as: second)
            mark()
            let all = [banker, second, editor, observer, compliance, guest].map(\.id)
            let few = [banker, second, compliance].map(\.id)
            let lists = try await Self.lists(of: gone, at: times, desk, as: compliance)
            #expect(lists.map { $0.items.map(\.userId) } == [all, few, few, all, few, few, all, few])
            let since = lists.map(\.deletedAt)
            #expect(since == [nil, times[1], times[1], nil, times[4], times[4], nil, times[7]])
            // Those who are named are those who read the deal.
            let named = Set(try await desk.access(gone, as: banker).items.map(\.userId))
            for person in [banker, second, editor, observer, compliance, guest] {
                let isRead = (try? await desk.get(gone, as: person)) != nil
                #expect(isRead == named.contains(person.id))
            }
        }
    }

    private static func lists(
        of deal: Deal, at times: [Instant], _ desk: Desk, as person: Person
    ) async throws -> [AccessList] {
        var lists: [AccessList] = []
        for time in times { lists.append(try await desk.access(deal, at: time, as: person)) }
        return lists
    }

    @Test func everyEntrySaysWhy() async throws {
        try await Desk.with { desk in
            let (banker, second, guest) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage, role: .vp)
            let crossing = try await desk.cross(guest, on: deal, by: second, and: banker)
            let items = try await desk.access(deal, as: second).items
            let now = desk.clock.now()
            #expect(
                items.dropFirst() == [
                    AccessEntry(
                        userId: second.id, name: second.user().name, basis: .team, access: .manage, role: .vp,
                        reason: "works on it", addedBy: banker.id, approvedBy: nil, from: now, to: nil),
                    AccessEntry(
                        userId: guest.id, name: guest.user().name, basis: .wallCrossing, access: .read, role: nil,
                        reason: "sector view", addedBy: second.id, approvedBy: banker.id, from: now,
                        to: crossing.until),
                ])
        }
    }

    @Test func itIsForManagersAndCompliance() async throws {
        try await Desk.with { desk in
            let (banker, editor, compliance) = (
                desk.person(.banker), desk.person(.banker), desk.person(.compliance)
            )
            let deal = try await desk.deal("Falcon", by: banker)
            let secret = try await desk.deal("Hawk", by: banker, confidentiality: .secret)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
            #expect(try await desk.access(deal, as: compliance).items.count == 2)
            try await fault("access_too_low") { try await desk.access(deal, as: editor) }
            try await fault("access_too_low") { try await desk.crossings(of: deal, as: editor) }
            try await fault("not_found") { try await desk.access(secret, as: compliance) }
            let ahead = desk.clock.now().advanced(bySeconds: 1)
            let refused = try await fault("validation_failed") { try await desk.access(deal, at: ahead, as: banker) }
            #expect(refused.details == ["asOf in_future"])
        }
    }
}
