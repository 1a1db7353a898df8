package import Foundation
package import RPC

extension DealMethods {
    package static let addCounterparties = RPCMethod<CounterpartyBulk, CounterpartyBulkResult>(
        0x02D2, "deals.counterparties.bulk", callers: [Peer.gateway], deduplicates: true)
    package static let counterpartySteps = RPCMethod<Nothing, CounterpartyStepList>(
        0x02D5, "deals.counterparties.steps", callers: [Peer.gateway], isIdempotent: true)
    package static let addCounterpartyStep = RPCMethod<NewCounterpartyStep, CounterpartyStep>(
        0x02D6, "deals.counterparties.steps.add", callers: [Peer.gateway], deduplicates: true)
    package static let voidCounterpartyStep = RPCMethod<StepVoiding, CounterpartyStep>(
        0x02D7, "deals.counterparties.steps.void", callers: [Peer.gateway], deduplicates: true)
    package static let addCounterpartySteps = RPCMethod<CounterpartyStepBulk, CounterpartyStepBulkResult>(
        0x02D8, "deals.counterparties.steps.bulk", callers: [Peer.gateway], deduplicates: true)
}

/// The steps of a counterparty, in the order of a process; the last three are ways out.
package enum CounterpartyStepKind: String, Codable, Sendable, CaseIterable {
    case identified
    case approvedByClient = "approved_by_client"
    case contacted
    case teaserSent = "teaser_sent"
    case ndaSent = "nda_sent"
    case ndaSigned = "nda_signed"
    case cimSent = "cim_sent"
    case processLetterSent = "process_letter_sent"
    case ioiReceived = "ioi_received"
    case round2Invited = "round_2_invited"
    case mgmtPresentation = "mgmt_presentation"
    case dataroomOpen = "dataroom_open"
    case loiReceived = "loi_received"
    case exclusivity, signed, closed
    case passed
    case rejectedByUs = "rejected_by_us"
    case excluded

    package var isExit: Bool {
        switch self {
        case .passed, .rejectedByUs, .excluded: true
        default: false
        }
    }

    /// Those that lead on, in their order.
    package static let onward = allCases.filter { !$0.isExit }
    package static let exits = allCases.filter(\.isExit)

    /// Its place among those that lead on; nil for a way out.
    package var place: Int? { Self.onward.firstIndex(of: self) }
}

/// Who sent what the step is about.
package enum StepDirection: String, Codable, Sendable, CaseIterable { case sent, received }

/// A step as it is recorded.
package struct NewCounterpartyStep: Codable, Sendable, Hashable {
    package var step: CounterpartyStepKind
    /// Today or before.
    package var on: BusinessDate
    package var direction: StepDirection?
    package var note: String?
    /// Of the deal's register.
    package var documentId: UUID?
    /// Why it left; of ways out, and wanted there.
    package var reason: String?

    package init(
        step: CounterpartyStepKind, on: BusinessDate, direction: StepDirection? = nil, note: String? = nil,
        documentId: UUID? = nil, reason: String? = nil
    ) {
        self.step = step
        self.on = on
        self.direction = direction
        self.note = note
        self.documentId = documentId
        self.reason = reason
    }
}

/// What happened with a counterparty on a day. Steps are never changed or deleted; one that is wrong is made void.
package struct CounterpartyStep: Codable, Sendable, Hashable {
    package var id: UUID
    package var counterpartyId: UUID
    package var step: CounterpartyStepKind
    package var on: BusinessDate
    package var direction: StepDirection?
    package var note: String?
    package var documentId: UUID?
    package var reason: String?
    package var recordedBy: UUID
    package var recordedAt: Instant
    package var voidedBy: UUID?
    package var voidedAt: Instant?
    package var voidReason: String?

    package init(
        id: UUID, counterpartyId: UUID, step: CounterpartyStepKind, on: BusinessDate, recordedBy: UUID,
        recordedAt: Instant
    ) {
        self.id = id
        self.counterpartyId = counterpartyId
        self.step = step
        self.on = on
        self.recordedBy = recordedBy
        self.recordedAt = recordedAt
    }
}

/// All steps of one counterparty, the latest day first, void ones too.
package struct CounterpartyStepList: Codable, Sendable {
    package var items: [CounterpartyStep]

    package init(items: [CounterpartyStep]) { self.items = items }
}

