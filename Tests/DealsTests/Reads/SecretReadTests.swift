import Contracts
import Foundation
import RPC
import Testing

@testable import deals

extension Desk {
    fileprivate func open(_ deal: Deal, as person: Person) async throws {
        let _: Deal = try await call(DealMethods.get, Nothing(), as: person, on: [deal.id.text])
    }

    /// The readings that were written down, when all that waits was looked at.
    fileprivate func readings(_ count: Int) async throws -> [Event] {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reads.run() }
            defer { group.cancelAll() }
            // A secret deal of its own is read last: what came before it was looked at before it.
            let last = person(.banker)
            let mark = try await deal("Last one", by: last, confidentiality: .secret)
            try await open(mark, as: last)
            var found: [Event] = []
            while found.last?.subject.id != mark.id.text {
                await Task.yield()
                found = try await events().filter { $0.type == EventType.dealRead }
            }
            #expect(found.count == count + 1)
            return Array(found.dropLast())
        }
    }
}

struct SecretReadTests {
    @Test func whoOpensASecretDealIsWrittenDownOnce() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            _ = try await desk.add(second, to: deal, by: lead, access: .read)
            for _ in 0..<3 { try await desk.open(deal, as: lead) }
            try await desk.open(deal, as: second)
            let told = try await desk.readings(2)
            #expect(told.map(\.actor.id) == [lead.id.text, second.id.text])
            let event = try #require(told.first)
            #expect(event.subject == EventSubject(kind: "deal", id: deal.id.text))
            #expect(event.changes == [FieldChange("part", before: nil, after: "record")])
        }
    }

    @Test func timelineAndChangesAreReadingsToo() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            _ = try await desk.add(second, to: deal, by: lead, access: .read)
            let _: TimelinePage = try await desk.call(
                DealMethods.timeline, TimelineQuery(), as: lead, on: [deal.number])
            let _: DealChangePage = try await desk.call(
                DealMethods.changes, DealChangeQuery(), as: second, on: [deal.id.text])
            // Within ten minutes it is the same reading.
            try await desk.open(deal, as: lead)
            let told = try await desk.readings(2)
            #expect(told.compactMap { $0.changes.first?.after } == ["timeline", "changes"])
        }
    }

    @Test func otherDealsAreReadWithoutATrace() async throws {
        try await Desk.with { desk in
            let (lead, stranger) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            try await desk.open(deal, as: lead)
            let secret = try await desk.deal("Hawk", by: lead, confidentiality: .secret)
            // Who may not see it reads nothing.
            await #expect(throws: RPCFault.self) { try await desk.open(secret, as: stranger) }
            #expect(try await desk.readings(0).isEmpty)
        }
    }

    @Test func thoseOnTheDealAreNotToldWhoLooksAtIt() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            try await desk.open(deal, as: lead)
            _ = try await desk.readings(1)
            let caller = try Caller(desk.context(lead), may: .readDeals, now: desk.clock.now())
            let told = try await desk.notices.store.page(after: 0, by: caller).notices
            #expect(told.types == [EventType.dealCreated])
        }
    }

    @Test func fullQueueMakesTheReaderWaitAndLosesNothing() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let open = try await desk.deal("Falcon", by: lead)
            let secret = try await desk.deal("Hawk", by: lead, confidentiality: .secret)
            let caller = try Caller(desk.context(lead), may: .readDeals, now: desk.clock.now())
            for _ in 0..<SecretReads.waitingMax {
                await desk.reads.note("timeline", of: .id(open.id), version: nil, by: caller)
            }
            await desk.reads.note("timeline", of: .id(secret.id), version: nil, by: caller)
            #expect(try await desk.events().last?.type == EventType.dealRead)
        }
    }
}
