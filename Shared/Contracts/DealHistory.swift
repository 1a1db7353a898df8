package import Foundation
package import RPC

extension DealMethods {
    /// `get` as it is asked about another moment than now: one call, whose input may be left out.
    package static let getAsOf = RPCMethod<DealMoment, Deal>(
        0x0202, "deals.get", callers: [Peer.gateway], isIdempotent: true)
    package static let changes = RPCMethod<DealChangeQuery, DealChangePage>(
        0x02A0, "deals.changes", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for a deal as it stood.
package struct DealMoment: Codable, Sendable {
    /// An instant, or a day for its end; not in the future. Now when left out.
    package var asOf: String?

    package init(asOf: String? = nil) { self.asOf = asOf }
}

/// Asks for a page of what was changed in a deal's record.
package struct DealChangeQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out. A page of long texts ends earlier.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// Of this field only, by its name in a deal, such as `sector`.
    package var field: String?

    package init(limit: Int? = nil, cursor: String? = nil, field: String? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.field = field
    }
}

/// The versions of a deal, the newest first.
package struct DealChangePage: Codable, Sendable {
    package var items: [DealVersion]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [DealVersion], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// What made one version of a deal out of the one before.
package struct DealVersion: Codable, Sendable, Hashable {
    package var version: Int64
    package var at: Instant
    /// Nil for the first version on record of a deal that is older than the record of changes.
    package var by: UUID?
    /// The type of its event, such as `deal.updated`; nil where `by` is.
    package var type: String?
    /// By field; each whole, however long.
    package var changes: [FieldChange]

    package init(version: Int64, at: Instant, by: UUID?, type: String?, changes: [FieldChange]) {
        self.version = version
        self.at = at
        self.by = by
        self.type = type
        self.changes = changes
    }
}
