import Contracts
import RPC
import Testing

@testable import deals

/// What must be true before a step, as a value.
struct StepGuardsTests {
    private static let signed = StepGuards.SignedNDA(executedOn: .today.adding(days: -10), expiresOn: .tomorrow)

    private static func codes(_ guards: StepGuards) -> [String] { guards.unmet.map { "\($0.field) \($0.code)" } }

    private static let outreach: Set<CounterpartyStepKind> = [
        .contacted, .teaserSent, .ndaSent, .cimSent, .processLetterSent, .round2Invited, .mgmtPresentation,
        .dataroomOpen,
    ]
    private static let behindNDA: Set<CounterpartyStepKind> = [.cimSent, .processLetterSent, .dataroomOpen]

    @Test(arguments: CounterpartyStepKind.allCases) func eachStepHasItsGuards(step: CounterpartyStepKind) {
        let nothing = StepGuards(step: step, on: .today)
        var expected: [String] = []
        if Self.outreach.contains(step) { expected.append("approvedByClient client_approval_missing") }
        if Self.behindNDA.contains(step) { expected.append("ndas nda_missing") }
        #expect(Self.codes(nothing) == expected)
        let fine = StepGuards(step: step, on: .today, approvedOn: .today, ndas: [Self.signed])
        #expect(fine.unmet.isEmpty)
        let banned = StepGuards(step: step, on: .today, approvedOn: .today, ndas: [Self.signed], isBanned: true)
        #expect(Self.codes(banned) == (Self.outreach.contains(step) ? ["step refer_to_control_room"] : []))
    }

    @Test func allThatIsMissingIsToldAtOnce() throws {
        let guards = StepGuards(step: .cimSent, on: .today, isBanned: true, leftOn: .yesterday)
        #expect(
            Self.codes(guards) == [
                "step refer_to_control_room", "step counterparty_left", "approvedByClient client_approval_missing",
                "ndas nda_missing",
            ])
        let fault = #expect(throws: RPCFault.self) { try guards.require() }
        #expect(fault?.code == "step_not_allowed" && fault?.status == .failedPrecondition)
        #expect(fault?.errors == guards.unmet)
    }

    /// The banker learns that there is something, and neither which list it is nor why.
    @Test func aBanIsNotExplained() {
        let guards = StepGuards(step: .contacted, on: .today, approvedOn: .today, isBanned: true)
        #expect(guards.unmet.map(\.message) == ["Refer to the control room."])
    }

    @Test(arguments: [
        (-11, "ndas nda_missing"), (-10, nil), (0, nil), (1, nil), (2, "ndas nda_expired"),
    ])
    func anNDAHoldsFromItsDayThroughItsLast(offset: Int, code: String?) {
        let day = BusinessDate.today.adding(days: offset)
        let guards = StepGuards(
            step: .dataroomOpen, on: day, approvedOn: .today.adding(days: -100), ndas: [Self.signed])
        #expect(Self.codes(guards) == [code].compactMap { $0 })
    }

    @Test func oneNDAOfSeveralIsEnough() {
        let over = StepGuards.SignedNDA(executedOn: .today.adding(days: -800), expiresOn: .today.adding(days: -70))
        let endless = StepGuards.SignedNDA(executedOn: .today.adding(days: -60), expiresOn: nil)
        var guards = StepGuards(step: .cimSent, on: .today, approvedOn: .yesterday, ndas: [over])
        #expect(Self.codes(guards) == ["ndas nda_expired"])
        guards.ndas.append(endless)
        #expect(guards.unmet.isEmpty)
    }

    @Test func theClientApprovesBeforeTheStepAndNotAfterIt() {
        let late = StepGuards(step: .contacted, on: .yesterday, approvedOn: .today)
        #expect(Self.codes(late) == ["approvedByClient client_approval_missing"])
        #expect(StepGuards(step: .contacted, on: .today, approvedOn: .today).unmet.isEmpty)
    }

    @Test func whoHasLeftIsNotApproachedAnyMore() {
        let after = StepGuards(step: .teaserSent, on: .today, approvedOn: .yesterday, leftOn: .yesterday)
        #expect(Self.codes(after) == ["step counterparty_left"])
        let before = StepGuards(
            step: .teaserSent, on: .yesterday, approvedOn: .yesterday.adding(days: -1), leftOn: .yesterday)
        #expect(before.unmet.isEmpty)
        #expect(StepGuards(step: .ioiReceived, on: .today, leftOn: .yesterday).unmet.isEmpty)
    }
}
