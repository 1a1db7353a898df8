import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// The firm's exchange rates by pair and day. Whoever replaces one leaves both in the event.
struct RateStore: Sendable {
    let store: Store

    /// Pairs are answered all at once.
    static let pairsMax = 1000

    func latest(on day: BusinessDate) async throws -> RateList {
        try await store.read { db in RateList(items: try Self.latest(on: day, in: db)) }
    }

    func series(_ request: RateSeriesRequest) async throws -> RateSeries {
        try await store.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM exchange_rate r
                    WHERE base = ? AND quote = ? AND as_of < ? ORDER BY as_of DESC LIMIT ?
                    """)
            let rows = try Row.fetchAll(
                statement,
                arguments: [request.base, request.quote, request.before?.text ?? "9999-12-31", request.limit + 1])
            let items = try rows.prefix(request.limit).map(Self.rate)
            return RateSeries(
                items: items, nextCursor: rows.count > request.limit ? items.last.map(\.asOf.text) : nil)
        }
    }

    /// Sets all of them, or none; rates that stand there already as they should are not told of.
    func set(_ form: RateForm, by caller: Caller) async throws -> RateList {
        try await store.write { db in
            var changes: [FieldChange] = []
            let rates = try form.rates.map { new in
                let rate = ExchangeRate(
                    base: new.base, quote: new.quote, asOf: new.asOf, rate: new.rate, source: new.source,
                    setBy: caller.id, setAt: caller.now)
                let before = try Self.rate(of: new, in: db)
                if before?.rate == rate.rate, before?.source == rate.source { return before ?? rate }
                try Self.put(rate, in: db)
                changes.append(
                    FieldChange(
                        "\(new.base)/\(new.quote) \(new.asOf.text)", before: before?.rate.text, after: rate.rate.text))
                return rate
            }
            try Self.requireRoom(in: db)
            if !changes.isEmpty { try EventFeed.append(.ratesChanged(changes, by: caller), in: db) }
            return RateList(items: rates)
        }
    }

    static func requireRoom(in db: Database) throws {
        let pairs = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM exchange_pair") ?? 0
        guard pairs <= pairsMax else {
            throw RPCFault(.failedPrecondition, "pairs_full", "There are rates for at most \(pairsMax) pairs.")
        }
    }

    /// What amounts are converted by on this day; of deals that have ended, `ClosedRates` does it.
    static func converter(to target: Currency, on day: BusinessDate, in db: Database) throws -> CurrencyConverter {
        CurrencyConverter(to: target, try latest(on: day, in: db))
    }

    static func latest(on day: BusinessDate, in db: Database) throws -> [ExchangeRate] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(columns) FROM exchange_pair p
                JOIN exchange_rate r ON r.base = p.base AND r.quote = p.quote AND r.as_of = (
                    SELECT max(as_of) FROM exchange_rate WHERE base = p.base AND quote = p.quote AND as_of <= ?)
                ORDER BY p.base, p.quote
                """)
        return try Row.fetchAll(statement, arguments: [day.text]).map(rate)
    }

    static func rate(of new: NewRate, in db: Database) throws -> ExchangeRate? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(columns) FROM exchange_rate r WHERE base = ? AND quote = ? AND as_of = ?")
        return try Row.fetchOne(statement, arguments: [new.base, new.quote, new.asOf.text]).map(rate)
    }

    static func put(_ rate: ExchangeRate, in db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO exchange_pair VALUES (?, ?) ON CONFLICT DO NOTHING").execute(
            arguments: [rate.base, rate.quote])
        try db.cachedStatement(
            sql: """
                INSERT INTO exchange_rate (base, quote, as_of, digits, scale, source, set_by, set_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET digits = excluded.digits, scale = excluded.scale, source = excluded.source,
                    set_by = excluded.set_by, set_ms = excluded.set_ms
                """
        ).execute(arguments: [
            rate.base, rate.quote, rate.asOf.text, rate.rate.digits, rate.rate.scale, rate.source, rate.setBy,
            rate.setAt.milliseconds,
        ])
    }

    private static let columns = "r.base, r.quote, r.as_of, r.digits, r.scale, r.source, r.set_by, r.set_ms"

    private static func rate(_ row: Row) throws -> ExchangeRate {
        guard let rate = DecimalRate(digits: row[3], scale: row[4]) else { throw StoredValueFault(column: "digits") }
        return ExchangeRate(
            base: row[0], quote: row[1], asOf: try row.day(2), rate: rate, source: row[5], setBy: row[6],
            setAt: Instant(milliseconds: row[7]))
    }
}

extension Event {
    static func ratesChanged(_ changes: [FieldChange], by caller: Caller) -> Event {
        ofRates(EventType.ratesChanged, changes, by: caller)
    }

    static func ofRates(_ type: String, _ changes: [FieldChange], by caller: Caller) -> Event {
        Event(
            id: UUIDv7.make(at: caller.now), type: type, time: caller.now,
            actor: EventActor(caller.context), subject: EventSubject(kind: "rates", id: "rates"), changes: changes,
            requestId: caller.context.requestID, traceId: caller.context.trace.traceID)
    }
}
