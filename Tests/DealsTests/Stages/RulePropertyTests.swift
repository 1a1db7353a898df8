import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Over generated rules, deals and moves.
struct RulePropertyTests {
    /// Written anew and plainly, so that the engine is held against something else than itself.
    private static func holds(_ rule: StageRule, _ deal: Deal, _ facts: DealFacts, at stage: String) -> Bool {
        switch rule.kind {
        case .fieldPresent: rule.field.map { $0.isFilled(in: deal) } ?? false
        case .dateNotFuture: rule.field.flatMap { $0.day(of: deal) }.map { $0 <= .today } ?? true
        case .documentPresent: (rule.documents ?? []).contains { facts.documents.contains($0) }
        case .conflictStarted: deal.conflictStatus != .notStarted && deal.conflictStatus != .declined
        case .conflictCleared:
            [.cleared, .clearedWithConditions].contains(deal.conflictStatus)
                && (deal.conflictExpiresOn ?? .today) >= .today
        case .minCounterparties: facts.counterparties >= (rule.count ?? 0)
        case .tasksDone: (rule.tasks == .critical ? facts.openCriticalTasks : facts.openTasks) == 0
        case .approval:
            facts.approvals.contains { $0.kind == rule.approval && (rule.approval != .stage || $0.stage == stage) }
        case .feePresent: facts.hasContractedFee
        }
    }

    /// Every accepted move meets all that blocks in every stage that it enters, or carries an override and passes over
    /// rules alone that allow it; and what is refused for its rules is refused for one that is not met.
    @Test func everyAcceptedMoveMeetsItsRulesOrIsOverridden() throws {
        var random = SeededRandom(state: 2026)
        var (accepted, overridden, refused) = (0, 0, 0)
        for _ in 0..<6000 {
            let pipeline = try #require(Generated.pipeline(&random))
            let (deal, facts) = (Generated.deal(in: pipeline, &random), Generated.facts(&random))
            let mover = Mover(isCompliance: Bool.random(using: &random), isLead: Bool.random(using: &random))
            let to = Int.random(in: 0..<pipeline.stages.count, using: &random)
            let override = Bool.random(using: &random) ? MoveOverride(reason: "for a good reason") : nil
            let move = Move(toStage: pipeline.stages[to].key, reason: "because", override: override)
            let assessment = EngineFixture.engine(deal, facts, mover, pipeline: pipeline).assess(move)
            let from = try #require(pipeline.position(of: deal.stage))
            let entered = to > from ? pipeline.stages[(from + 1)...to] : pipeline.stages[to...to]
            let broken = entered.flatMap { stage in
                stage.rules.filter { $0.severity == .block && !Self.holds($0, deal, facts, at: stage.key) }
            }
            if assessment.unmet.isEmpty {
                accepted += 1
                overridden += assessment.override == nil ? 0 : 1
                #expect(broken.allSatisfy { $0.overridable })
                #expect(broken.isEmpty || assessment.override != nil)
                #expect(assessment.override == nil || (mover.mayOverride && !assessment.overridden.isEmpty))
                #expect(entered.last != pipeline.last || deal.closedOn != nil)
            } else if assessment.faults.isEmpty {
                refused += 1
                #expect(!broken.isEmpty || (entered.last == pipeline.last && deal.closedOn == nil))
            }
        }
        #expect(accepted > 300 && overridden > 50 && refused > 300)
    }

    /// What may be done is what is done: over random deals, people and steps.
    @Test func optionsAndMovesAgree() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let (lead, editor, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            var (allowed, refused) = (0, 0)
            for count in 0..<8 {
                let type = try #require(DealType.allCases.randomElement(using: &random))
                var deal = try await desk.deal("Code \(count)", by: lead, type: type)
                _ = try await desk.add(editor, to: deal, by: lead, access: .edit)
                if count > 1 { deal = try await desk.decide(.cleared, deal, as: compliance) }
                if count > 3 {
                    deal = try await desk.update(deal, as: lead) {
                        ($0.engagementLetterSignedOn, $0.closedOn) = (.set(.today), .set(.today))
                    }
                }
                for _ in 0..<15 {
                    let person = try #require([lead, editor, compliance].randomElement(using: &random))
                    let options = try await desk.options(deal, as: person).targets
                    let open = options.filter(\.allowed)
                    let target = try #require(
                        (Bool.random(using: &random) && !open.isEmpty ? open : options).randomElement(using: &random))
                    do {
                        let moved = try await desk.moved(deal, Move(toStage: target.toStage), as: person)
                        #expect(target.allowed && moved.warnings == target.warnings)
                        deal = moved.deal
                        allowed += 1
                    } catch let fault as RPCFault {
                        let told = fault.code == "rules_unmet" ? fault.errors.codes : [fault.code]
                        #expect(!target.allowed && Set(told).isSubset(of: target.unmet.codes), "\(target) \(fault)")
                        refused += 1
                    }
                }
            }
            #expect(allowed > 10 && refused > 10)
        }
    }
}

