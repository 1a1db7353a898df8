import Contracts
import RPC
import Testing

@testable import deals

/// Each kind of rule, what it asks and in which words.
struct StageRuleTests {
    private static func unmet(
        _ rules: [StageRule], _ deal: Deal, _ facts: DealFacts = DealFacts(), on day: BusinessDate = .today
    ) -> [FieldFault] {
        var stage = Stage("signed", "Signed", .signed, 90)
        stage.rules = rules
        return StageRules(deal: deal, facts: facts, effectiveOn: day, today: .today).unmet(entering: [stage]).map(
            \.fault)
    }

    private static let deal = EngineFixture.deal(at: "pitch")

    @Test(arguments: [
        (StageRuleField.value, "value_missing", "Say what the deal is expected to be worth."),
        (.nextStep, "next_step_missing", "Say what the next step is."),
        (.expectedCloseOn, "expected_close_on_missing", "Say when the deal is expected to close."),
        (.engagementLetterSignedOn, "engagement_letter_missing", "Say when the engagement letter was signed."),
        (.closedOn, "closed_on_missing", "Say when the deal closed."),
        (.sector, "sector_missing", "Say which sector the client works in."),
        (.country, "country_missing", "Say in which country the client sits."),
        (.description, "description_missing", "Describe the deal."),
        (.realName, "real_name_missing", "Say what the deal is really called."),
    ])
    func aFieldIsAskedForByItsName(field: StageRuleField, code: String, words: String) {
        let rule = StageRule(.fieldPresent, field: field)
        #expect(Self.unmet([rule], Self.deal) == [FieldFault(field.rawValue, code, words)])
        let full = EngineFixture.deal(at: "pitch") {
            $0.value = Currency(code: "USD").map { Money(minorUnits: 0, currency: $0) }
            ($0.realName, $0.sector, $0.country, $0.description, $0.nextStep) = ("a", "b", "DE", "c", "d")
            ($0.expectedCloseOn, $0.engagementLetterSignedOn, $0.closedOn) = (.today, .today, .today)
        }
        #expect(Self.unmet([rule], full).isEmpty)
    }

