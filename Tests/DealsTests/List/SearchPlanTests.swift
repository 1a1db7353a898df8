import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// A banker's search costs what his own deals cost, whatever he asks: his memberships are walked first, by their index, and
/// each deal is fetched by its key.
struct SearchPlanTests {
    @Test(arguments: [.newestChange, .oldestChange] + ListSort.samples.suffix(4))
    func aBankersSearchWalksHisMembershipsFirst(sort: ListSort) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var maker = FilterMaker(random: SeededRandom(state: 31))
            var filters: [DealFilter] = []
            for _ in 0..<150 { filters.append(maker.filter()) }
            for field in DealFilterField.allCases { filters += Self.each(field) }
            for filter in filters {
                for plan in try await Self.plans(desk, filter, sort, as: banker) where !Self.isOfTallies(plan) {
                    #expect(plan.first?.hasPrefix("SEARCH m ") == true, "\(filter) \(plan)")
                    #expect(plan.first?.contains("team_member_deals") == true, "\(filter) \(plan)")
                    #expect(plan.dropFirst().first?.hasPrefix("SEARCH d USING") == true, "\(filter) \(plan)")
                    #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(filter) \(plan)")
                }
            }
        }
    }

    @Test func aSearchInTheOrderOfChangesIsNotSorted() async throws {
        try await Desk.with { desk in
            for person in [desk.person(.banker), desk.person(.compliance)] {
                let filter = DealFilter.field(.status, .eq, .text("active"))
                let plans = try await Self.plans(
                    desk, filter, .newestChange, as: person, walksAll: person.role == .compliance)
                #expect(!(plans.first ?? []).contains { $0.contains("TEMP B-TREE") })
            }
        }
    }

    /// What a tally knows is counted by it.
    private static func isOfTallies(_ plan: [String]) -> Bool {
        plan.contains { $0.hasPrefix("SEARCH t USING PRIMARY KEY (scope=?") }
    }

    /// Every operation of a field, once.
    private static func each(_ field: DealFilterField) -> [DealFilter] {
        var maker = FilterMaker(random: SeededRandom(state: 1))
        var found: [DealFilter: DealFilter] = [:]
        while found.count < field.column.operations.count {
            let filter = maker.condition()
            if case .object(let members) = filter, members["field"] == .text(field.rawValue), let op = members["op"] {
                found[op] = filter
            }
        }
        return Array(found.values)
    }

    /// Of the page, of a later page, and of the count.
    private static func plans(
        _ desk: Desk, _ filter: DealFilter, _ sort: ListSort, as person: Person, walksAll: Bool = false
    ) async throws -> [[String]] {
        let caller = try desk.caller(person)
        let keys = sort.keys.map { $0.field.isText ? ListCursor.Key.text("deal") : .number(1) }
        let cursor = try ListCursor(sort: sort, keys: keys, id: person.id).encoded()
        let requests = [
            try ListRequest(DealSearch(filter: filter, sort: sort.rawValue)),
            try ListRequest(DealSearch(filter: filter, sort: sort.rawValue, cursor: cursor)),
        ]
        return try await desk.store.read { db in
            try requests.flatMap { request in
                let scope = walksAll ? DealScope(walkingAllFor: caller) : nil
                let statement = try DealListStatement(request, within: scope, by: caller, in: db)
                return [
                    try plan(statement.page, statement.pageArguments, db),
                    try plan(statement.count, statement.countArguments, db),
                ]
            }
        }
    }

    private static func plan(_ sql: String, _ arguments: DealListStatement.Arguments, _ db: Database) throws -> [String]
    {
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: StatementArguments(arguments))
            .map { $0["detail"] }
    }
}

extension Desk {
    func caller(_ person: Person) throws -> Caller {
        let context = RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits))
        return try Caller(context, may: .readDeals, now: clock.now())
    }
}
