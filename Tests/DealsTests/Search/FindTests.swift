import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct FindTests {
    private static func find(
        _ desk: Desk, _ text: String, limit: Int? = nil, as person: Person
    ) async throws -> [DealFinding] {
        try await desk.call(DealMethods.find, DealFindQuery(q: text, limit: limit), as: person).items
    }

    @Test func theBestFieldComesFirstAndThenTheLatestChange() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for (name, client) in [
                ("Blue Falcon", "Aurora"), ("Falcon", "Aurora"), ("Hawk", "Falcon Holding"), ("Falconry", "Aurora"),
                ("Crane", "Old Falcon AG"), ("Heron", "Aurora"),
            ] {
                desk.clock.advance(seconds: 1)
                let deal = try await desk.deal(name, by: banker, client: client)
                if name == "Heron" { _ = try await desk.write("As on the falcon deal", on: deal, as: banker) }
            }
            let found = try await Self.find(desk, "FALCON", as: banker)
            #expect(found.map(\.codeName) == ["Falcon", "Falconry", "Hawk", "Blue Falcon", "Crane", "Heron"])
            #expect(found.map(\.match) == [.codeName, .codeName, .clientName, .codeName, .clientName, .text])
            #expect(found.map(\.snippet) == [nil, nil, nil, nil, nil, "As on the falcon deal"])
            #expect(try await Self.find(desk, "falcon", limit: 2, as: banker) == Array(found.prefix(2)))
            let number = try await Self.find(desk, "d-2026-0003", as: banker)
            #expect(number.map(\.codeName) == ["Hawk"] && number.map(\.match) == [.number])
            #expect(try await Self.find(desk, "2026-00", as: banker).count == 6)
        }
    }

    @Test func aBadQuestionNamesWhatIsWrong() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let refused = try await fault("query_invalid") { try await Self.find(desk, " ", limit: 21, as: banker) }
            #expect(refused.details == ["limit out_of_range", "q too_short"])
            try await fault("forbidden") { try await Self.find(desk, "a", as: desk.person(.management)) }
        }
    }

    /// Deals that one may not see are neither found nor change what is found, nor its order.
    @Test func hiddenDealsAreAsIfTheyWereNot() async throws {
        try await Desk.with { desk in
            let (banker, other, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let own = try await desk.deal("Hawk", by: banker)
            _ = try await desk.write("About the falcon auction", on: own, as: banker)
            let before = try await desk.bytes(DealMethods.find, DealFindQuery(q: "falcon"), as: banker)
            for count in 0..<30 {
                let hidden = try await desk.deal("Falcon \(count)", by: other, confidentiality: .secret)
                _ = try await desk.write("falcon falcon falcon", on: hidden, as: other)
            }
            #expect(try await desk.bytes(DealMethods.find, DealFindQuery(q: "falcon"), as: banker) == before)
            #expect(try await Self.find(desk, "falcon", as: compliance).map(\.codeName) == ["Hawk"])
            #expect(try await Self.find(desk, "falcon", as: desk.person(.observer)) == [])
        }
    }

    @Test func whoIsLetInFindsForAsLongAsHeIs() async throws {
        try await Desk.with { desk in
            let (banker, guest, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.cross(guest, on: deal, by: banker, and: compliance, seconds: 60)
            #expect(try await Self.find(desk, "fal", as: guest).map(\.id) == [deal.id])
            desk.clock.advance(seconds: 61)
            #expect(try await Self.find(desk, "fal", as: guest) == [])
        }
    }
}
