import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Credit for league tables.
struct LeagueTests {
    @Test(arguments: [1, 2, 3, 7, 13])
    func sharesAddUpToTheValue(advisers: Int) {
        var random = SeededRandom(state: UInt64(advisers))
        var values: [Int64] = [0, 1, 2, 99, .max]
        for _ in 0..<50 { values.append(Int64.random(in: 0...Int64.max, using: &random)) }
        for value in values {
            let shares = LeagueCredit.proRata(value, among: advisers)
            #expect(shares.count == advisers)
            #expect(shares.reduce(Int128(0)) { $0 + Int128($1) } == Int128(value))
            #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1)
            #expect(shares == shares.sorted(by: >))
        }
    }

    private static func deal(
        _ desk: Desk, _ name: String, by banker: Person, type: DealType = .sellSideMA, value: String,
        announced: BusinessDate?, confidentiality: Confidentiality? = nil
    ) async throws -> Deal {
        let deal = try await desk.deal(name, by: banker, type: type, confidentiality: confidentiality)
        let currency = try #require(Currency(code: "USD"))
        let money = try #require(Money(amount: value, currency: currency))
        return try await desk.update(deal, as: banker) {
            $0.value = .set(money)
            if let announced { $0.announcedOn = .set(announced) }
        }
    }

    private static func adviser(_ name: String, on deal: Deal, _ role: PartyRole, by banker: Person, _ desk: Desk)
        async throws
    {
        let new = NewDealParty(organization: NewOrganization(name: name, kind: .adviser), role: role)
        _ = try await desk.call(DealMethods.addParty, new, as: banker, on: [deal.id.text])
    }

    @Test func creditIsFullAndSharedAndOpinionsEarnNone() async throws {
        try await Desk.with { desk in
            let (banker, stranger, manager) = (desk.person(.banker), desk.person(.banker), desk.person(.management))
            let first = try await Self.deal(desk, "Falcon", by: banker, value: "100.00", announced: .yesterday)
            try await Self.adviser("Alder Partners", on: first, .coAdviser, by: banker, desk)
            try await Self.adviser("Birch & Co", on: first, .bookrunner, by: banker, desk)
            try await Self.adviser("Lawyers", on: first, .legalCounsel, by: banker, desk)
            let second = try await Self.deal(desk, "Heron", by: banker, value: "50.00", announced: .yesterday)
            _ = try await Self.deal(
                desk, "Hawk", by: banker, type: .fairnessOpinion, value: "900.00", announced: .yesterday)
            _ = try await Self.deal(desk, "Kite", by: banker, value: "70.00", announced: nil)

            let report = try await desk.report(.league, as: banker)
            #expect(report.cell(["ma", "Our firm", "USD"], "announced")?.count == 2)
            #expect(report.amount(["ma", "Our firm", "USD"], "announcedFull") == "150.00")
            #expect(report.amount(["ma", "Our firm", "USD"], "announcedProRata") == "83.34")
            #expect(report.amount(["ma", "Alder Partners", "USD"], "announcedFull") == "100.00")
            #expect(report.amount(["ma", "Alder Partners", "USD"], "announcedProRata") == "33.33")
            #expect(report.rows.count == 3)
            let path = try #require(report.cell(["ma", "Our firm", "USD"], "announced")?.deals)
            #expect(try await desk.deals(behind: path, as: banker) == [first.id: 1, second.id: 1])

            let list = try await desk.report(.league, ReportQuery(groupBy: .deal), as: banker)
            #expect(list.rows.map { $0.cells[1].text } == ["Falcon", "Heron"])
            #expect(list.rows.map { $0.cells[8].money?.amount } == ["100.00", "50.00"])
            #expect(list.rows.map { $0.cells[9].count } == [3, 1])
            #expect(try await desk.report(.league, as: stranger).rows.isEmpty)
            // Of two deals management is told nothing.
            #expect(try await desk.report(.league, as: manager).rows.isEmpty)
        }
    }
}
