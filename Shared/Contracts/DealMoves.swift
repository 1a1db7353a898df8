package import Foundation
package import RPC

extension DealMethods {
    package static let transitions = RPCMethod<Nothing, TransitionOptions>(
        0x0205, "deals.transitions", callers: [Peer.gateway], isIdempotent: true)
    package static let move = RPCMethod<Move, MovedDeal>(
        0x0206, "deals.move", callers: [Peer.gateway], deduplicates: true)
    package static let history = RPCMethod<Nothing, StageHistory>(
        0x0207, "deals.history", callers: [Peer.gateway], isIdempotent: true)
}

/// Where a deal may go from here, and what is missing for each.
package struct TransitionOptions: Codable, Sendable {
    package var stage: String
    package var status: DealStatus
    package var targets: [TransitionTarget]

    package init(stage: String, status: DealStatus, targets: [TransitionTarget]) {
        self.stage = stage
        self.status = status
        self.targets = targets
    }
}

/// One place to go, with every rule that stands against it.
package struct TransitionTarget: Codable, Sendable, Hashable {
    /// A stage of the deal's pipeline, or `on_hold`, `active`, `lost`, `withdrawn`.
    package var toStage: String
    package var name: String
    package var direction: MoveDirection
    package var allowed: Bool
    package var unmet: [FieldFault]
    /// Rules that are not met and do not stand in the way; they would be written into the history.
    package var warnings: [FieldFault]
    /// Those of `unmet` that an override by the caller would pass over.
    package var overridable: [FieldFault]

    package init(
        toStage: String, name: String, direction: MoveDirection, allowed: Bool, unmet: [FieldFault],
        warnings: [FieldFault] = [], overridable: [FieldFault] = []
    ) {
        self.toStage = toStage
        self.name = name
        self.direction = direction
        self.allowed = allowed
        self.unmet = unmet
        self.warnings = warnings
        self.overridable = overridable
    }
}

/// What kind of move it is: a `skip` passes over stages, a `reopen` brings back a deal that has ended.
package enum MoveDirection: String, Codable, Sendable, CaseIterable {
    case forward, skip, back, hold, resume, end, reopen
}

/// What decided that a deal was lost or withdrawn.
package enum OutcomeCode: String, Codable, Sendable, CaseIterable {
    case competitor, price, terms, financing, market, client, conflict, other
}

/// Asks to move a deal to a stage or a status.
package struct Move: Codable, Sendable {
    package var toStage: String
    package var reason: String?
    /// The day it happened, when that was not today; not in the future and not before the last move.
    package var effectiveOn: BusinessDate?
    /// Of a pause: when to look at the deal again.
    package var reviewOn: BusinessDate?
    /// Of an end: what decided it.
    package var reasonCode: OutcomeCode?
    /// Who won what was lost to a competitor.
    package var lostTo: String?
    /// Fields to set in the same transaction, so that what is missing and the move go together.
    package var fields: DealPatch?
    package var override: MoveOverride?

    package init(
        toStage: String, reason: String? = nil, effectiveOn: BusinessDate? = nil, reviewOn: BusinessDate? = nil,
        reasonCode: OutcomeCode? = nil, lostTo: String? = nil, fields: DealPatch? = nil,
        override: MoveOverride? = nil
    ) {
        self.toStage = toStage
        self.reason = reason
        self.effectiveOn = effectiveOn
        self.reviewOn = reviewOn
        self.reasonCode = reasonCode
        self.lostTo = lostTo
        self.fields = fields
        self.override = override
    }
}

/// Passes over unmet rules that allow it. The deal's lead and compliance may; what was passed over and why stays in the
/// history for ever.
package struct MoveOverride: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}

