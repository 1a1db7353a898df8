import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What one user is told of the events after a sequence number.
struct NoticePage: Sendable, Equatable {
    let notices: [DealNotice]
    /// All up to here is told or not for him.
    let through: Int64
    /// When he loses sight of one of their deals by time alone.
    var sightEnds: Instant?
}

/// What came since a sequence number, and who may see it: enough to know whom to wake.
struct News: Sendable {
    struct Item: Sendable {
        let sequence: Int64
        let deal: UUID
    }

    var through: Int64
    var items: [Item] = []
    var audiences: [UUID: Audience] = [:]

    func isSeen(_ deal: UUID, by caller: Caller, at now: Instant) -> Bool {
        (audiences[deal]?.sight(of: caller, at: now).access ?? Access.none) >= .read
    }
}

/// Who is on a deal's team at one moment, who is let in, and how far the deal is closed to others; `Access` says what
/// follows.
struct Audience: Sendable {
    let confidentiality: Confidentiality
    /// At most `TeamStore.membersMax`.
    let members: [UUID: TeamAccess]
    /// Until when each is let in; at most three times `TimedAccess.openMax`.
    let guests: [UUID: Instant]

    func sight(of caller: Caller, at now: Instant) -> Sight {
        Sight(
            role: caller.role, membership: members[caller.id], letInUntil: guests[caller.id],
            confidentiality: confidentiality, at: now)
    }
}

/// The outbox as those see it who watch deals.
struct NoticeStore: Sendable {
    let store: Store

    /// Nobody is told of more than so many events that he missed; a page that missed more loads afresh.
    static let replayMax: Int64 = 1000
    /// Events that one read for a user looks at.
    static let pageMax = 250
    /// Events that all watches are passed over with at once, under the roster's lock: at most 50 000 look-ups.
    static let newsMax = 50
    static let waitMax = Duration.seconds(30)
    private static let topic = "deals"

    func newest() async throws -> Int64 { try await store.read { db in try Outbox.span(in: db).newest } }

    /// Events and the caller's sight of their deals, of one moment: who is off the team when this reads is not told of
    /// anything, not even of having been removed. Costs one transaction and, for each deal in it, one look-up by key.
    func page(after: Int64, by caller: Caller) async throws -> NoticePage {
        try await store.read { db in
            let span = try Outbox.span(in: db)
            guard Self.canReplay(after: after, oldest: span.oldest, newest: span.newest) else {
                return NoticePage(
                    notices: [DealNotice(sequence: span.newest, kind: .resync)], through: span.newest)
            }
            let headers = try Outbox.headers(after: after, limit: Self.pageMax, in: db)
            let events = headers.compactMap { header in Self.deal(header).map { (header: header, deal: $0) } }
            let visible = try DealRows.visible(Set(events.map(\.deal)), to: caller, in: db)
            return NoticePage(
                notices: events.filter { visible.ids.contains($0.deal) }.map { Self.notice($0.header, of: $0.deal) },
                through: headers.last?.sequence ?? after, sightEnds: visible.ends)
        }
    }

    func news(after: Int64, at now: Instant) async throws -> News {
        try await store.read { db in
            var news = News(through: after)
            for header in try Outbox.headers(after: after, limit: Self.newsMax, in: db) {
                news.through = header.sequence
                guard let deal = Self.deal(header) else { continue }
                news.items.append(News.Item(sequence: header.sequence, deal: deal))
                if news.audiences[deal] == nil { news.audiences[deal] = try Self.audience(of: deal, at: now, in: db) }
            }
            return news
        }
    }

    /// Returns when there may be news: after a commit, or when nothing came for a while.
    func growth(after: Int64) async throws { try await store.outbox.wait(after: after, atMost: Self.waitMax) }

    /// Whether all that came after a number can still be told. It cannot when the number is ahead: then this file is a
    /// restored one, which numbers new events as others were numbered before.
    static func canReplay(after: Int64, oldest: Int64, newest: Int64) -> Bool {
        after <= newest && newest - after <= replayMax && after >= oldest - 1
    }

    /// Nil for what is no news of a deal. That somebody looked at it is for the log alone.
    private static func deal(_ header: Outbox.Header) -> UUID? {
        guard header.topic == topic, header.type != EventType.dealRead else { return nil }
        return UUID(uuidString: header.aggregate)
    }

    private static func notice(_ header: Outbox.Header, of deal: UUID) -> DealNotice {
        DealNotice(
            sequence: header.sequence, kind: .event, id: header.eventID, type: header.type, dealId: deal,
            dealVersion: header.aggregateVersion, time: Instant(milliseconds: header.occurredMilliseconds))
    }

    private static func audience(of deal: UUID, at now: Instant, in db: Database) throws -> Audience? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.confidentiality, m.user_id, m.access FROM deal d
                LEFT JOIN team_member m ON m.deal_id = d.id AND m.removed_ms IS NULL
                WHERE d.id = ? AND d.deleted_ms IS NULL
                """)
        let rows = try Row.fetchAll(statement, arguments: [deal])
        guard let first = rows.first else { return nil }
        var members: [UUID: TeamAccess] = [:]
        for row in rows {
            guard let user: UUID = row[1] else { continue }
            members[user] = try row.choice(2)
        }
        return Audience(
            confidentiality: try first.choice(0), members: members,
            guests: try TimedAccess.guests(of: deal, at: now, in: db))
    }
}
