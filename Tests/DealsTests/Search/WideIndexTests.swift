import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Who sees many deals comes to those that he asks for along an index, and never by all of them.
struct WideIndexTests {
    private static func plan(
        _ sql: String, _ arguments: DealListStatement.Arguments, _ db: Database
    ) throws -> [String] {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(arguments))
            .map { $0["detail"] }
    }

    private static let conditions: [(DealFilterField, DealCondition.Comparison)] = [
        (.member, .isOneOf([.me, .me])), (.tag, .equals(.text("x"))), (.createdAt, .compares(.less, .number(1))),
        (.updatedAt, .compares(.more, .number(1))), (.probability, .equals(.number(1))),
        (.stageEnteredOn, .compares(.atMost, .text("2026-01-01"))), (.daysInStage, .compares(.more, .days(3))),
        (.expectedCloseOn, .compares(.atLeast, .text("2026-01-01"))),
    ]

    @Test func everyConditionWithAnIndexIsCountedByItAlone() async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(.compliance))
            try await desk.store.read { db in
                for (field, comparison) in Self.conditions {
                    let index = try #require(IndexedCondition(field, comparison, caller: caller), "\(field)")
                    let counted = try Self.plan("SELECT 1 \(index.sql)", index.arguments, db)
                    let read = try Self.plan("SELECT d.number_order \(index.deals)", index.arguments, db)
                    #expect(counted.count == 1 && counted[0].hasPrefix("SEARCH"), "\(field) \(counted)")
                    #expect(counted[0].contains("INDEX") || counted[0].contains("PRIMARY KEY"), "\(field) \(counted)")
                    #expect(read.allSatisfy { $0.hasPrefix("SEARCH") }, "\(field) \(read)")
                }
                for field in [DealFilterField.sector, .stage, .lead, .product, .currency] {
                    #expect(IndexedCondition(field, .equals(.text("ecm")), caller: caller) == nil)
                    #expect(DealFacets.match(field, .equals(.text("ecm")), caller: caller) != nil)
                }
            }
        }
    }

    @Test(arguments: [Role.compliance, .banker]) func eachOrderOfTheListIsThatOfAnIndex(role: Role) async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(role))
            for field in DealSortField.allCases {
                for sort in [field.rawValue, "-\(field.rawValue)"] {
                    let request = try ListRequest(DealSearch(sort: sort))
                    let plan = try await desk.store.read { db in
                        let statement = try DealListStatement(
                            request, within: DealScope(walkingAllFor: caller), by: caller, in: db)
                        return try Self.plan(statement.page, statement.pageArguments, db)
                    }
                    #expect(plan.first?.hasPrefix("SCAN d USING INDEX") == true, "\(sort) \(plan)")
                    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sort) \(plan)")
                }
            }
        }
    }

    @Test(arguments: [Role.compliance, .banker]) func whatAnIndexFoundIsReadByItsKeys(role: Role) async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(role))
            let filter = DealFilter.field(.q, .contains, .text("falcon parcel"))
            let request = try ListRequest(DealSearch(filter: filter))
            let plans = try await desk.store.read { db in
                let scope = DealScope(caller, among: [1, 2])
                let statement = try DealListStatement(request, within: scope, by: caller, in: db)
                return [
                    try Self.plan(statement.page, statement.pageArguments, db),
                    try Self.plan(statement.count, statement.countArguments, db),
                ]
            }
            for plan in plans {
                #expect(plan.first?.hasPrefix("SCAN j VIRTUAL TABLE") == true, "\(plan)")
                #expect(plan.dropFirst().first?.contains("SEARCH d USING INDEX") == true, "\(plan)")
                #expect(!plan.dropFirst().contains { $0.hasPrefix("SCAN") }, "\(plan)")
            }
        }
    }

    @Test func candidatesAreFoundByTheirIndexes() async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(.compliance))
            try await desk.store.read { db in
                let find = WideFind(db: db, caller: caller, max: 5)
                let plans = try find.statements(WordSearch("falcon")).map {
                    try Self.plan($0.sql, $0.arguments + [5], db)
                }
                #expect(plans.count == 4)
                for plan in plans {
                    let walk = plan.first ?? ""
                    #expect(walk.hasPrefix("SEARCH d USING") || walk.contains("VIRTUAL TABLE INDEX"), "\(plan)")
                    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
                    #expect(!plan.dropFirst().contains { $0.hasPrefix("SCAN") }, "\(plan)")
                }
            }
        }
    }

    /// What a board adds up is read from the tallies of the one who asks.
    @Test(arguments: [Role.compliance, .banker, .observer]) func aBoardsNumbersAreReadFromTallies(role: Role)
        async throws
    {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(role))
            let request = try BoardRequest(DealBoardQuery(pipeline: .sellSideMA))
            let plan = try await desk.store.read { db in
                let tally = TallyStatement(request, try BoardScope(request, by: caller, in: db), by: caller)
                return try Self.plan(tally.sql, tally.arguments, db)
            }
            #expect(plan.contains { $0.hasPrefix("SEARCH t USING PRIMARY KEY (scope=?") }, "\(plan)")
            #expect(plan.contains { $0.hasPrefix("SEARCH d USING INDEX sqlite_autoindex_deal_1") }, "\(plan)")
            // Scanned are what has been found, and nothing that is stored.
            #expect(plan.allSatisfy { !$0.hasPrefix("SCAN") || ["SCAN d", "SCAN x"].contains($0) }, "\(plan)")
            let totals = try await desk.store.read { try Self.plan(TotalsStore.sql, [], $0) }
            #expect(totals.first?.hasPrefix("SEARCH deal_tally USING PRIMARY KEY (scope=?") == true, "\(totals)")
        }
    }
}
