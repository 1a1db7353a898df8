import Contracts
import Foundation
import Logging
import RPC
import Testing

@testable import deals

extension Desk {
    fileprivate func open(_ deal: Deal, as person: Person) async throws {
        let _: Deal = try await call(DealMethods.get, Nothing(), as: person, on: [deal.id.text])
    }

    /// As when the process stops: what waits is worked off, and from now on readings are looked at before they are answered.
    fileprivate func stop(_ reads: SecretReads) async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await reads.run() }
        }
    }

    fileprivate func told() async throws -> [Event] {
        try await events().filter { $0.type == EventType.dealRead }
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
                found = try await told()
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

    @Test func newVersionNeitherTellsAgainWithinTenMinutesNorKeepsSilentForLonger() async throws {
        try await Desk.with { desk in
            await desk.stop(desk.reads)
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            try await desk.open(deal, as: lead)
            _ = try await desk.update(deal, as: lead) { $0.sector = .set("Food") }
            // At 9, 12, 21 and 22 minutes; what is told of at 0 and at 12 is told of again ten minutes later.
            let readings: [(after: Int64, count: Int)] = [(540, 1), (180, 2), (540, 2), (60, 3)]
            for (seconds, count) in readings {
                desk.clock.advance(seconds: seconds)
                try await desk.open(deal, as: lead)
                #expect(try await desk.told().count == count)
            }
        }
    }

    @Test func dealThatBecomesSecretIsToldOfAtOnce() async throws {
        try await Desk.with { desk in
            await desk.stop(desk.reads)
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            try await desk.open(deal, as: lead)
            _ = try await desk.update(deal, as: lead) { $0.confidentiality = .set(.secret) }
            try await desk.open(deal, as: lead)
            #expect(try await desk.told().count == 1)
        }
    }

    @Test func whatWaitsWhenTheProcessStopsIsWrittenDown() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            for name in ["Falcon", "Hawk", "Kite"] {
                let deal = try await desk.deal(name, by: lead, confidentiality: .secret)
                try await desk.open(deal, as: lead)
            }
            #expect(try await desk.told().isEmpty)
            await desk.stop(desk.reads)
            #expect(try await desk.told().count == 3)
        }
    }

    @Test func processThatStopsWaitsForReadingsOnlyForAWhile() async throws {
        try await Desk.with { desk in
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let reads = SecretReads(store: SecretReadStore(store: desk.store), logger: quiet, drain: .zero)
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            let caller = try Caller(desk.context(lead), may: .readDeals, now: desk.clock.now())
            await reads.note("record", of: .id(deal.id), version: deal.version, by: caller)
            await desk.stop(reads)
            #expect(try await desk.told().isEmpty)
            // It is not taken for one that was told of.
            await reads.note("record", of: .id(deal.id), version: deal.version, by: caller)
            #expect(try await desk.told().count == 1)
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
