import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The list's parameters, as the gateway sends them.
struct ListParameterTests {
    private static func names(_ desk: Desk, _ json: String, as person: Person) async throws -> [String] {
        let page: DealPage = try await desk.send(DealMethods.list, json: json, as: person)
        return page.items.map(\.codeName).sorted()
    }

    private static func deals(_ desk: Desk, by banker: Person) async throws {
        let one = try await desk.deal("One", by: banker, client: "Northwind Holdings", confidentiality: .secret)
        _ = try await desk.update(one, as: banker) {
            $0.sector = .set("Food")
            $0.country = .set("DE")
            $0.value = Currency(code: "EUR").map { .set(Money(minorUnits: 500_000, currency: $0)) }
            $0.expectedCloseOn = .set(.today.adding(days: 10))
            $0.probability = .set(60)
        }
        _ = try await desk.task("Call", on: one, as: banker, dueOn: .today.adding(days: 3))
        let two = try await desk.deal("Two", by: banker, type: .ecmIPO, client: "Aurora Foods")
        _ = try await desk.update(two, as: banker) {
            $0.sector = .set("Energy")
            $0.value = Currency(code: "USD").map { .set(Money(minorUnits: 500_000, currency: $0)) }
            $0.expectedCloseOn = .set(.today.adding(days: 20))
        }
        let three = try await desk.deal("Three", by: banker, type: .ecmFollowOn, client: "Northern Lights")
        _ = try await desk.move(three, to: "lost", as: banker, reason: "price")
    }

    @Test(arguments: [
        (#"{"type":["ecm_ipo","sell_side_ma"]}"#, ["One", "Two"]), (#"{"product":["ecm"]}"#, ["Three", "Two"]),
        (#"{"product":["ma","dcm"]}"#, ["One"]), (#"{"stage":["origination","pitch"]}"#, ["One", "Three", "Two"]),
        (#"{"stageCategory":["pitch","signed"]}"#, []),
        (#"{"stageCategory":["origination"],"type":["ecm_ipo"]}"#, ["Two"]),
        (#"{"status":["active","won"]}"#, ["One", "Two"]), (#"{"lead":["me"]}"#, ["One", "Three", "Two"]),
        (#"{"member":["0199a1b2-3c4d-7e5f-8a6b-7c8d9e0f1a2b"]}"#, []), (#"{"me":true}"#, ["One", "Three", "Two"]),
        (#"{"me":false}"#, []), (#"{"sector":["Food","Energy"]}"#, ["One", "Two"]),
        (#"{"country":["DE","FR"]}"#, ["One"]),
        (#"{"client":"NORTH"}"#, ["One", "Three"]), (#"{"client":"wind"}"#, []),
        (#"{"confidentiality":["secret"]}"#, ["One"]),
        (#"{"conflictStatus":["not_started"]}"#, ["One", "Three", "Two"]),
        (#"{"valueMin":"4000","currency":"EUR"}"#, ["One"]), (#"{"valueMax":"4000","currency":"EUR"}"#, []),
        (#"{"valueMin":"5000.00","valueMax":"5000.00","currency":"USD"}"#, ["Two"]), (#"{"currency":"USD"}"#, ["Two"]),
        (#"{"probabilityMin":60}"#, ["One"]),
        (#"{"expectedCloseFrom":"2026-11-12","expectedCloseTo":"2026-11-12"}"#, ["One"]),
        (#"{"expectedCloseTo":"2026-12-31"}"#, ["One", "Two"]),
        (#"{"createdFrom":"2026-11-02T09:00:00Z"}"#, ["One", "Three", "Two"]),
        (#"{"createdTo":"2026-11-02T09:00:00Z"}"#, []), (#"{"updatedSince":"2026-11-02T09:00:00.001Z"}"#, []),
        (#"{"stale":5}"#, ["One", "Two"]), (#"{"stale":6}"#, []), (#"{"overdue":true}"#, ["One"]),
        (#"{"overdue":false}"#, ["Three", "Two"]), (#"{"overdue":true,"type":["ecm_ipo"]}"#, []),
    ])
    func parametersNarrowTheList(json: String, expected: [String]) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            try await Self.deals(desk, by: banker)
            desk.clock.advance(days: 5)
            #expect(try await Self.names(desk, json, as: banker) == expected)
        }
    }

    @Test func everyWrongParameterIsNamed() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let json = """
                {"sector":["x",""],"country":["de"],"lead":["you"],"valueMin":"1","probabilityMin":101,"stale":0,
                 "fields":"id,price","include":"fees","sort":"codeName,codeName"}
                """
            let refused = try await fault("query_invalid") { try await Self.names(desk, json, as: banker) }
            #expect(
                Set(refused.details) == [
                    "sector[1] too_short", "country invalid", "lead invalid", "currency missing",
                    "probabilityMin out_of_range", "stale out_of_range", "fields unknown_field", "include unknown",
                    "sort unknown",
                ])
            try await fault("validation_failed") { try await Self.names(desk, #"{"type":["merger"]}"#, as: banker) }
            try await fault("validation_failed") { try await Self.names(desk, #"{"price":1}"#, as: banker) }
        }
    }

    @Test func fieldsAreTheMembersThatWereAskedFor() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            try await Self.deals(desk, by: banker)
            let query = DealQuery(sort: "codeName", fields: "codeName,value,nextStep")
            let data = try await desk.bytes(DealMethods.list, query, as: banker)
            #expect(
                String(decoding: data, as: UTF8.self) == #"{"items":[{"codeName":"One","value":{"amount":"5000.00","#
                    + #""currency":"EUR"}},{"codeName":"Three"},{"codeName":"Two","value":{"amount":"5000.00","#
                    + #""currency":"USD"}}]}"#)
        }
    }

    @Test func everyMemberOfADealCanBeAskedFor() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            try await Self.deals(desk, by: banker)
            for deal in try await desk.list(as: banker).items {
                let members = try JSONDecoder().decode([String: DealFilter].self, from: StrictJSON.encode(deal)).keys
                #expect(ListedMembers.all.isSuperset(of: members))
            }
            let all = ListedMembers.all.sorted().joined(separator: ",")
            #expect(
                try await desk.list(DealQuery(fields: all), as: banker).items == desk.list(as: banker).items)
        }
    }

    @Test func teamsAndCounterpartiesComeWithTheirDeals() async throws {
        try await Desk.with { desk in
            let (banker, analyst) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("One", by: banker)
            _ = try await desk.deal("Two", by: analyst)
            _ = try await desk.add(analyst, to: deal, by: banker, access: .read)
            let new = NewCounterparty(name: "Borealis", kind: .sponsor)
            _ = try await desk.call(DealMethods.addCounterparty, new, as: banker, on: [deal.id.text])
            let page = try await desk.list(DealQuery(include: "team,counterparties"), as: banker)
            #expect(page.included?.map(\.dealId) == [deal.id])
            #expect(page.included?.first?.team?.map(\.userId) == [banker.id, analyst.id])
            #expect(page.included?.first?.counterparties?.map(\.name) == ["Borealis"])
            let teams = try await desk.list(DealQuery(include: "team"), as: banker)
            #expect(teams.included?.first?.counterparties == nil)
            #expect(try await desk.list(as: banker).included == nil)
        }
    }
}
