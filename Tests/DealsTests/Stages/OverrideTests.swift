import Contracts
import RPC
import Testing

@testable import deals

/// Rules that allow it are passed over by the lead or compliance, and never silently.
struct OverrideTests {
    private static let override = MoveOverride(reason: "the letter follows tomorrow")

    /// A deal in pitch whose conflict check is cleared and whose letter is missing.
    private static func with(
        _ level: Confidentiality = .confidential,
        _ body: (Desk, Deal, _ lead: Person, _ second: Person, _ compliance: Person) async throws -> Void
    ) async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let compliance = desk.person(.compliance)
            var deal = try await desk.deal("Falcon", by: lead, confidentiality: level)
            _ = try await desk.add(second, to: deal, by: lead, access: .manage, role: .md)
            if level == .secret {
                _ = try await desk.add(compliance, to: deal, by: lead, access: .read, role: .compliance)
            }
            deal = try await desk.decide(.cleared, deal, as: compliance)
            try await body(desk, try await desk.move(deal, to: "pitch", as: lead), lead, second, compliance)
        }
    }

    @Test func whatIsPassedOverStaysInTheHistoryForEver() async throws {
        try await Self.with { desk, deal, lead, _, _ in
            try await fault("rules_unmet") { try await desk.move(deal, to: "mandated", as: lead) }
            let moved = try await desk.moved(deal, Move(toStage: "mandated", override: Self.override), as: lead)
            #expect(moved.deal.stage == "mandated" && moved.deal.engagementLetterSignedOn == nil)
            let row = try #require(try await desk.history(deal, as: lead).last)
            #expect(row.override == Self.override && row.overriddenBy == lead.id)
            #expect(row.unmet.codes == ["engagement_letter_missing"])
            #expect(row.warnings == moved.warnings)
            let earlier = try await desk.history(deal, as: lead).dropLast()
            #expect(earlier.allSatisfy { $0.override == nil && $0.overriddenBy == nil && $0.unmet.isEmpty })
        }
    }

    @Test(arguments: [Confidentiality.secret, .internal])
    func anEventTellsOfItAndOfASecretDealNoMore(level: Confidentiality) async throws {
        try await Self.with(level) { desk, deal, lead, _, _ in
            _ = try await desk.moved(deal, Move(toStage: "mandated", override: Self.override), as: lead)
            let events = try await desk.events().suffix(2)
            #expect(events.map(\.type) == ["deal.stage.changed", "deal.stage.overridden"])
            let fields = level == .secret ? [] : ["toStage", "override", "unmet"]
            #expect(events.last?.changes.map(\.field) == fields)
        }
    }

    @Test func onlyTheLeadAndCompliancePassOverRules() async throws {
        try await Self.with { desk, deal, lead, second, compliance in
            let move = Move(toStage: "mandated", override: Self.override)
            let refused = try await fault("rules_unmet") { try await desk.moved(deal, move, as: second) }
            #expect(
                refused.details == [
                    "override override_not_allowed", "engagementLetterSignedOn engagement_letter_missing",
                ])
            try await fault("access_too_low") { try await desk.move(deal, to: "mandated", as: compliance) }
            #expect(try await desk.moved(deal, move, as: compliance).deal.stage == "mandated")
            #expect(try await desk.history(deal, as: lead).last?.overriddenBy == compliance.id)
        }
    }

    @Test func aRuleThatIsNotOverridableStaysUnmet() async throws {
        try await Self.with { desk, deal, lead, _, compliance in
            let declined = try await desk.decide(.declined, deal, as: compliance)
            let refused = try await fault("rules_unmet") {
                try await desk.moved(declined, Move(toStage: "mandated", override: Self.override), as: lead)
            }
            #expect(refused.details == ["conflictStatus conflict_not_cleared"])
            #expect(try await desk.get(deal, as: lead).stage == "pitch")
        }
    }

    @Test func anOverrideSaysWhyAndPassesSomethingOver() async throws {
        try await Self.with { desk, deal, lead, _, _ in
            let short = Move(toStage: "mandated", override: MoveOverride(reason: " too short "))
            let refused = try await fault("rules_unmet") { try await desk.moved(deal, short, as: lead) }
            #expect(
                refused.details == [
                    "override.reason too_short", "engagementLetterSignedOn engagement_letter_missing",
                ])
            let needless = Move(toStage: "origination", reason: "too early", override: Self.override)
            let nothing = try await fault("rules_unmet") { try await desk.moved(deal, needless, as: lead) }
            #expect(nothing.details == ["override nothing_to_override"])
        }
    }

    @Test func optionsTellWhatTheCallerCouldPassOver() async throws {
        try await Self.with { desk, deal, lead, second, compliance in
            let missing = ["engagement_letter_missing"]
            let expected: [(Person, [String])] = [(lead, missing), (compliance, missing), (second, [])]
            for (person, codes) in expected {
                let options = try await desk.options(deal, as: person)
                let mandated = try #require(options.targets.first { $0.toStage == "mandated" })
                #expect(!mandated.allowed && mandated.overridable.codes == codes)
            }
        }
    }

    @Test func nobodyOverridesTheClosingDay() throws {
        var closed = Stage("closed", "Closed", .closed, 100)
        closed.rules = [StageRule(.fieldPresent, field: .closedOn, overridable: true)]
        let pipeline = try #require(Pipeline([Stage("signed", "Signed", .signed, 90), closed], removed: []))
        let engine = EngineFixture.engine(
            EngineFixture.ready(at: "signed"), DealFacts(), Mover(isLead: true), pipeline: pipeline)
        let assessment = engine.assess(Move(toStage: "closed", override: Self.override))
        #expect(assessment.unmet.codes.contains("closed_on_missing") && assessment.override == nil)
    }
}
