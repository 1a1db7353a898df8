import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DealExportTests {
    private static func money(_ amount: String, _ code: String) throws -> Money {
        let currency = try #require(Currency(code: code))
        return try #require(Money(amount: amount, currency: currency))
    }

    @Test func aFileHoldsTheListWithAllItsFields() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon, \"the\" first", by: banker)
            let value = try Self.money("1250000000.5", "KWD")
            let changed = try await desk.update(deal, as: banker) {
                $0.value = .set(value)
                $0.description = .set("two\nlines")
            }
            let rows = try await Desk.rows(desk.file(as: banker))
            #expect(rows.count == 2)
            let row = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
            #expect(row["id"] == changed.id.text)
            #expect(row["codeName"] == "Falcon, \"the\" first")
            #expect(row["value.amount"] == "1250000000.500")
            #expect(row["value.currency"] == "KWD")
            #expect(row["description"] == "two\nlines")
            #expect(row["originatedOn"] == "2026-11-02")
            #expect(row["updatedAt"] == changed.updatedAt.text)
            #expect(row["probability"] == "5")
            #expect(row["sector"] == "")
            // Every member of a deal is a column.
            let members = try JSONSerialization.jsonObject(with: StrictJSON.encode(changed)) as? [String: Any] ?? [:]
            for member in members.keys {
                #expect(rows[0].contains { $0 == member || $0.hasPrefix("\(member).") }, "\(member)")
            }
        }
    }

    @Test func columnsAndFiltersAreTheListsOwn() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Falcon", by: banker)
            _ = try await desk.deal("Hawk", by: banker, type: .ecmIPO)
            let query = DealExportQuery(
                filter: DealQuery(sort: "codeName", type: .ecmIPO), fields: "codeName,value,type", bom: true)
            let text = try await desk.file(query, as: banker)
            #expect(text == "\u{FEFF}codeName,value.amount,value.currency,type\r\nHawk,,,ecm_ipo\r\n")
            let sorted = DealExportQuery(filter: DealQuery(sort: "-codeName"), fields: "codeName")
            #expect(try await desk.file(sorted, as: banker) == "codeName\r\nHawk\r\nFalcon\r\n")
            for fields in ["", "codeName,nothing", "value,value.amount", String(repeating: "x", count: 5000)] {
                try await fault("query_invalid") { try await desk.file(DealExportQuery(fields: fields), as: banker) }
            }
            for filter in [DealQuery(limit: 1), DealQuery(cursor: "x"), DealQuery(count: true), DealQuery(sort: "x")] {
                try await fault("query_invalid") { try await desk.file(DealExportQuery(filter: filter), as: banker) }
            }
        }
    }

    @Test func noCellIsAFormula() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("=HYPERLINK(\"https://x\")", by: banker, client: "@client")
            let text = try await desk.file(DealExportQuery(fields: "codeName,clientName"), as: banker)
            #expect(text == "codeName,clientName\r\n\"'=HYPERLINK(\"\"https://x\"\")\",'@client\r\n")
        }
    }

    @Test func anExportIsWrittenDownBeforeItsFirstByte() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Falcon", by: banker)
            let query = DealExportQuery(filter: DealQuery(q: "falc"), fields: "codeName")
            _ = try await desk.file(query, as: banker) {
                let last = try await desk.events().last
                #expect(last?.type == EventType.exportPerformed)
            }
            let event = try #require(try await desk.events().last)
            #expect(event.actor.id == banker.id.text)
            #expect(
                event.changes == [
                    FieldChange("filter", before: nil, after: "q"),
                    FieldChange("columns", before: nil, after: "codeName"),
                    FieldChange("rows", before: nil, after: "1"),
                ])
        }
    }

    @Test func ofSecretDealsTheLogLearnsIdsAlone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.file(DealExportQuery(filter: DealQuery(q: "falcon")), as: banker)
            let event = try #require(try await desk.events().last)
            #expect(event.changes.first { $0.field == "secretDealIds" }?.after == deal.id.text)
            #expect(event.changes.first { $0.field == "filter" }?.after == "q")
            #expect(!"\(event)".lowercased().contains("falcon"))
        }
    }

    @Test func whoLeavesTheTeamMeanwhileReadsNoFurther() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.deal("Own", by: second)
            _ = try await desk.add(second, to: deal, by: banker, access: .read)
            let query = DealExportQuery(filter: DealQuery(sort: "codeName"), fields: "codeName")
            #expect(try await desk.file(query, as: second) == "codeName\r\nFalcon\r\nOwn\r\n")
            let text = try await desk.file(query, as: second) {
                try await desk.remove(second, from: deal, by: banker)
            }
            #expect(text == "codeName\r\nOwn\r\n")
        }
    }

    /// A file holds exactly the deals of the list, whoever asks.
    @Test func aFileTellsNobodyMoreThanTheList() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 3)
            let owners = (0..<3).map { _ in desk.person(.banker) }
            let readers = [desk.person(.compliance), desk.person(.observer), desk.person(.banker)]
            for count in 0..<24 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let owner = try #require(owners.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)x", by: owner, confidentiality: level)
                for person in readers where Bool.random(using: &random) {
                    _ = try await desk.add(person, to: deal, by: owner, access: .read)
                }
            }
            for person in owners + readers {
                let listed = try await desk.list(DealQuery(limit: 200), as: person).items.map(\.codeName)
                let rows = try await Desk.rows(desk.file(DealExportQuery(fields: "codeName"), as: person))
                #expect(rows.dropFirst().map { $0[0] } == listed)
            }
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.file(as: desk.person(role)) }
            }
        }
    }

    @Test func matchesEndOneBeyondTheirMaximum() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["One", "Two", "Three"] { _ = try await desk.deal(name, by: banker) }
            let caller = try Caller(desk.context(banker), may: .readDeals, now: desk.clock.now())
            let list = DealListStore(store: desk.store, bodies: DealBodies())
            #expect(try await list.matches(ListRequest(DealQuery()), max: 1, by: caller).count == 2)
            #expect(try await list.matches(ListRequest(DealQuery()), max: 3, by: caller).count == 3)
        }
    }
}
