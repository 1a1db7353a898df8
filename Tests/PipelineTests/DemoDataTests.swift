import Contracts
import Testing

@testable import ibpipeline

struct DemoDataTests {
    private let deals: [DemoDeal]

    init() throws { deals = try DemoData.deals() }

    @Test func fortyOneDealsCoverEveryTypeAndStatus() {
        #expect(deals.count == 41)
        #expect(Set(deals.map(\.type)) == Set(DealType.allCases))
        let ends = Set(deals.compactMap { $0.moves.last?.toStage })
        #expect(ends.isSuperset(of: ["on_hold", "lost", "withdrawn"]))
        #expect(deals.filter { $0.moves.contains(where: \.isClosing) }.count >= 5)
    }

    @Test func valuesComeInThreeCurrenciesOneOfThemWithoutDecimals() {
        #expect(Set(deals.map(\.value.currency.code)) == ["USD", "EUR", "JPY"])
        #expect(deals.contains { $0.value.currency.exponent == 0 })
    }

    @Test func exactlyOneDealIsSecretAndHiddenFromTheDemoBanker() throws {
        let secret = deals.filter { $0.confidentiality == .secret }
        #expect(secret.count == 1)
        let deal = try #require(secret.first)
        #expect(deal.lead != "banker")
        #expect(deal.team["banker"] == nil)
        // Compliance sees a secret deal only on its team, and has to clear it.
        #expect(deal.team["compliance"] == .compliance)
    }

    @Test func codeNamesAreUniqueAndDoNotGiveTheClientAway() {
        #expect(Set(deals.map { $0.name.lowercased() }).count == deals.count)
        #expect(Set(deals.map(\.client)).count == deals.count)
        #expect(Set(deals.map(\.slug)).count == deals.count)
        for deal in deals {
            let words = deal.client.lowercased().split(separator: " ").filter { $0.count > 2 }
            #expect(!words.contains { deal.name.lowercased().contains($0) }, "\(deal.name)")
        }
    }

    @Test func historiesLieWithinEighteenMonthsAndRunForward() throws {
        for deal in deals {
            let days = try [#require(deal.days.first)] + deal.moves.map(\.daysAgo)
            #expect(days == days.sorted(by: >), "\(deal.name)")
            #expect(days.allSatisfy { (0...548).contains($0) }, "\(deal.name)")
            #expect(deal.days.count <= DemoData.stages(of: deal.type).count, "\(deal.name)")
        }
    }

    @Test func movesThatAreNotOneStageForwardSayWhy() throws {
        for deal in deals {
            let stages = DemoData.stages(of: deal.type)
            var position = 0
            for move in deal.moves {
                guard let next = stages.firstIndex(of: move.toStage) else {
                    #expect(["on_hold", "active", "lost", "withdrawn"].contains(move.toStage), "\(deal.name)")
                    #expect(move.reason != nil, "\(deal.name) \(move.toStage)")
                    continue
                }
                #expect(next == position + 1 || move.reason != nil, "\(deal.name) \(move.toStage)")
                position = next
            }
        }
    }

    @Test func whoNeverGetsThePastThePitchIsNotEngaged() throws {
        let lost = try #require(deals.first { $0.name == "Project Cinder" })
        #expect(!lost.moves.contains { $0.isEngagement })
        for deal in deals where deal.days.count > 2 {
            #expect(deal.moves.filter(\.isEngagement).count == 1, "\(deal.name)")
        }
    }

    @Test func everybodyNamedInADealIsInTheFirm() {
        let people = Dictionary(uniqueKeysWithValues: DemoData.people.map { ($0.key, $0.role) })
        #expect(DemoData.people.count == 7)
        for deal in deals {
            #expect(people[deal.lead] == .banker)
            #expect(deal.team[deal.lead] == nil)
            for key in deal.team.keys { #expect([.banker, .compliance, .observer].contains(people[key])) }
        }
    }

    @Test func severalMandatesHaveSeveralBuyersOrInvestors() {
        let busy = deals.filter { ($0.buyers ?? []).count >= 2 }
        #expect(busy.filter { $0.type == .sellSideMA }.count >= 3)
        #expect(busy.filter { $0.type == .privatePlacement }.count >= 2)
        for deal in deals {
            let names = (deal.buyers ?? []).map(\.counterparty.name)
            #expect(Set(names).count == names.count)
            #expect(!names.contains(deal.client))
        }
    }

    @Test func datesAreCountedFromToday() throws {
        let heron = try #require(deals.first { $0.name == "Project Heron" })
        let today = try #require(BusinessDate(text: "2026-11-21"))
        #expect(heron.newDeal(today: today).originatedOn == today.adding(days: -530))
        let last = try #require(heron.moves.last).move(today: today)
        #expect(last.effectiveOn == today.adding(days: -205))
        #expect(last.fields?.closedOn == .set(today.adding(days: -205)))
    }
}