private enum Generated {
    static func pipeline(_ random: inout SeededRandom) -> Pipeline? {
        let categories: [StageCategory] = [.origination, .pitch, .mandate, .execution, .signed, .closed]
        return Pipeline(
            categories.enumerated().map { index, category in
                var stage = Stage("s\(index)", "S\(index)", category, index * 20)
                stage.rules = (0..<Int.random(in: 0...3, using: &random)).map { _ in rule(&random) }
                return stage
            }, removed: [])
    }

    private static func rule(_ random: inout SeededRandom) -> StageRule {
        let kind = StageRuleKind.allCases.randomElement(using: &random) ?? .conflictStarted
        let days: [StageRuleField] = [.closedOn, .engagementLetterSignedOn, .expectedCloseOn]
        let isOfConflict = kind == .conflictStarted || kind == .conflictCleared
        return StageRule(
            kind,
            field: kind == .fieldPresent
                ? StageRuleField.allCases.randomElement(using: &random)
                : kind == .dateNotFuture ? days.randomElement(using: &random) : nil,
            documents: kind == .documentPresent ? [Bool.random(using: &random) ? .teaser : .cim, .nda] : nil,
            count: kind == .minCounterparties ? Int.random(in: 1...3, using: &random) : nil,
            tasks: kind == .tasksDone ? StageRuleTasks.allCases.randomElement(using: &random) : nil,
            approval: kind == .approval ? [.engagement, .stage].randomElement(using: &random) : nil,
            severity: Int.random(in: 0..<3, using: &random) == 0 ? .warn : .block,
            overridable: !isOfConflict && Bool.random(using: &random))
    }

    static func deal(in pipeline: Pipeline, _ random: inout SeededRandom) -> Deal {
        func maybe<Value>(_ value: Value) -> Value? { Int.random(in: 0..<3, using: &random) > 0 ? value : nil }
        let stage = pipeline.stages.dropLast().randomElement(using: &random) ?? pipeline.first
        return EngineFixture.deal(at: stage.key) {
            $0.conflictStatus = maybe(.cleared) ?? ConflictStatus.allCases.randomElement(using: &random) ?? .pending
            $0.conflictExpiresOn = maybe(.yesterday).flatMap { maybe($0) == nil ? $0 : nil }
            ($0.realName, $0.sector, $0.country) = (maybe("a"), maybe("b"), maybe("DE"))
            ($0.description, $0.nextStep) = (maybe("c"), maybe("d"))
            $0.engagementLetterSignedOn = maybe(.today.adding(days: Int.random(in: -9...1, using: &random)))
            $0.closedOn = maybe(.today.adding(days: Int.random(in: -9...1, using: &random)))
            $0.expectedCloseOn = maybe(.today.adding(days: Int.random(in: -9...1, using: &random)))
            $0.value = Currency(code: "USD").flatMap { maybe(Money(minorUnits: 1, currency: $0)) }
        }
    }

    static func facts(_ random: inout SeededRandom) -> DealFacts {
        func some<Value: Hashable>(_ values: [Value]) -> Set<Value> {
            Set(values.filter { _ in Int.random(in: 0..<3, using: &random) > 0 })
        }
        let open = Int.random(in: 0...1, using: &random)
        let stages = (0..<6).map { GivenApproval(kind: .stage, stage: "s\($0)") }
        return DealFacts(
            counterparties: Int.random(in: 0...4, using: &random), openTasks: open,
            openCriticalTasks: open == 0 ? 0 : Int.random(in: 0...1, using: &random),
            hasContractedFee: Bool.random(using: &random), documents: some([.teaser, .cim]),
            approvals: some(stages + [GivenApproval(kind: .engagement)]))
    }
}
