package import Foundation
package import RPC

extension DealMethods {
    package static let crossings = RPCMethod<CrossingQuery, CrossingPage>(
        0x0232, "deals.crossings", callers: [Peer.gateway], isIdempotent: true)
    package static let requestCrossing = RPCMethod<NewWallCrossing, WallCrossing>(
        0x0233, "deals.crossings.request", callers: [Peer.gateway], deduplicates: true)
    package static let decideCrossing = RPCMethod<CrossingDecision, WallCrossing>(
        0x0234, "deals.crossings.decide", callers: [Peer.gateway], deduplicates: true)
    package static let endCrossing = RPCMethod<Nothing, WallCrossing>(
        0x0235, "deals.crossings.end", callers: [Peer.gateway])
}

/// Asks to let somebody who is not on the team read the deal for a time.
package struct NewWallCrossing: Codable, Sendable {
    package var userId: UUID
    package var reason: String
    /// At most 90 days ahead.
    package var until: Instant

    package init(userId: UUID, reason: String, until: Instant) {
        self.userId = userId
        self.reason = reason
        self.until = until
    }
}

package enum CrossingChoice: String, Codable, Sendable, CaseIterable { case approve, refuse }

/// The second person's answer to a request.
package struct CrossingDecision: Codable, Sendable {
    package var decision: CrossingChoice
    package var note: String?

    package init(decision: CrossingChoice, note: String? = nil) {
        self.decision = decision
        self.note = note
    }
}

/// Where a wall-crossing stands. Only what is `granted` lets anybody see anything.
package enum CrossingStatus: String, Codable, Sendable, CaseIterable {
    case requested, granted, refused
    /// Before its time; of a request: taken back.
    case ended
    /// Its time is over, decided or not.
    case expired
}

/// Somebody brought over the wall: let read a deal that he is not on, from the approval until a day.
package struct WallCrossing: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var userId: UUID
    package var name: String
    package var reason: String
    package var until: Instant
    package var status: CrossingStatus
    package var requestedBy: UUID
    package var requestedAt: Instant
    package var decidedBy: UUID?
    package var decidedAt: Instant?
    package var note: String?
    package var endedBy: UUID?
    package var endedAt: Instant?
    /// Grows with the decision and with the end; time alone does not count.
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, userId: UUID, name: String, reason: String, until: Instant, status: CrossingStatus,
        requestedBy: UUID, requestedAt: Instant, decidedBy: UUID? = nil, decidedAt: Instant? = nil,
        note: String? = nil, endedBy: UUID? = nil, endedAt: Instant? = nil, version: Int64
    ) {
        self.id = id
        self.userId = userId
        self.name = name
        self.reason = reason
        self.until = until
        self.status = status
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.note = note
        self.endedBy = endedBy
        self.endedAt = endedAt
        self.version = version
    }
}

/// Asks for a page of a deal's wall-crossings.
package struct CrossingQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }
}

/// Wall-crossings, the newest request first, whatever became of them.
package struct CrossingPage: Codable, Sendable {
    package var items: [WallCrossing]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [WallCrossing], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}
