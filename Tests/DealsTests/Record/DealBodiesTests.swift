import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import deals

struct DealBodiesTests {
    @Test func whatIsReadIsTheDealAsItStandsHoweverOftenItWasReadBefore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for step in ["teaser", "NDA", "first bids"] {
                for _ in 0..<3 { #expect(try await desk.get(deal, as: banker) == deal) }
                deal = try await desk.update(deal, as: banker) { $0.nextStep = .set(step) }
                #expect(try await desk.list(as: banker).items == [deal])
            }
            #expect(try await desk.get(deal, as: banker) == deal)
        }
    }

    @Test func anAnswerIsTheDealAsItIsAlwaysWritten() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let first = try await desk.deal("Falcon", by: banker)
            let second = try await desk.deal("Heron \"of\" <Aurora> / 100%", by: banker)
            for _ in 0..<2 {
                let one = try await desk.bytes(DealMethods.get, Nothing(), as: banker, on: [first.number])
                #expect(one == (try StrictJSON.encode(first)))
                let list = try await desk.bytes(DealMethods.list, DealQuery(count: true), as: banker)
                let page = try JSONDecoder().decode(DealPage.self, from: list)
                #expect(Set(page.items) == [first, second] && page.total == 2)
                #expect(list == (try StrictJSON.encode(page)))
            }
        }
    }

    @Test func whatOneReaderReadIsNotThereForAnother() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let outsider = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.get(deal, as: banker)
            try await fault("not_found") { try await desk.get(deal, as: outsider) }
            #expect(try await desk.list(as: outsider).items.isEmpty)
        }
    }

    @Test func pageOfLongDealsEndsEarlyAndTheNextGoesOn() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for index in 0..<80 {
                let new = NewDeal(
                    codeName: "Deal \(index)", type: .sellSideMA, clientName: "Aurora",
                    description: String(repeating: "ü", count: 10_000))
                let _: Deal = try await desk.call(DealMethods.create, new, as: banker)
            }
            var names: [String] = []
            var cursor: String?
            var pages = 0
            repeat {
                let query = DealQuery(limit: 200, cursor: cursor)
                let bytes = try await desk.bytes(DealMethods.list, query, as: banker)
                #expect(bytes.count < 2 << 20)
                let page = try JSONDecoder().decode(DealPage.self, from: bytes)
                names += page.items.map(\.codeName)
                cursor = page.nextCursor
                pages += 1
            } while cursor != nil && pages < 80
            #expect(names.sorted() == (0..<80).map { "Deal \($0)" }.sorted())
            #expect(pages > 1)
        }
    }

    @Test func whatIsRememberedIsBoundedAndTheNewestVersionStays() throws {
        let bodies = DealBodies()
        var deal = Deal.sample
        deal.version = 2
        _ = try bodies.encode(deal)
        var older = deal
        older.version = 1
        _ = try bodies.encode(older)
        #expect(bodies.body(of: deal.id, DealState(version: 2, lastActivity: nil)) != nil)
        #expect(bodies.body(of: deal.id, DealState(version: 1, lastActivity: nil)) == nil)
        deal.description = String(repeating: "x", count: 1 << 20)
        for _ in 0..<100 {
            deal.id = UUID()
            _ = try bodies.encode(deal)
            #expect(bodies.bytes <= DealBodies.bytesMax)
        }
        #expect(bodies.body(of: deal.id, DealState(version: 2, lastActivity: nil)) != nil)
    }
}

extension Deal {
    fileprivate static var sample: Deal {
        let now = Contracts.Instant(milliseconds: 1_800_000_000_000)
        return Deal(
            id: UUID(), number: "D-2026-0001", codeName: "Falcon", type: .sellSideMA, stage: "origination",
            clientName: "Aurora", probability: 5, leadId: UUID(), originatedOn: now.day, createdAt: now)
    }
}