/// Makes a step void.
package struct StepVoiding: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// The same step for many counterparties, each answered by itself.
package struct CounterpartyStepBulk: Codable, Sendable {
    /// At most 500.
    package var counterpartyIds: [UUID]
    package var step: CounterpartyStepKind
    package var on: BusinessDate
    package var direction: StepDirection?
    package var note: String?
    package var documentId: UUID?
    package var reason: String?
    /// Does all of it, tells, and undoes it.
    package var dryRun: Bool?

    package init(
        counterpartyIds: [UUID], step: CounterpartyStepKind, on: BusinessDate, note: String? = nil,
        reason: String? = nil, dryRun: Bool? = nil
    ) {
        self.counterpartyIds = counterpartyIds
        self.step = step
        self.on = on
        self.note = note
        self.reason = reason
        self.dryRun = dryRun
    }

    package var one: NewCounterpartyStep {
        NewCounterpartyStep(
            step: step, on: on, direction: direction, note: note, documentId: documentId, reason: reason)
    }
}

package struct CounterpartyStepBulkResult: Codable, Sendable {
    /// In the order of the ids.
    package var items: [StepBulkItem]
    package var dryRun: Bool

    package init(items: [StepBulkItem], dryRun: Bool) {
        self.items = items
        self.dryRun = dryRun
    }
}

/// What became of one counterparty: a step, or why there is none.
package struct StepBulkItem: Codable, Sendable, Hashable {
    package var counterpartyId: UUID
    package var stepId: UUID?
    /// As it is then.
    package var status: CounterpartyStepKind?
    package var code: String?
    package var message: String?
    package var errors: [FieldFault]

    package init(
        counterpartyId: UUID, stepId: UUID? = nil, status: CounterpartyStepKind? = nil, code: String? = nil,
        message: String? = nil, errors: [FieldFault] = []
    ) {
        self.counterpartyId = counterpartyId
        self.stepId = stepId
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
    }
}

/// Adds many counterparties at once, from exactly one source of at most 500.
package struct CounterpartyBulk: Codable, Sendable {
    /// A universe.
    package var organizationIds: [UUID]?
    /// Id or number of a deal that one may read.
    package var fromDeal: String?
    /// A table with tabs or commas whose first line names its columns, or one name a line.
    package var text: String?
    /// Of those of which nothing else is known; `other` when left out.
    package var kind: CounterpartyKind?
    /// Likewise.
    package var tier: String?
    /// Does all of it, tells, and undoes it.
    package var dryRun: Bool?

    package init(
        organizationIds: [UUID]? = nil, fromDeal: String? = nil, text: String? = nil, kind: CounterpartyKind? = nil,
        tier: String? = nil, dryRun: Bool? = nil
    ) {
        self.organizationIds = organizationIds
        self.fromDeal = fromDeal
        self.text = text
        self.kind = kind
        self.tier = tier
        self.dryRun = dryRun
    }
}

package struct CounterpartyBulkResult: Codable, Sendable {
    /// In the order of the source.
    package var items: [CounterpartyBulkItem]
    /// Columns of the text that no counterparty has.
    package var ignoredColumns: [String]
    package var dryRun: Bool

    package init(items: [CounterpartyBulkItem], ignoredColumns: [String], dryRun: Bool) {
        self.items = items
        self.ignoredColumns = ignoredColumns
        self.dryRun = dryRun
    }
}

package enum CounterpartyBulkOutcome: String, Codable, Sendable, CaseIterable { case added, exists, error }

/// What became of one row.
package struct CounterpartyBulkItem: Codable, Sendable, Hashable {
    /// The line of the text, or the place in the source; the first is 1.
    package var row: Int
    /// Empty where nothing is known.
    package var name: String
    package var outcome: CounterpartyBulkOutcome
    /// The new one, or the one that is there.
    package var counterpartyId: UUID?
    package var errors: [FieldFault]

    package init(
        row: Int, name: String, outcome: CounterpartyBulkOutcome, counterpartyId: UUID? = nil,
        errors: [FieldFault] = []
    ) {
        self.row = row
        self.name = name
        self.outcome = outcome
        self.counterpartyId = counterpartyId
        self.errors = errors
    }
}
