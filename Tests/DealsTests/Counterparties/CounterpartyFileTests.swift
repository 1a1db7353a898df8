import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The file for the client: names as outsiders may see them, and every step's day.
struct CounterpartyFileTests {
    @Test func aliasesStandInForNamesUnlessSomebodyWhoEditsAsks() async throws {
        try await Desk.with { desk in
            let (lead, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true) {
                ($0.codeAlias, $0.tier, $0.notes) = ("Wren", "A", "keep it quiet")
            }
            _ = try await desk.counterparty("=1+1", on: deal, by: lead)
            try await desk.step(.ioiReceived, of: buyer, on: deal, as: lead, day: .yesterday)
            let before = try await desk.events().count
            let text = try await desk.buyersFile(deal.number, as: reader)
            let rows = try Desk.rows(text)
            #expect(!text.contains("Borealis") && !text.contains("quiet"))
            #expect(rows.map { $0[0] } == ["name", "'=1+1", "Wren"])
            #expect(rows[2].prefix(6) == ["Wren", "A", "strategic", "", "ioi_received", BusinessDate.yesterday.text])
            let column = try #require(rows[0].firstIndex(of: "ioi_received"))
            #expect(rows[2][column] == BusinessDate.yesterday.text && rows[1][column].isEmpty)
            #expect(rows[0].count == 6 + CounterpartyStepKind.allCases.count)
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.exportPerformed && event.subject.number == deal.number)
            #expect(event.changes.contains(FieldChange("rows", before: nil, after: "2")))
            #expect(try await desk.events().count == before + 1)
            let real = CounterpartyExportQuery(names: .real)
            try await fault("access_too_low") { try await desk.buyersFile(deal.number, as: reader, real) }
            #expect(try await desk.events().count == before + 1)
            #expect(try await desk.buyersFile(deal.number, as: lead, real).contains("Borealis"))
            try await fault("not_found") { try await desk.buyersFile(deal.number, as: desk.person(.banker)) }
        }
    }
}
