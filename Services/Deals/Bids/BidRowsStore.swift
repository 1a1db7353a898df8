import Contracts
import Foundation
import GRDB
import RPC

/// The table `bid`, row by row, with the names of the counterparties.
enum BidRows {
    private static let selected = """
        SELECT b.id, b.counterparty_id, c.name, b.round, b.received_on, b.low_minor, b.high_minor, b.currency, b.basis,
            b.form, b.cash_units, b.financing, b.conditions, b.exclusivity_days, b.expires_on, b.score, b.note,
            b.supersedes, b.superseded_ms, b.withdrawn_by, b.withdrawn_ms, b.withdrawal_reason, b.added_by, b.added_ms,
            b.updated_ms, b.version, b.position
        FROM bid b CROSS JOIN counterparty c ON c.id = b.counterparty_id
        """
    private static let isCurrent = "b.superseded_ms IS NULL AND b.withdrawn_ms IS NULL"

    /// The one that was written down last first.
    /// - Parameter position: of the last one of the page before; nil for the first page.
    static func page(
        of deal: UUID, round: Int?, before position: Int?, limit: Int, in db: Database
    ) throws -> [(bid: DealBid, position: Int)] {
        let statement = try db.cachedStatement(
            sql: """
                \(selected) WHERE b.deal_id = ?1 AND b.position < ?2 AND (?3 IS NULL OR b.round = ?3)
                ORDER BY b.position DESC LIMIT ?4
                """)
        return try Row.fetchAll(statement, arguments: [deal, position ?? Int.max, round, limit]).map {
            (try bid($0), $0[26])
        }
    }

    /// Those that stand; at most one of each counterparty in each round.
    static func current(of deal: UUID, in db: Database) throws -> [DealBid] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE b.deal_id = ? AND \(isCurrent) ORDER BY b.round, b.position")
        return try Row.fetchAll(statement, arguments: [deal]).map(bid)
    }

    static func current(
        of counterparty: UUID, round: Int, deal: UUID, in db: Database
    ) throws -> DealBid? {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE b.deal_id = ? AND b.round = ? AND b.counterparty_id = ? AND \(isCurrent)")
        return try Row.fetchOne(statement, arguments: [deal, round, counterparty]).map(bid)
    }

    /// - Throws: the same `notFound` for what is not there and for what belongs to another deal.
    static func bid(_ id: UUID?, of deal: UUID, in db: Database) throws -> DealBid {
        let statement = try db.cachedStatement(sql: "\(selected) WHERE b.id = ? AND b.deal_id = ?")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("bid")
        }
        return try bid(row)
    }

    static func count(of deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT COUNT(*) FROM bid WHERE deal_id = ?")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    /// Nil when the deal has no such counterparty.
    static func counterpartyName(_ id: UUID, of deal: UUID, in db: Database) throws -> String? {
        let statement = try db.cachedStatement(
            sql: "SELECT name FROM counterparty WHERE id = ? AND deal_id = ? AND removed_ms IS NULL")
        return try String.fetchOne(statement, arguments: [id, deal])
    }

    /// Whether the counterparty has ever bid.
    static func exist(of counterparty: UUID, on deal: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM bid WHERE deal_id = ? AND counterparty_id = ?)")
        return try Bool.fetchOne(statement, arguments: [deal, counterparty]) ?? false
    }

    static func insert(_ bid: DealBid, into deal: UUID, in db: Database) throws {
        let (low, high) = bid.price.ends
        try db.cachedStatement(
            sql: """
                INSERT INTO bid (id, deal_id, position, counterparty_id, round, received_on, low_minor, high_minor, currency, basis,
                    form, cash_units, financing, conditions, exclusivity_days, expires_on, score, note, supersedes,
                    superseded_ms, added_by, added_ms, updated_ms, version)
                VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM bid WHERE deal_id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            bid.id, deal, deal, bid.counterpartyId, bid.round, bid.receivedOn.text, low?.minorUnits, high?.minorUnits,
            low?.currency.code, bid.price.basis.rawValue, bid.form.rawValue, bid.cashPercent?.units,
            bid.financing.rawValue, bid.conditions, bid.exclusivityDays, bid.expiresOn?.text, bid.score, bid.note,
            bid.supersedes, bid.status == .superseded ? bid.addedAt.milliseconds : nil, bid.addedBy,
            bid.addedAt.milliseconds, bid.updatedAt.milliseconds, bid.version,
        ])
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: DealBid, at now: Instant, in db: Database) throws -> DealBid {
        var bid = changed
        bid.version += 1
        // A clock that was set back must not make the bid look older than it was.
        bid.updatedAt = max(now, changed.updatedAt)
        let (low, high) = bid.price.ends
        try db.cachedStatement(
            sql: """
                UPDATE bid SET received_on = ?, low_minor = ?, high_minor = ?, currency = ?, basis = ?, form = ?,
                    cash_units = ?, financing = ?, conditions = ?, exclusivity_days = ?, expires_on = ?, score = ?,
                    note = ?, superseded_ms = ?, withdrawn_by = ?, withdrawn_ms = ?, withdrawal_reason = ?,
                    updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            bid.receivedOn.text, low?.minorUnits, high?.minorUnits, low?.currency.code, bid.price.basis.rawValue,
            bid.form.rawValue, bid.cashPercent?.units, bid.financing.rawValue, bid.conditions, bid.exclusivityDays,
            bid.expiresOn?.text, bid.score, bid.note,
            bid.status == .superseded ? bid.updatedAt.milliseconds : nil, bid.withdrawnBy,
            bid.withdrawnAt?.milliseconds, bid.withdrawalReason, bid.updatedAt.milliseconds, bid.version, bid.id,
            changed.version,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return bid
    }

    private static func bid(_ row: Row) throws -> DealBid {
        guard let low = try row.money(minor: 5, currency: 7), let high = try row.money(minor: 6, currency: 7) else {
            throw StoredValueFault(column: "low_minor")
        }
        let basis: BidBasis = try row.choice(8)
        let withdrawn: Int64? = row[20]
        let isSuperseded = !row.hasNull(atIndex: 18)
        var bid = DealBid(
            id: row[0], counterpartyId: row[1], counterpartyName: row[2], round: row[3], receivedOn: try row.day(4),
            price: low == high ? BidPrice(point: low, basis: basis) : BidPrice(low: low, high: high, basis: basis),
            form: try row.choice(9), financing: try row.choice(11),
            status: withdrawn != nil ? .withdrawn : isSuperseded ? .superseded : .current, addedBy: row[22],
            addedAt: Instant(milliseconds: row[23]), updatedAt: Instant(milliseconds: row[24]), version: row[25])
        let cash: Int64? = row[10]
        bid.cashPercent = cash.flatMap(Percent.init(units:))
        (bid.conditions, bid.exclusivityDays, bid.expiresOn) = (row[12], row[13], try row.optionalDay(14))
        (bid.score, bid.note, bid.supersedes) = (row[15], row[16], row[17])
        (bid.withdrawnBy, bid.withdrawnAt) = (row[19], withdrawn.map(Instant.init(milliseconds:)))
        bid.withdrawalReason = row[21]
        return bid
    }
}

extension BidPrice {
    /// The same twice of one amount; both are there of a price that was checked.
    var ends: (low: Money?, high: Money?) { (point ?? low, point ?? high) }
}
