package import Foundation
package import RPC

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

package struct TransitionTarget: Codable, Sendable, Hashable {
    /// A stage of the deal's pipeline, or `on_hold`, `active`, `lost`, `withdrawn`.
    package var toStage: String
    package var name: String
    package var direction: MoveDirection
    package var allowed: Bool
    package var unmet: [FieldFault]

    package init(toStage: String, name: String, direction: MoveDirection, allowed: Bool, unmet: [FieldFault]) {
        self.toStage = toStage
        self.name = name
        self.direction = direction
        self.allowed = allowed
        self.unmet = unmet
    }
}

package enum MoveDirection: String, Codable, Sendable, CaseIterable {
    case forward, skip, back, hold, resume, end, reopen
}

package struct Move: Codable, Sendable {
    package var toStage: String
    package var reason: String?
    /// The day it happened, when that was not today; not in the future and not before the last move.
    package var effectiveOn: BusinessDate?
    /// Fields to set in the same transaction, so that what is missing and the move go together.
    package var fields: DealPatch?

    package init(toStage: String, reason: String? = nil, effectiveOn: BusinessDate? = nil, fields: DealPatch? = nil) {
        self.toStage = toStage
        self.reason = reason
        self.effectiveOn = effectiveOn
        self.fields = fields
    }
}

package struct StageHistory: Codable, Sendable {
    package var items: [StageTransition]

    package init(items: [StageTransition]) { self.items = items }
}

package struct StageTransition: Codable, Sendable, Hashable {
    package var id: UUID
    /// Nil for the first: the deal was created in `toStage`.
    package var fromStage: String?
    package var toStage: String
    package var fromStatus: DealStatus?
    package var toStatus: DealStatus
    package var direction: MoveDirection
    package var reason: String?
    package var effectiveOn: BusinessDate
    package var daysInFrom: Int
    package var by: UUID
    package var at: Instant

    package init(
        id: UUID, fromStage: String?, toStage: String, fromStatus: DealStatus?, toStatus: DealStatus,
        direction: MoveDirection, reason: String?, effectiveOn: BusinessDate, daysInFrom: Int, by: UUID, at: Instant
    ) {
        self.id = id
        self.fromStage = fromStage
        self.toStage = toStage
        self.fromStatus = fromStatus
        self.toStatus = toStatus
        self.direction = direction
        self.reason = reason
        self.effectiveOn = effectiveOn
        self.daysInFrom = daysInFrom
        self.by = by
        self.at = at
    }
}
