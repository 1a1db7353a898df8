package import Foundation
package import RPC

extension DealMethods {
    package static let timeline = RPCMethod<TimelineQuery, TimelinePage>(
        0x02A1, "deals.timeline", callers: [Peer.gateway], isIdempotent: true)
}

/// What a timeline is made of.
package enum TimelineKind: String, Codable, Sendable, CaseIterable {
    case moves, changes, activities, tasks, documents, team
}

/// What was done.
package enum TimelineAct: String, Codable, Sendable, CaseIterable {
    case created, moved, changed, written, added, done, removed, joined, left
}

/// Asks for a page of all that happened on a deal.
package struct TimelineQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// Some of `TimelineKind`, between commas; all when left out.
    package var kinds: String?

    package init(limit: Int? = nil, cursor: String? = nil, kinds: String? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.kinds = kinds
    }
}

/// What happened on a deal, the newest first.
package struct TimelinePage: Codable, Sendable {
    package var items: [TimelineEntry]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [TimelineEntry], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// One thing that happened. Of what was removed it says that it was, not what it said.
package struct TimelineEntry: Codable, Sendable, Hashable {
    package var kind: TimelineKind
    package var act: TimelineAct
    package var at: Instant
    package var by: UUID?
    /// Of the move, activity, task or document's version, or of the person who joined or left.
    package var id: UUID?
    /// Of the deal, where its record was changed.
    package var version: Int64?
    /// Of an activity or document what kind it is; of a person the role on the deal.
    package var type: String?
    package var title: String?
    /// What was written, or why; cut after 200 characters, and whole where it stands.
    package var text: String?
    /// Of the deal's record; cut like the text.
    package var changes: [FieldChange]?

    package init(
        kind: TimelineKind, act: TimelineAct, at: Instant, by: UUID?, id: UUID?, version: Int64? = nil,
        type: String? = nil, title: String? = nil, text: String? = nil, changes: [FieldChange]? = nil
    ) {
        self.kind = kind
        self.act = act
        self.at = at
        self.by = by
        self.id = id
        self.version = version
        self.type = type
        self.title = title
        self.text = text
        self.changes = changes
    }
}
