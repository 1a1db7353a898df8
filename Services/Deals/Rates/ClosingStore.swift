import Contracts
import Crypto
import Foundation
import GRDB

/// Freezes the rates of deals that end.
enum Closings {
    /// From now on the deal is converted by the rates of this day, as they stand at this moment. In the transaction in which
    /// it ends, or in which the day of its end is corrected.
    static func freeze(_ deal: UUID, on day: BusinessDate, in db: Database) throws {
        let closing = try closing(on: day, in: db)
        try db.cachedStatement(sql: "UPDATE deal SET closing_id = ? WHERE id = ?").execute(arguments: [closing, deal])
    }

    /// The rates of the day as they stand: those that a deal before had, when they are the same.
    static func closing(on day: BusinessDate, in db: Database) throws -> Int64 {
        let rates = try RateStore.latest(on: day, in: db)
        let digest = digest(of: rates)
        let known = try db.cachedStatement(sql: "SELECT id FROM closing WHERE day = ? AND digest = ?")
        if let id = try Int64.fetchOne(known, arguments: [day.text, digest]) { return id }
        try db.cachedStatement(sql: "INSERT INTO closing (day, digest) VALUES (?, ?)").execute(
            arguments: [day.text, digest])
        let id = db.lastInsertedRowID
        let insert = try db.cachedStatement(sql: "INSERT INTO closing_rate VALUES (?, ?, ?, ?, ?, ?)")
        for rate in rates {
            try insert.execute(arguments: [
                id, rate.base, rate.quote, rate.asOf.text, rate.rate.digits, rate.rate.scale,
            ])
        }
        return id
    }

    private static func digest(of rates: [ExchangeRate]) -> Data {
        let lines = rates.map { "\($0.base)/\($0.quote) \($0.asOf.text) \($0.rate.text)\n" }.joined()
        return Data(SHA256.hash(data: Data(lines.utf8)))
    }

    /// For a file from before there were closings: each ended deal gets the rates of its day as they stand now.
    static func fill(in db: Database) throws {
        let day = """
            coalesce(d.closed_on, (
                SELECT t.effective_on FROM stage_transition t WHERE t.deal_id = d.id ORDER BY t.seq DESC LIMIT 1),
                d.stage_entered_on)
            """
        let ended = "d.status IN ('won', 'lost', 'withdrawn')"
        let days = try String.fetchAll(db, sql: "SELECT DISTINCT \(day) FROM deal d WHERE \(ended)")
        for text in days {
            guard let day = BusinessDate(text: text) else { throw StoredValueFault(column: "closed_on") }
            _ = try closing(on: day, in: db)
        }
        // Before there are others of the same day.
        try db.execute(
            sql: """
                UPDATE deal AS d SET closing_id = (SELECT c.id FROM closing c WHERE c.day = \(day)) WHERE \(ended);
                \(DealsSchema.closingTallyRows)
                """)
    }
}

/// Converts values of deals that have ended into one currency: by the rates that were frozen when they did; where those
/// lead nowhere, because none was known then, by the rates of that day that are known by now; where there are none
/// either, not at all.
///
/// For sums: `SELECT closing_id, value_currency, SUM(…) … GROUP BY closing_id, value_currency` of deals whose `closing_id` is
/// not null, each through `convert`, all through `ConvertedTotal`. A sum is rounded once, so group alike what must agree.
/// Lives in one transaction.
final class ClosedRates {
    let target: Currency
    private let db: Database
    private var frozen: [Int64: CurrencyConverter] = [:]
    private var late: [Int64: CurrencyConverter] = [:]

    init(to target: Currency, in db: Database) { (self.target, self.db) = (target, db) }

    /// Nil when no rate leads to the target, or the amount does not fit there.
    func convert(_ money: Money, closing: Int64) throws -> Money? {
        guard money.currency != target else { return money }
        if let converted = try converter(of: closing).convert(money) { return converted }
        return try lateConverter(of: closing).convert(money)
    }

    private func converter(of closing: Int64) throws -> CurrencyConverter {
        if let known = frozen[closing] { return known }
        let statement = try db.cachedStatement(
            sql: "SELECT base, quote, digits, scale FROM closing_rate WHERE closing_id = ?")
        let converter = CurrencyConverter(
            to: target,
            try Row.fetchAll(statement, arguments: [closing]).map { row in
                guard let rate = DecimalRate(digits: row[2], scale: row[3]) else {
                    throw StoredValueFault(column: "digits")
                }
                return (row[0], row[1], rate)
            })
        frozen[closing] = converter
        return converter
    }

    private func lateConverter(of closing: Int64) throws -> CurrencyConverter {
        if let known = late[closing] { return known }
        let statement = try db.cachedStatement(sql: "SELECT day FROM closing WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [closing]) else { throw StoredValueFault(column: "day") }
        let converter = try RateStore.converter(to: target, on: row.day(0), in: db)
        late[closing] = converter
        return converter
    }
}

/// Adds up amounts that were converted one by one, and keeps apart by currency what could not be.
struct ConvertedTotal: Sendable {
    private(set) var total: Money
    private var left: [String: Money] = [:]
    /// What does not fit in one amount any more.
    private var beyond: [Money] = []

    init(in target: Currency) { total = Money(minorUnits: 0, currency: target) }

    /// - Parameter converted: nil when it could not be converted.
    mutating func add(_ amount: Money, as converted: Money?) {
        if let converted, let sum = Self.sum(total, converted) {
            total = sum
        } else if let sum = left[amount.currency.code].map({ Self.sum($0, amount) }) ?? amount {
            left[amount.currency.code] = sum
        } else {
            beyond.append(amount)
        }
    }

    /// What could not be converted in the order of the currencies' codes.
    var sum: ConvertedSum {
        ConvertedSum(total: total, unconverted: left.sorted { $0.key < $1.key }.map(\.value) + beyond)
    }

    private static func sum(_ a: Money, _ b: Money) -> Money? {
        let (units, isTooMuch) = a.minorUnits.addingReportingOverflow(b.minorUnits)
        return isTooMuch ? nil : Money(minorUnits: units, currency: a.currency)
    }
}
