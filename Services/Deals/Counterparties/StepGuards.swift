import Contracts
import RPC

/// What must be true before a step is recorded. A pure value: all that it judges comes in, as it was on the step's day.
struct StepGuards: Sendable, Hashable {
    /// An executed NDA.
    struct SignedNDA: Sendable, Hashable {
        let executedOn: BusinessDate
        /// The last day on which it holds; nil when it does not end.
        let expiresOn: BusinessDate?

        func holds(on day: BusinessDate) -> Bool { executedOn <= day && (expiresOn.map { day <= $0 } ?? true) }
    }

    let step: CounterpartyStepKind
    let on: BusinessDate
    /// When the client approved the counterparty.
    var approvedOn: BusinessDate?
    var ndas: [SignedNDA] = []
    /// Whether a list of the control room forbids to approach it.
    var isBanned = false
    /// When it left the process.
    var leftOn: BusinessDate?

    /// By it the bank approaches the counterparty, or lets it in further; what comes from the other side is a fact to be
    /// written down.
    static func isOutreach(_ step: CounterpartyStepKind) -> Bool {
        switch step {
        case .contacted, .teaserSent, .ndaSent, .cimSent, .processLetterSent, .round2Invited, .mgmtPresentation,
            .dataroomOpen:
            true
        case .identified, .approvedByClient, .ndaSigned, .ioiReceived, .loiReceived, .exclusivity, .signed, .closed,
            .passed, .rejectedByUs, .excluded:
            false
        }
    }

    static func needsNDA(_ step: CounterpartyStepKind) -> Bool {
        switch step {
        case .cimSent, .processLetterSent, .dataroomOpen: true
        default: false
        }
    }

    /// Everything that stands against the step, all at once.
    var unmet: [FieldFault] {
        guard Self.isOutreach(step) else { return [] }
        return [ban, exit, approval, nda].compactMap { $0 }
    }

    /// Neither which list it is nor why is for the banker to know.
    private var ban: FieldFault? {
        isBanned ? FieldFault("step", "refer_to_control_room", "Refer to the control room.") : nil
    }

    private var exit: FieldFault? {
        guard let leftOn, leftOn < on else { return nil }
        return FieldFault(
            "step", "counterparty_left", "It left on \(leftOn.text); make that step void if it is back in the process.")
    }

    private var approval: FieldFault? {
        guard let approvedOn else {
            return FieldFault("approvedByClient", "client_approval_missing", "The client has not approved it.")
        }
        guard on < approvedOn else { return nil }
        return FieldFault(
            "approvedByClient", "client_approval_missing", "The client approved it on \(approvedOn.text) only.")
    }

    private var nda: FieldFault? {
        guard Self.needsNDA(step), !ndas.contains(where: { $0.holds(on: on) }) else { return nil }
        let isOver = ndas.contains { $0.executedOn <= on }
        return isOver
            ? FieldFault("ndas", "nda_expired", "Its NDA has expired.")
            : FieldFault("ndas", "nda_missing", "The register holds no NDA with it that was executed by that day.")
    }

    /// - Throws: `step_not_allowed` with every guard that is not met.
    func require() throws(RPCFault) {
        let unmet = unmet
        guard unmet.isEmpty else {
            throw RPCFault(
                .failedPrecondition, "step_not_allowed", "The step is not allowed; see errors.", errors: unmet)
        }
    }
}
