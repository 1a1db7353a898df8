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
            let converted = try Self.converted(tallies, request, scope, by: caller, in: db)
            let columns = try stages.map { stage in
                let tally = tallies[stage.key] ?? StageTally()
                let (cards, next): ([DealCard], String?) =
                    try tally.count == 0
                    ? ([], nil) : Self.cards(request.cards(of: stage), in: scope.deals, by: caller, in: db)
                return DealBoardColumn(
                    stage: stage.key, name: stage.name, category: DealStageCategory(stage.category),
                    count: tally.count, sums: tally.values, converted: converted[stage.key], items: cards,
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

    /// By stage; none when nobody asks for a currency.
    private static func converted(
        _ tallies: [String: StageTally], _ request: BoardRequest, _ scope: BoardScope, by caller: Caller,
        in db: Database
    ) throws -> [String: ConvertedSum] {
        guard let target = request.convertTo else { return [:] }
        let converter = try RateStore.converter(to: target, on: request.asOf ?? caller.today, in: db)
        let rates = ClosedRates(to: target, in: db)
        let statement = ClosingStatement(request, scope, by: caller)
        var closed: [String: [ClosedSum]] = [:]
        let rows = try Row.fetchCursor(
            db.makeStatement(sql: statement.sql), arguments: StatementArguments(statement.arguments))
        while let row = try rows.next() {
            let sum = StageTally.sum(parts: (row[3] ?? 0, row[4] ?? 0))
            closed[row[0], default: []].append(ClosedSum(closing: row[1], currency: row[2], minorUnits: sum))
        }
        var out: [String: ConvertedSum] = [:]
        for (stage, tally) in tallies {
            out[stage] = try tally.converted(by: converter, closed[stage] ?? [], rates)
        }
        return out
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

/// Sums of the ended deals of a board by stage, closing and currency.
struct ClosingStatement {
    let sql: String
    let arguments: DealListStatement.Arguments

    init(_ request: BoardRequest, _ scope: BoardScope, by caller: Caller) {
        let filter = request.filter.map { ConditionSQL($0, caller: caller) }
        let asked = "AND d.type = ? \(filter.map { "AND \($0.text)" } ?? "")"
        let columns = "d.stage, d.closing_id, d.value_currency"
        // These tallies do not tell probabilities apart.
        let isTallied = request.filter?.fields.contains(.probability) != true
        if let tally = scope.tally, isTallied {
            sql = "SELECT \(columns), SUM(d.whole), SUM(d.rest) \(tally.closedSQL) \(asked) GROUP BY \(columns)"
            arguments = tally.arguments + [request.pipeline.rawValue] + (filter?.arguments ?? [])
        } else {
            sql = """
                SELECT \(columns), SUM(d.value_minor / \(StageTally.part)), SUM(d.value_minor % \(StageTally.part))
                \(scope.deals.sql) \(asked) AND d.closing_id IS NOT NULL AND d.value_minor IS NOT NULL GROUP BY \(columns)
                """
            arguments = scope.deals.arguments + [request.pipeline.rawValue] + (filter?.arguments ?? [])
        }
    }
}
