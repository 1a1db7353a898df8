import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// What stories about forecasts are told with.
extension Desk {
    func fee(
        _ amount: String, _ code: String = "USD", on deal: Deal, as person: Person, expectedOn: BusinessDate? = nil,
        status: FeeStatus? = nil
    ) async throws -> DealFee {
        var terms = FeeTerms(kind: .success, basis: .flat, currency: code)
        let currency = try #require(Currency(code: code))
        terms.amount = Money(amount: amount, currency: currency)
        let new = NewDealFee(terms: terms, status: status, expectedOn: expectedOn)
        return try await call(DealMethods.addFee, new, as: person, on: [deal.id.text])
    }

    func change(
        _ fee: DealFee, of deal: Deal, as person: Person, _ change: (inout DealFeePatch) -> Void
    ) async throws -> DealFee {
        var patch = DealFeePatch()
        change(&patch)
        return try await call(
            DealMethods.updateFee, patch, as: person, on: [deal.id.text, fee.id.text], ifMatch: fee.version)
    }

    /// What every fee counts as, found from the fees and the deals alone. Of a waived fee no amount is known any more.
    func places() async throws -> [UUID: [UUID: ForecastPlace]] {
        try await store.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT d.id, f.id, f.status, f.expected_on, d.expected_close_on, f.paid_on, f.currency, d.probability,
                        f.actual_minor, f.ours_minor, d.status, d.forecast_category
                    FROM fee f JOIN deal d ON d.id = f.deal_id WHERE f.removed_ms IS NULL
                    """)
            var places: [UUID: [UUID: ForecastPlace]] = [:]
            for row in rows {
                let status: FeeStatus = try row.choice(2)
                let ended = ["lost", "withdrawn"].contains(row[10] as String) || (row[11] as String) == "omitted"
                if ended, status == .planned || status == .contracted { continue }
                let (expected, closing, paid): (String?, String?, String?) = (row[3], row[4], row[5])
                let (actual, ours): (Int64?, Int64?) = (row[8], row[9])
                let minor: Int64? =
                    switch status {
                    case .paid: actual
                    case .invoiced: actual ?? ours
                    case .planned, .contracted: ours
                    case .waived: nil
                    }
                let day = status == .paid ? paid : expected ?? closing
                places[row[0], default: [:]][row[1]] = ForecastPlace(
                    month: day.map { String($0.prefix(7)) } ?? "", currency: row[6], status: status,
                    percent: status == .planned ? row[7] : 100, minor: minor)
            }
            return places
        }
    }
}

extension ForecastFigures {
    /// Without the amounts of waived fees.
    var withoutWaived: [Key: Sum] { sums.filter { $0.key.status != .waived } }
}

extension Report {
    /// A cell by what stands in the first cells of its row and by its column's key.
    func cell(_ row: [String], _ column: String) -> ReportCell? {
        guard let place = columns.firstIndex(where: { $0.key == column }) else { return nil }
        let found = rows.first { line in
            zip(row, line.cells).allSatisfy { $0 == $1.text }
        }
        return found?.cells[place]
    }

    func amount(_ row: [String], _ column: String) -> String? { cell(row, column)?.money?.amount }
}
