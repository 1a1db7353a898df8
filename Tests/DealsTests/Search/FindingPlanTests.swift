import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Whoever asks, boards, searches and views walk an index: the caller's own memberships, or the deals in the order in
/// which they are answered.
struct FindingPlanTests {
    private static func plan(
        _ sql: String, _ arguments: DealListStatement.Arguments, _ db: Database
    ) throws -> [String] {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(arguments))
            .map { $0["detail"] }
    }

    private static func board(after cursor: String? = nil) throws -> BoardRequest {
        var query = DealBoardQuery(pipeline: .sellSideMA, cursor: cursor, column: "pitch")
        query.filters.q = "falcon parcel"
        query.filters.member = ["me"]
        query.filters.overdue = true
        query.filters.sector = ["Food", "Energy"]
        return try BoardRequest(query)
    }

    /// Of a board's numbers, of a column, of its next cards, and of a search as it is typed.
    private static func plans(_ caller: Caller, _ db: Database) throws -> [[String]] {
        let cursor = try ListCursor(sort: .newestChange, keys: [.number(1)], id: caller.id).encoded()
        let tally = try TallyStatement(board(), BoardScope(board(), by: caller, in: db), by: caller)
        var plans = [try plan(tally.sql, tally.arguments, db)]
        for request in [try board(), try board(after: cursor)] {
            let cards = try DealListStatement(
                request.cards(of: Pipeline.builtIn(for: request.pipeline).first), by: caller, in: db)
            plans.append(try plan(cards.page, cards.pageArguments, db))
        }
        let find = try FindStatement(WordSearch("falcon parcel"), limit: 10, by: caller, in: db)
        return plans + [try plan(find.sql, find.arguments, db)]
    }

    @Test(arguments: [Role.banker, .observer]) func membersWalkTheirOwnDeals(role: Role) async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(role))
            for plan in try await desk.store.read({ try Self.plans(caller, $0) }) {
                #expect(plan.first?.hasPrefix("SEARCH m ") == true, "\(plan)")
                #expect(plan.first?.contains("team_member_deals") == true, "\(plan)")
                #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
            }
        }
    }

    /// Compliance sees nearly all deals: a column is walked in its order; numbers that no tally knows are those of one
    /// pipeline.
    @Test func aBoardOfComplianceWalksItsPipeline() async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(.compliance))
            let plain = try BoardRequest(DealBoardQuery(pipeline: .sellSideMA))
            let (tally, column) = try await desk.store.read { db in
                let tally = TallyStatement(plain, try BoardScope(plain, by: caller, tallies: false, in: db), by: caller)
                let column = try DealListStatement(
                    plain.cards(of: Pipeline.builtIn(for: plain.pipeline).first),
                    within: DealScope(walkingAllFor: caller), by: caller, in: db)
                return (
                    try Self.plan(tally.sql, tally.arguments, db),
                    try Self.plan(column.page, column.pageArguments, db)
                )
            }
            #expect(tally.contains { $0.hasPrefix("SEARCH d USING INDEX deal_by_stage (type=?") }, "\(tally)")
            #expect(column.first?.contains("deal_by_stage (type=? AND stage=?") == true, "\(column)")
            #expect(!column.contains { $0.contains("TEMP B-TREE") }, "\(column)")
        }
    }

    /// Where no index leads to few, none tempts a list away from that of its order.
    @Test(arguments: [DealFilterField.type, .product, .stage, .stageCategory, .status])
    func aListOfComplianceWalksTheDealsInItsOrder(field: DealFilterField) async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(.compliance))
            let value: DealFilter =
                switch field {
                case .type: .text("ecm_ipo")
                case .product: .text("ecm")
                case .status: .text("active")
                default: .text("pitch")
                }
            let request = try ListRequest(DealSearch(filter: .field(field, .eq, value)))
            let plan = try await desk.store.read { db in
                let statement = try DealListStatement(
                    request, within: DealScope(walkingAllFor: caller), by: caller, in: db)
                return try Self.plan(statement.page, statement.pageArguments, db)
            }
            #expect(plan.first?.contains("deal_by_update") == true, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }

    @Test func viewsAreFoundByTheirIndexes() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let plan = try await desk.store.read { db in
                try Self.plan(ViewRows.pageSQL, [banker.id, "", banker.id, 10], db)
            }
            #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }
}
