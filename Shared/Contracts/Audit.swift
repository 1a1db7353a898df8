package import Foundation
package import RPC

package enum AuditMethods {
    package static let list = RPCMethod<AuditQuery, AuditPage>(
        0x0301, "audit.list", callers: [Peer.gateway], isIdempotent: true)
    package static let verify = RPCMethod<Nothing, AuditVerification>(
        0x0302, "audit.verify", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for a page of the log; every filter that is set must hold.
package struct AuditQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    /// `seq` (oldest first) or `-seq` (newest first, when left out).
    package var sort: String?
    /// `deal.stage.changed`; a trailing dot takes all below it: `deal.`.
    package var type: String?
    /// A user's id or a service's name.
    package var actor: String?
    /// The id or the number of a deal, the id of a user or session.
    package var subject: String?
    /// Included.
    package var from: Instant?
    /// Not included.
    package var to: Instant?
    /// Words that begin so, in what changed, types and numbers; all must be there.
    package var q: String?
    /// `deal`, `user`, `session`, …
    package var subjectKind: String?
    package var outcome: EventOutcome?
    /// The client's, as a whole.
    package var address: String?
    package var requestId: String?
    package var traceId: String?
    /// A field of this name changed.
    package var field: String?
    /// The service that it comes from.
    package var source: String?
    /// Answer how many there are, too.
    package var count: Bool?

    package init(
        limit: Int? = nil, cursor: String? = nil, sort: String? = nil, type: String? = nil, actor: String? = nil,
        subject: String? = nil, from: Instant? = nil, to: Instant? = nil, count: Bool? = nil
    ) {
        self.init(AuditFilter(type: type, actor: actor, subject: subject, from: from, to: to), sort: sort)
        self.limit = limit
        self.cursor = cursor
        self.count = count
    }

    package init(_ filter: AuditFilter, sort: String? = nil) {
        (type, actor, subject, from, to) = (filter.type, filter.actor, filter.subject, filter.from, filter.to)
        (q, subjectKind, outcome, address) = (filter.q, filter.subjectKind, filter.outcome, filter.address)
        (requestId, traceId, field, source) = (filter.requestId, filter.traceId, filter.field, filter.source)
        self.sort = sort
    }

    package var filter: AuditFilter {
        AuditFilter(
            q: q, type: type, actor: actor, subject: subject, subjectKind: subjectKind, outcome: outcome,
            address: address, requestId: requestId, traceId: traceId, field: field, source: source, from: from, to: to)
    }
}

/// One page; may hold fewer than `limit` entries though there are more.
package struct AuditPage: Codable, Sendable {
    package var items: [AuditEntry]
    package var nextCursor: String?
    /// How many entries fit, when that was asked for; at most 10 000.
    package var total: Int?
    /// There are more than `total`.
    package var hasMoreThanTotal: Bool?

    package init(items: [AuditEntry], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// One event in the log; `seq` is its index in the tree, from 0.
package struct AuditEntry: Codable, Sendable, Hashable {
    package var seq: Int64
    package var id: UUID
    package var type: String
    package var time: Instant
    package var actor: EventActor
    package var subject: EventSubject
    package var version: Int64
    package var changes: [FieldChange]
    package var requestId: String?
    /// W3C trace context; older entries have none.
    package var traceId: String?
    package var outcome: EventOutcome
    /// The service whose outbox it came from, and its sequence number there.
    package var source: String
    package var sourceSeq: Int64
    package var recordedAt: Instant
    /// SHA-256(0x00 ‖ entry), RFC 6962 section 2.1, base64.
    package var leafHash: String
    /// Personal values that were erased; nil for none.
    package var redactions: [AuditRedaction]?
    /// Personal values that are not shown, for what is kept beside the entry is not what it was written with.
    package var unverified: [String]?

    package init(
        seq: Int64, event: Event, outcome: EventOutcome = .success, source: String, sourceSeq: Int64,
        recordedAt: Instant, leafHash: String
    ) {
        self.seq = seq
        id = event.id
        type = event.type
        time = event.time
        actor = event.actor
        subject = event.subject
        version = event.version
        changes = event.changes
        requestId = event.requestId
        traceId = event.traceId
        self.outcome = outcome
        self.source = source
        self.sourceSeq = sourceSeq
        self.recordedAt = recordedAt
        self.leafHash = leafHash
    }
}

/// The result of recomputing every leaf and the root from the stored entries.
package struct AuditVerification: Codable, Sendable, Hashable {
    package var ok: Bool
    package var size: Int64
    /// The Merkle tree hash of all entries (RFC 6962 section 2.1), base64.
    package var root: String
    package var verifiedAt: Instant
    /// What was found wrong; empty when `ok`. `firstBadSeq` names the first entry that does not fit.
    package var problems: [String]
    package var firstBadSeq: Int64?
    /// Entries below it were pruned: their hashes are there, what they said is not, so they were not recomputed.
    package var minimumIndex: Int64

    package init(
        ok: Bool, size: Int64, root: String, verifiedAt: Instant, problems: [String], firstBadSeq: Int64?,
        minimumIndex: Int64 = 0
    ) {
        self.ok = ok
        self.size = size
        self.root = root
        self.verifiedAt = verifiedAt
        self.problems = problems
        self.firstBadSeq = firstBadSeq
        self.minimumIndex = minimumIndex
    }
}