    @Test func aDayIsNotAfterTheMove() {
        let rules = [StageRuleField.engagementLetterSignedOn, .closedOn, .expectedCloseOn].map {
            StageRule(.dateNotFuture, field: $0)
        }
        let deal = EngineFixture.deal(at: "pitch") {
            ($0.engagementLetterSignedOn, $0.closedOn, $0.expectedCloseOn) = (.today, .today, .today)
        }
        #expect(Self.unmet(rules, deal).isEmpty)
        #expect(
            Self.unmet(rules, deal, on: .yesterday).codes == [
                "engagement_letter_too_late", "closed_on_in_future", "expected_close_on_in_future",
            ])
        #expect(Self.unmet(rules, Self.deal).isEmpty)
    }

    @Test func oneOfTheDocumentsIsEnough() {
        let rule = StageRule(.documentPresent, documents: [.teaser, .cim])
        #expect(
            Self.unmet([rule], Self.deal) == [
                FieldFault("documents", "document_missing", "The register holds no teaser or CIM.")
            ])
        #expect(Self.unmet([rule], Self.deal, DealFacts(documents: [.cim])).isEmpty)
        #expect(!Self.unmet([rule], Self.deal, DealFacts(documents: [.nda])).isEmpty)
    }

    @Test func counterpartiesAreCounted() {
        let rule = StageRule(.minCounterparties, count: 2)
        #expect(
            Self.unmet([rule], Self.deal, DealFacts(counterparties: 1)).map(\.message) == [
                "The deal needs at least 2 counterparties."
            ])
        #expect(Self.unmet([rule], Self.deal, DealFacts(counterparties: 2)).isEmpty)
        let one = StageRule(.minCounterparties, count: 1)
        #expect(Self.unmet([one], Self.deal).map(\.message) == ["Add a counterparty first."])
    }

    @Test func openTasksAreCounted() {
        let (all, critical) = (StageRule(.tasksDone, tasks: .all), StageRule(.tasksDone, tasks: .critical))
        let facts = DealFacts(openTasks: 3, openCriticalTasks: 1)
        #expect(Self.unmet([all, critical], Self.deal, facts).codes == ["tasks_open", "critical_tasks_open"])
        #expect(
            Self.unmet([all, critical], Self.deal, facts).map(\.message) == [
                "3 tasks are still open.", "1 critical task is still open.",
            ])
        #expect(Self.unmet([critical], Self.deal, DealFacts(openTasks: 3)).isEmpty)
    }

    @Test func anApprovalIsOfItsKindAndItsStage() {
        let rules = [ApprovalKind.engagement, .fairnessCommittee, .stage].map { StageRule(.approval, approval: $0) }
        #expect(Self.unmet(rules, Self.deal).codes == Array(repeating: "approval_missing", count: 3))
        #expect(Self.unmet(rules, Self.deal).map(\.message) == rules.compactMap(\.approval?.demand))
        let wrong = DealFacts(approvals: [GivenApproval(kind: .reopen), GivenApproval(kind: .stage, stage: "pitch")])
        #expect(Self.unmet(rules, Self.deal, wrong).count == 3)
        let given = DealFacts(approvals: [
            GivenApproval(kind: .engagement), GivenApproval(kind: .fairnessCommittee),
            GivenApproval(kind: .stage, stage: "signed"),
        ])
        #expect(Self.unmet(rules, Self.deal, given).isEmpty)
    }

    @Test func aContractedFeeIsAskedFor() {
        let rule = StageRule(.feePresent, overridable: true)
        #expect(
            Self.unmet([rule], Self.deal) == [FieldFault("fees", "fee_missing", "No fee of the deal is contracted.")])
        #expect(Self.unmet([rule], Self.deal, DealFacts(hasContractedFee: true)).isEmpty)
        #expect(rule.faults().isEmpty)
        #expect(StageRule(.feePresent, count: 1).faults().map(\.code) == ["not_allowed"])
    }

    // MARK: Built-in rules

    @Test(arguments: DealType.allCases)
    func builtInRulesAreSound(type: DealType) {
        for stage in Pipeline.builtIn(for: type).stages {
            #expect(StageRule.faults(of: stage.rules) == [], "\(stage.key)")
        }
        #expect(Pipeline.builtIn(for: type).first.rules.isEmpty)
    }

    @Test func whatIsMissingBesideWarnsAndDoesNotBlock() {
        let assessment = EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "mandated")
        #expect(assessment.unmet.isEmpty)
        #expect(assessment.warnings.codes == ["document_missing", "expected_close_on_missing", "approval_missing"])
    }

    @Test func aSkipWarnsOfItsTargetOnly() {
        let assessment = EngineFixture.assess(EngineFixture.ready(at: "pitch"), to: "marketing", reason: "in a hurry")
        #expect(assessment.warnings.codes == ["counterparties_missing", "document_missing"])
    }

    @Test func closingWarnsOfCriticalTasks() {
        let deal = EngineFixture.ready(at: "signed") { $0.closedOn = .today }
        let engine = EngineFixture.engine(deal, DealFacts(openTasks: 2, openCriticalTasks: 2))
        let assessment = engine.assess(Move(toStage: "closed"))
        #expect(assessment.unmet.isEmpty && assessment.warnings.codes == ["value_missing", "critical_tasks_open"])
    }

    // MARK: The rules' own form

    @Test func aRuleHasTheParameterOfItsKindAndNoOther() {
        func details(_ rule: StageRule) -> [String] { rule.faults(at: "r.").map { "\($0.field) \($0.code)" } }
        #expect(details(StageRule(.fieldPresent)) == ["r.field required"])
        #expect(
            details(StageRule(.conflictCleared, field: .value, count: 1)) == [
                "r.field not_allowed", "r.count not_allowed",
            ])
        #expect(details(StageRule(.dateNotFuture, field: .value)) == ["r.field invalid"])
        #expect(details(StageRule(.documentPresent, documents: [])) == ["r.documents invalid"])
        #expect(details(StageRule(.documentPresent, documents: [.nda, .nda])) == ["r.documents invalid"])
        #expect(details(StageRule(.minCounterparties, count: 0)) == ["r.count out_of_range"])
        #expect(details(StageRule(.minCounterparties, count: 2001)) == ["r.count out_of_range"])
        #expect(details(StageRule(.tasksDone)) == ["r.tasks required"])
        #expect(details(StageRule(.approval, approval: .reopen)) == ["r.approval invalid"])
        #expect(details(StageRule(.conflictStarted, overridable: true)) == ["r.overridable not_allowed"])
    }

    @Test func aStageHasEachRuleOnceAndNotTooMany() {
        let rule = StageRule(.fieldPresent, field: .value)
        let softer = StageRule(.fieldPresent, field: .value, severity: .warn)
        #expect(StageRule.faults(of: [rule, softer]).map(\.field) == ["rules[1]"])
        let many = (1...StageRule.rulesMax + 1).map { StageRule(.minCounterparties, count: $0) }
        #expect(StageRule.faults(of: many).codes == ["too_many"])
        #expect(StageRule.faults(of: Array(many.dropLast())).isEmpty)
    }
}
