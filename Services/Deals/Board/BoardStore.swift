import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Boards: what a column counts and adds up is asked by the same scope and filter as its cards, in one transaction.
struct BoardStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func board(_ request: BoardRequest, by caller: Caller) async throws -> DealBoard {
        try await store.read { db in
            let stages = try request.stages(of: pipelines.pipeline(of: request.pipeline, in: db))
            let scope = try BoardScope(request, by: caller, in: db)
            let tallies = try Self.tallies(TallyStatement(request, scope, by: caller), in: db)
            let converter = try request.convertTo.map { try RateStore.converter(to: $0, on: caller.today, in: db) }
            let columns = try stages.map { stage in
                let tally = tallies[stage.key] ?? StageTally()
                let (cards, next): ([DealCard], String?) =
                    try tally.count == 0
                    ? ([], nil) : Self.cards(request.cards(of: stage), in: scope.deals, by: caller, in: db)
                return DealBoardColumn(
                    stage: stage.key, name: stage.name, category: DealStageCategory(stage.category),
                    count: tally.count, sums: tally.values, converted: converter.flatMap(tally.converted), items: cards,
                    nextCursor: next)
            }
            return DealBoard(pipeline: request.pipeline, columns: columns)
        }
    }

    /// By stage.
    private static func tallies(_ statement: TallyStatement, in db: Database) throws -> [String: StageTally] {
        let rows = try Row.fetchCursor(
            db.makeStatement(sql: statement.sql), arguments: StatementArguments(statement.arguments))
        var tallies: [String: StageTally] = [:]
        while let row = try rows.next() {
            tallies[row[0], default: StageTally()].add(
                count: row[3], currency: row[1], probability: row[2], parts: (row[4] ?? 0, row[5] ?? 0))
        }
        return tallies
    }

    private static func cards(
        _ request: ListRequest, in scope: DealScope, by caller: Caller, in db: Database
    ) throws -> ([DealCard], String?) {
        let statement = try DealListStatement(request, within: scope, by: caller, in: db)
        let rows = try Row.fetchAll(
            db.makeStatement(sql: statement.page), arguments: StatementArguments(statement.pageArguments))
        let shown = rows.prefix(request.limit)
        let cards = try shown.compactMap { row in try DealRows.deal(row[0], in: db).map(DealCard.init) }
        let last = rows.count > shown.count ? shown.last : nil
        return (cards, try last.map(statement.place)?.encoded())
    }
}

/// Counts and sums of a board by stage, currency and probability.
struct TallyStatement {
    let sql: String
    let arguments: DealListStatement.Arguments

    init(_ request: BoardRequest, _ scope: BoardScope, by caller: Caller) {
        let filter = request.filter.map { ConditionSQL($0, caller: caller) }
        let asked = "AND d.type = ? \(filter.map { "AND \($0.text)" } ?? "")"
        let groups = "GROUP BY d.stage, d.value_currency, d.probability"
        let columns = "d.stage, d.value_currency, d.probability"
        if let tally = scope.tally {
            sql = "SELECT \(columns), SUM(d.deals), SUM(d.whole), SUM(d.rest) \(tally.sql) \(asked) \(groups)"
        } else {
            sql = """
                SELECT \(columns), COUNT(*), SUM(d.value_minor / \(StageTally.part)),
                    SUM(d.value_minor % \(StageTally.part))
                \(scope.deals.sql) \(asked) \(groups)
                """
        }
        arguments =
            (scope.tally?.arguments ?? scope.deals.arguments) + [request.pipeline.rawValue] + (filter?.arguments ?? [])
    }
}
