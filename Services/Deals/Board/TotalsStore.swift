import Contracts
import GRDB
import RPC
import Storage

/// What management sees of all pipelines, above the wall. Takes no filter: two answers that differ by one deal would tell
/// of that deal. Secret deals are in none of its numbers.
struct TotalsStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    static let sql = """
        SELECT type, stage, nullif(currency, ''), SUM(deals), SUM(whole), SUM(rest)
        FROM deal_tally WHERE scope = x'' AND status IN ('active', 'on_hold', 'won')
        GROUP BY type, stage, currency
        """

    func totals() async throws -> DealTotals {
        let items = try await store.read { db in
            let rows = try Row.fetchCursor(db.cachedStatement(sql: Self.sql))
            var tallies: [DealType: [String: StageTally]] = [:]
            while let row = try rows.next() {
                let type: DealType = try row.choice(0)
                tallies[type, default: [:]][row[1], default: StageTally()].add(
                    count: row[3], currency: row[2], probability: 0, parts: (row[4], row[5]))
            }
            return try DealType.allCases.map { type in
                Self.totals(of: type, try pipelines.pipeline(of: type, in: db).stages, tallies[type] ?? [:])
            }
        }
        let told = items.compactMap(\.count)
        return DealTotals(items: items, count: told.isEmpty ? nil : told.reduce(0, +))
    }

    static func totals(of type: DealType, _ stages: [Stage], _ tallies: [String: StageTally]) -> PipelineTotals {
        let blind = BlindRow(stages.map { tallies[$0.key]?.count ?? 0 })
        let told = zip(stages, blind.cells).map { stage, count in
            let sums = count == nil ? [] : tallies[stage.key]?.values ?? []
            return StageTotals(
                stage: stage.key, name: stage.name, count: count,
                amounts: sums.filter { $0.count >= BlindRow.cellMin }.map {
                    CurrencyTotal(currency: $0.currency, amount: $0.amount)
                })
        }
        return PipelineTotals(pipeline: type, count: blind.total, stages: told)
    }
}
