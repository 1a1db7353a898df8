import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Everything that decides over access says the same of everybody, at every moment: the deal itself, lists and counts,
/// the insider list, and both halves of the streams.
struct WallAgreementTests {
    private static func check(
        _ desk: Desk, _ deals: [Deal], _ owner: (Deal) -> Person, _ people: [Person], since: Int64
    ) async throws {
        let now = desk.clock.now()
        let news = try await desk.notices.store.news(after: since, at: now)
        for person in people {
            let caller = try Caller(desk.context(person), may: .readDeals, now: now)
            var readable: Set<UUID> = []
            for deal in deals where (try? await desk.get(deal, as: person)) != nil { readable.insert(deal.id) }
            let page = try await desk.list(DealQuery(limit: 200, count: true), as: person)
            #expect(Set(page.items.map(\.id)) == readable && page.items.count == readable.count)
            #expect(page.total == readable.count)
            #expect(Set(news.items.map(\.deal)) == Set(deals.map(\.id)))
            #expect(Set(deals.map(\.id).filter { news.isSeen($0, by: caller, at: now) }) == readable)
            let told = try await desk.notices.store.page(after: since, by: caller)
            #expect(Set(told.notices.compactMap(\.dealId)) == readable)
            for deal in deals {
                let list = try await desk.access(deal, as: owner(deal))
                let isNamed = list.items.contains { $0.userId == person.id }
                let isOpen = person.role == .compliance && list.openToCompliance == true
                #expect((isNamed || isOpen) == readable.contains(deal.id))
            }
        }
    }

    @Test func allSayTheSameAtEveryMoment() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let owners = (0..<3).map { _ in desk.person(.banker) }
            let second = desk.person(.banker)
            let others = [Role.banker, .banker, .observer, .compliance, .compliance].map { desk.person($0) }
            var deals: [Deal] = []
            var owned: [UUID: Person] = [:]
            for count in 0..<10 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let owner = try #require(owners.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: owner, confidentiality: level)
                (owned[deal.id], deals) = (owner, deals + [deal])
                _ = try await desk.add(second, to: deal, by: owner, access: .manage)
                for person in others {
                    let seconds = Int64.random(in: 1...5000, using: &random)
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: _ = try await desk.add(person, to: deal, by: owner, access: .read)
                    case 1: _ = try await desk.ask(for: person, on: deal, by: owner, seconds: seconds)
                    case 2, 3:
                        _ = try await desk.cross(person, on: deal, by: owner, and: second, seconds: seconds)
                    case 4:
                        let crossing = try await desk.cross(person, on: deal, by: owner, and: second, seconds: seconds)
                        _ = try await desk.end(crossing, on: deal, as: second)
                    default: break
                    }
                    if person.role == .compliance { _ = try? await desk.breakGlass(deal.number, as: person) }
                }
            }
            let people = owners + [second] + others
            for _ in 0..<5 {
                let since = try await desk.newest()
                for (index, deal) in deals.enumerated() {
                    deals[index] = try await desk.update(deal, as: second) {
                        $0.nextStep = .set("\(since) \(deal.version)")
                    }
                }
                try await Self.check(desk, deals, { owned[$0.id] ?? second }, people, since: since)
                desk.clock.advance(seconds: 1100)
            }
        }
    }

    @Test func whoIsLetInIsToldFromThenOnAndNoMoreWhenItIsOver() async throws {
        try await Desk.with { desk in
            let (banker, second, guest) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            var deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            let watch = try await desk.watch(guest)
            _ = try await desk.cross(guest, on: deal, by: banker, and: second, seconds: 60)
            #expect(try await watch.next().types.last == EventType.dealWallCrossingGranted)
            deal = try await desk.updates(1, of: deal, as: banker)
            #expect(try await watch.next().types == [EventType.dealUpdated])
            desk.clock.advance(seconds: 60)
            _ = try await desk.updates(1, of: deal, as: banker)
            let own = try await desk.deal("Hawk", by: guest)
            #expect(try await watch.next().map(\.dealId) == [own.id])
        }
    }

    /// By a decision, which is an event, and by the clock, which is none.
    @Test(arguments: [true, false])
    func aReaderThatIsBehindIsCutOffWhenItIsOver(isEnded: Bool) async throws {
        try await Desk.with { desk in
            let (banker, second, guest) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            let crossing = try await desk.cross(guest, on: deal, by: banker, and: second, seconds: 60)
            // So near that real time passes over it while the reader is behind.
            desk.clock.advance(seconds: isEnded ? 1 : 59)
            let watch = try await desk.watch(guest, after: 0)
            let notices = try await watch.next()
            #expect(notices.sequences == [1, 2, 3, 4])
            let (sent, continuation) = AsyncStream.makeStream(of: Int64.self)
            async let refused = fault("access_changed") {
                try await watch.deliver(notices) { notice in
                    continuation.yield(notice.sequence)
                    try await Task.sleep(for: .seconds(3600))
                }
            }
            var sending = sent.makeAsyncIterator()
            #expect(await sending.next() == 1)
            if isEnded {
                _ = try await desk.end(crossing, on: deal, as: banker)
            } else {
                desk.clock.advance(seconds: 1)
            }
            #expect(try await refused.status == .aborted)
            continuation.finish()
            #expect(await sending.next() == nil)
        }
    }

    @Test(arguments: [
        "SELECT max(closes_ms) FROM timed_access WHERE deal_id = x'' AND user_id = x'' AND closes_ms > 0",
        "SELECT 1 FROM timed_access WHERE user_id = x'' AND closes_ms > 0",
        "SELECT * FROM timed_access WHERE deal_id = x'' AND closes_ms > 0 AND from_ms <= 0 ORDER BY from_ms, id",
        "SELECT * FROM wall_crossing WHERE deal_id = x'' AND id < x'' ORDER BY id DESC LIMIT 1",
        "SELECT user_id FROM wall_crossing WHERE deal_id = x'' AND until_ms > 0 AND ended_ms IS NULL",
        "SELECT * FROM team_member WHERE deal_id = x'' AND added_ms <= 0 ORDER BY added_ms, rowid",
        "SELECT * FROM confidentiality_change WHERE deal_id = x'' AND since_ms <= 0 ORDER BY since_ms DESC, seq DESC",
    ])
    func noQuestionScansATable(sql: String) async throws {
        try await Desk.with { desk in
            let plan = try await desk.store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }
            }
            #expect(plan.allSatisfy { !$0.hasPrefix("SCAN") }, "\(plan)")
        }
    }
}
