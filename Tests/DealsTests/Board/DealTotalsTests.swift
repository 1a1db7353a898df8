import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What management sees above the wall.
struct DealTotalsTests {
    private static func totals(_ desk: Desk, as person: Person) async throws -> DealTotals {
        try await desk.call(DealMethods.boardTotals, Nothing(), as: person)
    }

    private static func deals(
        _ desk: Desk, _ count: Int, _ type: DealType, by banker: Person, _ level: Confidentiality = .confidential
    ) async throws -> [Deal] {
        var deals: [Deal] = []
        for number in 0..<count {
            let deal = try await desk.deal(
                "\(type.rawValue) \(level) \(number)", by: banker, type: type,
                confidentiality: level)
            deals.append(
                try await desk.update(deal, as: banker) {
                    $0.value = Currency(code: number < 3 ? "USD" : "EUR").map {
                        .set(Money(minorUnits: 150, currency: $0))
                    }
                })
        }
        return deals
    }

    @Test(arguments: [Role.admin, .banker, .observer])
    func totalsAreForManagementAndCompliance(role: Role) async throws {
        try await Desk.with { desk in
            try await fault("forbidden") { try await Self.totals(desk, as: desk.person(role)) }
        }
    }

    /// A pipeline with all its deals in one stage tells nothing of the others, so that stage is withheld with them; and
    /// where no stage has three, the total is, too.
    @Test func smallNumbersAreWithheldWithWhatTheyFollowFrom() async throws {
        try await Desk.with { desk in
            let (banker, manager) = (desk.person(.banker), desk.person(.management))
            let first = try await Self.deals(desk, 9, .fairnessOpinion, by: banker)
            _ = try await Self.deals(desk, 2, .ecmIPO, by: banker)
            for deal in first.prefix(4) {
                _ = try await desk.move(deal, to: "lost", as: banker, reason: "price")
            }
            let totals = try await Self.totals(desk, as: manager)
            #expect(totals.items.map(\.pipeline) == DealType.allCases)
            let opinions = try #require(totals.items.first { $0.pipeline == .fairnessOpinion })
            #expect(opinions.count == 5 && totals.count == 5)
            #expect(opinions.stages.allSatisfy { $0.count == nil && $0.amounts.isEmpty })
            let offerings = try #require(totals.items.first { $0.pipeline == .ecmIPO })
            #expect(offerings.count == nil && offerings.stages.allSatisfy { $0.count == nil })
        }
    }

    @Test func secretDealsAreInNoNumber() async throws {
        try await Desk.with { desk in
            let (banker, manager) = (desk.person(.banker), desk.person(.management))
            _ = try await Self.deals(desk, 4, .leveragedFinance, by: banker)
            let before = try await desk.bytes(DealMethods.boardTotals, Nothing(), as: manager)
            _ = try await Self.deals(desk, 7, .leveragedFinance, by: banker, .secret)
            #expect(try await desk.bytes(DealMethods.boardTotals, Nothing(), as: manager) == before)
        }
    }

    /// Amounts are told with their stage's number, and only of currencies that three deals have.
    @Test func amountsOfFewDealsAreNotTold() {
        var tally = StageTally()
        tally.add(count: 3, currency: "USD", probability: 0, parts: (0, 450))
        tally.add(count: 2, currency: "EUR", probability: 0, parts: (0, 300))
        let stages = Pipeline.builtIn(for: .strategicAdvisory).stages
        var tallies: [String: StageTally] = [:]
        for stage in stages { tallies[stage.key] = tally }
        let totals = TotalsStore.totals(of: .strategicAdvisory, stages, tallies)
        #expect(totals.count == 5 * stages.count)
        #expect(
            totals.stages.allSatisfy { $0.count == 5 && $0.amounts == [CurrencyTotal(currency: "USD", amount: "4.50")] }
        )
        tallies[stages[0].key] = nil
        let fewer = TotalsStore.totals(of: .strategicAdvisory, stages, tallies)
        #expect(fewer.stages.allSatisfy { $0.count == nil && $0.amounts.isEmpty })
    }
}
