import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What the funnel counts is what the steps say.
struct FunnelTests {
    @Test func conversionsAreOfTheStepBefore() {
        var ended = [Int](repeating: 0, count: 16)
        (ended[0], ended[1], ended[2], ended[5]) = (5, 24, 35, 61)
        let funnel = CounterpartyFunnel(ended: ended, left: [.passed: 9], recorded: [.ndaSigned: 60])
        #expect(funnel.total == 125)
        #expect(funnel.steps.prefix(7).map(\.reached) == [125, 120, 96, 61, 61, 61, 0])
        #expect(funnel.steps[5].recorded == 60 && funnel.steps[0].recorded == 125)
        #expect(funnel.steps.prefix(4).map(\.conversionTenths) == [nil, 960, 800, 635])
        #expect(funnel.steps[6].conversionTenths == 0 && funnel.steps[7].conversionTenths == nil)
        #expect(funnel.left.map(\.count) == [9, 0, 0])
    }

    @Test func itIsWhatCountingTheStepsByHandGives() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let lead = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: lead), try await desk.deal("Hawk", by: lead))
            _ = try await desk.counterparty("Elsewhere", on: other, by: lead, approved: true)
            // Facts and ways out, which no guard holds up.
            let kinds = CounterpartyStepKind.allCases.filter { !StepGuards.isOutreach($0) }
            var buyers: [Counterparty] = []
            for index in 0..<25 {
                let buyer = try await desk.counterparty("Buyer \(index)", on: deal, by: lead)
                buyers.append(buyer)
                for _ in 0..<Int.random(in: 0...5, using: &random) {
                    let kind = try #require(kinds.randomElement(using: &random))
                    let day = BusinessDate.today.adding(days: -Int.random(in: 0...90, using: &random))
                    let step = try await desk.step(kind, of: buyer, on: deal, as: lead, day: day)
                    if Int.random(in: 0..<4, using: &random) == 0 { try await desk.void(step, on: deal, as: lead) }
                }
            }
            var standing: [[CounterpartyStep]] = []
            for buyer in buyers {
                standing.append(
                    try await desk.steps(of: buyer, on: deal, as: lead).filter { $0.voidedAt == nil })
            }
            let funnel = try await desk.funnel(deal, as: lead)
            #expect(funnel.total == 25)
            for (place, step) in funnel.steps.enumerated() {
                let recorded = standing.count { $0.contains { $0.step == step.step } }
                let reached = standing.count { steps in
                    place == 0 || steps.contains { ($0.step.place ?? -1) >= place }
                }
                #expect(step.reached == reached && step.recorded == (place == 0 ? 25 : recorded), "\(step.step)")
            }
            let listed = try await desk.counterparties(deal, as: lead)
            for exit in funnel.left { #expect(exit.count == listed.count { $0.status == exit.status }) }
            // The list says the same as the steps, each derived for itself.
            for (buyer, steps) in zip(buyers, standing) {
                let row = try #require(listed.first { $0.id == buyer.id })
                let expected = CounterpartyStanding(steps, addedOn: buyer.addedAt.day)
                #expect(row.status == expected.status && row.statusOn == expected.statusOn)
                #expect(row.steps == CounterpartyStanding.days(of: expected.daysText))
            }
        }
    }

    @Test func rulesOfStagesCountThoseThatReachedAStep() {
        var facts = DealFacts(counterparties: 9)
        facts.reached = [.ioiReceived: 2]
        #expect(StageRule(.minCounterparties, count: 3, step: .ioiReceived).faults().isEmpty)
        #expect(StageRule(.minCounterparties, count: 3, step: .passed).faults().codes == ["invalid"])
        #expect(StageRule(.conflictCleared, step: .contacted).faults().codes == ["not_allowed"])
        for (count, isMet) in [(1, true), (2, true), (3, false)] {
            let rule = StageRule(.minCounterparties, count: count, step: .ioiReceived)
            let unmet = Self.unmet([rule], facts)
            #expect(unmet.isEmpty == isMet)
        }
        let rules = [
            StageRule(.minCounterparties, count: 10), StageRule(.minCounterparties, count: 10, step: .contacted),
            StageRule(.minCounterparties, count: 11),
        ]
        // Ten that were contacted are ten; eleven are not said by that.
        #expect(Self.unmet(rules, facts).count == 2)
    }

    private static func unmet(_ rules: [StageRule], _ facts: DealFacts) -> [FieldFault] {
        var stage = Stage("signed", "Signed", .signed, 90)
        stage.rules = rules
        let deal = EngineFixture.deal(at: "pitch")
        return StageRules(deal: deal, facts: facts, effectiveOn: .today, today: .today).unmet(entering: [stage])
            .map(\.fault)
    }
}