/// A deal after its move: the deal's own members, and beside them what the move passed with a warning.
package struct MovedDeal: Codable, Sendable, Hashable, RPCResource {
    package var deal: Deal
    package var warnings: [FieldFault]

    package var resourceID: String { deal.resourceID }
    package var version: Int64 { deal.version }

    private enum CodingKeys: String, CodingKey { case warnings }

    package init(_ deal: Deal, warnings: [FieldFault]) {
        self.deal = deal
        self.warnings = warnings
    }

    package init(from decoder: any Decoder) throws {
        deal = try Deal(from: decoder)
        warnings = try decoder.container(keyedBy: CodingKeys.self).decode([FieldFault].self, forKey: .warnings)
    }

    package func encode(to encoder: any Encoder) throws {
        try deal.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(warnings, forKey: .warnings)
    }
}

/// The moves of one deal, oldest first, and for how long it stood where.
package struct StageHistory: Codable, Sendable {
    package var items: [StageTransition]
    /// In the order in which the deal first came to them.
    package var stages: [StageTime]

    package init(items: [StageTransition], stages: [StageTime]) {
        self.items = items
        self.stages = stages
    }
}

/// For how long a deal stood in one stage, to the second. The time after its end counts nowhere.
package struct StageTime: Codable, Sendable, Hashable {
    package var stage: String
    /// How often the deal came to it.
    package var visits: Int
    /// Of the present stay, without the time on hold; nil when the deal does not stand here or has ended.
    package var currentSeconds: Int64?
    /// Of all stays together, without the time on hold.
    package var cumulativeSeconds: Int64
    /// Of all stays together, on hold.
    package var onHoldSeconds: Int64

    package init(
        stage: String, visits: Int, currentSeconds: Int64?, cumulativeSeconds: Int64, onHoldSeconds: Int64
    ) {
        self.stage = stage
        self.visits = visits
        self.currentSeconds = currentSeconds
        self.cumulativeSeconds = cumulativeSeconds
        self.onHoldSeconds = onHoldSeconds
    }
}

/// One move as it happened; never changed afterwards.
package struct StageTransition: Codable, Sendable, Hashable {
    package var id: UUID
    /// Nil for the first: the deal was created in `toStage`.
    package var fromStage: String?
    package var toStage: String
    package var fromStatus: DealStatus?
    package var toStatus: DealStatus
    package var direction: MoveDirection
    package var reason: String?
    package var reasonCode: OutcomeCode?
    package var lostTo: String?
    package var reviewOn: BusinessDate?
    package var effectiveOn: BusinessDate
    /// For how many days the deal had been in `fromStage`.
    package var daysInFrom: Int
    /// For how many seconds it had been there, on hold or not, by the instants of the moves; found out when they are read.
    package var secondsInFrom: Int64 = 0
    package var by: UUID
    package var at: Instant
    package var override: MoveOverride?
    package var overriddenBy: UUID?
    /// What was not met and passed over by the override.
    package var unmet: [FieldFault]
    package var warnings: [FieldFault]

    package init(
        id: UUID, fromStage: String?, toStage: String, fromStatus: DealStatus?, toStatus: DealStatus,
        direction: MoveDirection, reason: String?, reasonCode: OutcomeCode? = nil, lostTo: String? = nil,
        reviewOn: BusinessDate? = nil, effectiveOn: BusinessDate, daysInFrom: Int, by: UUID, at: Instant,
        override: MoveOverride? = nil, overriddenBy: UUID? = nil, unmet: [FieldFault] = [], warnings: [FieldFault] = []
    ) {
        self.id = id
        self.fromStage = fromStage
        self.toStage = toStage
        self.fromStatus = fromStatus
        self.toStatus = toStatus
        self.direction = direction
        self.reason = reason
        self.reasonCode = reasonCode
        self.lostTo = lostTo
        self.reviewOn = reviewOn
        self.effectiveOn = effectiveOn
        self.daysInFrom = daysInFrom
        self.by = by
        self.at = at
        self.override = override
        self.overriddenBy = overriddenBy
        self.unmet = unmet
        self.warnings = warnings
    }
}
