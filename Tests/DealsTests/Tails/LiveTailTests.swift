import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The tails that run, over many deals.
struct LiveTailTests {
    @Test func tailsThatRunComeInTheOrderOfTheirEnds() async throws {
        try await Desk.with { desk in
            let (banker, today) = (desk.person(.banker), BusinessDate.today)
            // Over, the first two to end, a longer one, and one that has not begun.
            let tails = [(-200, 6), (-90, 6), (-150, 6), (-10, 24), (1, 6)]
            var deals: [Deal] = []
            for (index, (days, months)) in tails.enumerated() {
                let deal = try await desk.deal("Code \(index)", by: banker)
                _ = try await desk.setTail(months, startsOn: today.adding(days: days), of: deal, as: banker)
                deals.append(deal)
            }
            let expected = [deals[2], deals[1], deals[3]].map(\.id)
            for person in [banker, desk.person(.compliance)] {
                #expect(try await desk.tails(as: person).items.map(\.dealId) == expected)
                let soon = try await desk.tails(TailQuery(endsWithin: 100), as: person)
                #expect(soon.items.map(\.dealId) == Array(expected.prefix(2)))
                var (walked, cursor): ([UUID], String?) = ([], nil)
                repeat {
                    let page = try await desk.tails(TailQuery(limit: 1, cursor: cursor), as: person)
                    walked += page.items.map(\.dealId)
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(walked == expected)
            }
            try await desk.removeTail(of: deals[1], as: banker, ifMatch: 1)
            #expect(try await desk.tails(as: banker).items.map(\.dealId) == [deals[2].id, deals[3].id])
            _ = try await desk.delete(deals[2], as: banker)
            #expect(try await desk.tails(as: banker).items.map(\.dealId) == [deals[3].id])
            try await fault("query_invalid") { try await desk.tails(TailQuery(endsWithin: -1), as: banker) }
            try await fault("cursor_invalid") { try await desk.tails(TailQuery(cursor: "x"), as: banker) }
            try await fault("forbidden") { try await desk.tails(as: desk.person(.management)) }
        }
    }

    /// Exactly the tails of the deals that the list shows, whoever asks.
    @Test func nobodyLearnsOfTheTailOfADealThatHeDoesNotSee() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 5)
            let owners = [desk.person(.banker), desk.person(.banker)]
            let readers = [desk.person(.compliance), desk.person(.observer), desk.person(.banker)]
            for count in 0..<20 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let owner = try #require(owners.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: owner, confidentiality: level)
                let months = Int.random(in: 1...60, using: &random)
                _ = try await desk.setTail(months, startsOn: .today, of: deal, as: owner)
                for person in readers where Bool.random(using: &random) {
                    _ = try await desk.add(person, to: deal, by: owner, access: .read)
                    if Bool.random(using: &random) { try await desk.remove(person, from: deal, by: owner) }
                }
            }
            let guest = desk.person(.banker)
            let open = try await desk.deal("Open", by: owners[0])
            _ = try await desk.setTail(6, startsOn: .today, of: open, as: owners[0])
            let asked = try await desk.ask(for: guest, on: open, by: owners[0])
            _ = try await desk.decide(.approve, asked, on: open, as: readers[0])
            for person in owners + readers + [guest, desk.person(.banker)] {
                let seen = try await desk.list(DealQuery(limit: 200), as: person).items.map(\.id)
                let tails = try await desk.tails(TailQuery(limit: 200), as: person).items
                #expect(Set(tails.map(\.dealId)) == Set(seen) && tails.count == seen.count)
                #expect(tails.map(\.endsOn) == tails.map(\.endsOn).sorted())
            }
        }
    }
}
