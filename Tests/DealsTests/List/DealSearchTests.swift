import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct DealSearchTests {
    private static func names(_ desk: Desk, _ filter: DealFilter, as person: Person) async throws -> [String] {
        let search = DealSearch(filter: filter, sort: "codeName", limit: 200, count: true)
        let page = try await desk.call(DealMethods.search, search, as: person)
        #expect(page.total == page.items.count)
        return page.items.map(\.codeName)
    }

    /// Deals of one banker, different in all that a filter can look at.
    private static func deals(_ desk: Desk, by banker: Person, count: Int) async throws -> [Deal] {
        var random = SeededRandom(state: 3)
        var deals: [Deal] = []
        for number in 0..<count {
            desk.clock.advance(seconds: 1)
            let type = try #require(DealType.allCases.randomElement(using: &random))
            let level = try #require(Confidentiality.allCases.randomElement(using: &random))
            let client = number % 2 == 0 ? "Borealis AG" : "Ärzte \(number)"
            let deal = try await desk.deal(
                "Deal \(number)", by: banker, type: type, client: client, confidentiality: level)
            let (isShort, amount) = (Bool.random(using: &random), Int64.random(in: 0...20_000, using: &random))
            let currency = Currency(code: Bool.random(using: &random) ? "USD" : "EUR")
            let (percent, days) = (Int.random(in: 0...100, using: &random), Int.random(in: 0...40, using: &random))
            deals.append(
                isShort
                    ? deal
                    : try await desk.update(deal, as: banker) {
                        $0.sector = .set(number % 3 == 0 ? "Food" : "ÄRZTE")
                        $0.country = .set(number % 2 == 0 ? "DE" : "FR")
                        $0.value = currency.map { .set(Money(minorUnits: amount, currency: $0)) }
                        $0.probability = .set(percent)
                        $0.expectedCloseOn = .set(.today.adding(days: days))
                    })
        }
        deals.append(try await desk.move(deals[0], to: "lost", as: banker, reason: "price"))
        return Array(deals.dropFirst())
    }

    /// The SQL selects as a plain reading of the filter does, and its opposite selects all others.
    @Test func aFilterAndItsOppositeShareTheDealsAsTheFilterSays() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deals = try await Self.deals(desk, by: banker, count: 24)
            var maker = FilterMaker(random: SeededRandom(state: 11))
            var (some, none) = (0, 0)
            for _ in 0..<250 {
                // As deep as a filter may be when it is turned round.
                let filter = maker.filter(depth: 2)
                var faults: [FieldFault] = []
                let condition = try #require(FilterReader.read(filter, &faults), "\(filter) \(faults)")
                let expected = deals.filter { condition.holds(for: $0, me: banker) }.map(\.codeName).sorted()
                let others = deals.map(\.codeName).filter { !expected.contains($0) }.sorted()
                #expect(try await Self.names(desk, filter, as: banker).sorted() == expected, "\(condition)")
                #expect(try await Self.names(desk, .not(filter), as: banker).sorted() == others, "\(condition)")
                if expected.isEmpty { none += 1 } else { some += 1 }
            }
            #expect(some > 50 && none > 20)
        }
    }

    @Test func pagesOfASearchAreTheWholeAnswerOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await Self.deals(desk, by: banker, count: 15)
            let filter = DealFilter.field(.status, .eq, .text("active"))
            for sort in ListSort.samples {
                var search = DealSearch(filter: filter, sort: sort.rawValue, limit: 4)
                var seen: [String] = []
                repeat {
                    let page = try await desk.call(DealMethods.search, search, as: banker)
                    seen += page.items.map(\.codeName)
                    search.cursor = page.nextCursor
                } while search.cursor != nil
                #expect(seen.count == 14 && Set(seen).count == 14)
            }
            let foreign = DealSearch(sort: "number", cursor: try ListCursor.sample().encoded())
            try await fault("cursor_invalid") { try await desk.call(DealMethods.search, foreign, as: banker) }
        }
    }

    @Test func aSearchWithoutFilterIsTheList() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await Self.deals(desk, by: banker, count: 6)
            let found = try await desk.call(DealMethods.search, DealSearch(), as: banker).items
            #expect(try await desk.list(as: banker).items == found)
        }
    }

    @Test func namesAreFoundInAnyCase() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Blue Falcon", by: banker, client: "Ärzte Holding")
            _ = try await desk.deal("Ärzte", by: banker, client: "100% Hawk_1")
            func found(_ field: DealFilterField, _ operation: DealFilterOperation, _ text: String) async throws
                -> [String]
            {
                try await Self.names(desk, .field(field, operation, .text(text)), as: banker)
            }
            #expect(try await found(.clientName, .contains, "ÄRZTE") == ["Blue Falcon"])
            #expect(try await found(.clientName, .eq, "ärzte  holding") == ["Blue Falcon"])
            #expect(try await found(.clientName, .eq, "holding") == [])
            #expect(try await found(.clientName, .contains, "falcon") == [])
            #expect(try await found(.clientName, .contains, "0% h") == ["Ärzte"])
            #expect(try await found(.clientName, .contains, "%_%") == [])
            #expect(try await found(.codeName, .eq, "BLUE FALCON") == ["Blue Falcon"])
            #expect(try await found(.q, .contains, "ärzte") == ["Blue Falcon", "Ärzte"])
            #expect(try await found(.sector, .eq, "'; DROP TABLE deal; --") == [])
        }
    }

    @Test func aWrongSearchNamesEverythingAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let json = """
                {"filter":{"and":[{"field":"stage","op":"eq","value":"pitch"},{"field":"probability","op":"gt","value":-1}]},
                 "limit":0,"sort":"value"}
                """
            let refused = try await fault("validation_failed") {
                let page: DealPage = try await desk.send(DealMethods.search, json: json, as: banker)
                return page
            }
            #expect(
                refused.details == ["limit out_of_range", "sort unknown", "filter.and[1].value out_of_range"])
        }
    }

    /// Whatever an outsider asks, the answer is the same as if the deals were not there.
    @Test func aSearchTellsAnOutsiderNothing() async throws {
        try await Desk.with { desk in
            let (banker, outsider, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            _ = try await Self.deals(desk, by: banker, count: 12)
            let secret = try await desk.deal("Secret", by: banker, confidentiality: .secret)
            let own = try await desk.deal("Own", by: outsider)
            var maker = FilterMaker(random: SeededRandom(state: 23))
            for _ in 0..<100 {
                let filter = maker.filter(depth: 2)
                for filter in [filter, .not(filter)] {
                    let names = try await Self.names(desk, filter, as: outsider)
                    #expect(names == [] || names == [own.codeName])
                    #expect(try await !Self.names(desk, filter, as: compliance).contains(secret.codeName))
                }
            }
            for role in [Role.admin, .management] {
                let person = desk.person(role)
                try await fault("forbidden") { try await desk.call(DealMethods.search, DealSearch(), as: person) }
            }
        }
    }
}

extension ListCursor {
    fileprivate static func sample() -> ListCursor {
        ListCursor(sort: .newestChange, keys: [.number(1)], id: UUIDv7.make())
    }
}
