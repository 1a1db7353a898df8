import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Whichever way the deals are found, the answer is the same: along one's own deals, from an index, along all.
struct WidePlanTests {
    private static let ways = [
        WideBounds(ownMax: .max, hitsMax: 0), WideBounds(ownMax: 0, hitsMax: 4000), WideBounds(ownMax: 0, hitsMax: 5),
        WideBounds(ownMax: 0, hitsMax: 0),
    ]
    private static let words = [
        "falcon", "amber", "am", "teaser", "plant", "12", "a", "b", "holding", "ärzte", "arz", "2026-00", "wind farm",
    ]

    /// Deals of two bankers, with words in names, texts and activities; a third is let in to one of them.
    private static func with(_ body: (Desk, [Person]) async throws -> Void) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 5)
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let (compliance, guest) = (desk.person(.compliance), desk.person(.banker))
            for number in 0..<30 {
                desk.clock.advance(seconds: 1)
                let owner = number % 3 == 0 ? other : banker
                let texts = (0..<3).map { _ in words.randomElement(using: &random) ?? "" }
                let level: Confidentiality = number % 7 == 0 ? .secret : .confidential
                let deal = try await desk.deal(
                    "\(texts[0]) \(number)", by: owner, client: "\(texts[1]) AG", confidentiality: level)
                let percent = Int.random(in: 0...100, using: &random)
                let changed = try await desk.update(deal, as: owner) {
                    $0.probability = .set(percent)
                    $0.nextStep = .set("Ask about \(texts[2])")
                    $0.tags = .set(number % 4 == 0 ? ["carve-out"] : [])
                    if number % 5 == 0 { $0.codeName = .set("Renamed \(texts[2]) \(number)") }
                }
                if number % 4 == 1 { _ = try await desk.write("On the \(texts[0]) and wind farm", on: deal, as: owner) }
                if number % 6 == 0 {
                    _ = try await desk.add(banker == owner ? other : banker, to: changed, by: owner, access: .read)
                }
                if number == 4 { _ = try await desk.cross(guest, on: changed, by: owner, and: compliance) }
                if number == 19 { try await desk.store.write { try WordIndex.settle(atLeast: 1, in: $0) } }
                if number == 9 { _ = try await desk.delete(desk.get(changed, as: owner), as: owner) }
            }
            try await body(desk, [banker, other, compliance, guest])
        }
    }

    private static func answer(
        _ request: ListRequest, _ caller: Caller, _ bounds: WideBounds, _ db: Database
    ) throws -> [String] {
        let statement = try DealListStatement(request, by: caller, bounds: bounds, in: db)
        let rows = try Row.fetchAll(
            db, sql: statement.page, arguments: StatementArguments(statement.pageArguments))
        let steps = try statement.pageSteps.flatMap {
            try Row.fetchAll(db, sql: statement.page, arguments: StatementArguments($0))
        }
        #expect(Array(steps.prefix(rows.count)) == rows, "whether in steps or all at once")
        let total = try Int.fetchOne(db, sql: statement.count, arguments: StatementArguments(statement.countArguments))
        let page = try rows.prefix(request.limit).map { try statement.place(of: $0).encoded() }
        return page + ["\(rows.count) of \(total ?? -1)"]
    }

    /// - Parameter search: is asked page by page, as the first way does.
    private static func compare(_ search: DealSearch, _ caller: Caller, _ desk: Desk) async throws -> Int {
        try await desk.store.read { db in
            var (search, found) = (search, 0)
            repeat {
                let request = try ListRequest(search)
                let expected = try answer(request, caller, ways[0], db)
                for way in ways.dropFirst() {
                    #expect(try answer(request, caller, way, db) == expected, "\(search) \(way)")
                }
                found += expected.count - 1
                search.cursor = expected.count > request.limit ? expected.dropLast().last : nil
            } while search.cursor != nil
            return found
        }
    }

    @Test(arguments: ["-updatedAt", "codeName", "-probability,codeName", "createdAt", "-number"])
    func everyWayAnswersTheSameSearches(sort: String) async throws {
        try await Self.with { desk, people in
            var found = 0
            for person in people {
                let caller = try desk.caller(person)
                for word in Self.words + ["amber falcon", "wind ask", "12 amber", "zzz", "\"", "% _"] {
                    let q = DealFilter.field(.q, .contains, .text(word))
                    for filter in [q, .all([.field(.status, .eq, .text("active")), q])] {
                        found += try await Self.compare(DealSearch(filter: filter, sort: sort, limit: 4), caller, desk)
                    }
                }
            }
            #expect(found > 300)
        }
    }

    @Test func everyWayAnswersTheSameFilters() async throws {
        try await Self.with { desk, people in
            var maker = FilterMaker(random: SeededRandom(state: 41))
            for count in 0..<220 {
                let filter: DealFilter = .all([maker.condition(), maker.filter(depth: 3)])
                let sort = ListSort.samples[count % ListSort.samples.count].rawValue
                for person in people {
                    let search = DealSearch(filter: count % 2 == 0 ? filter : maker.condition(), sort: sort, limit: 6)
                    _ = try await Self.compare(search, desk.caller(person), desk)
                }
            }
        }
    }

    @Test func whatIsFoundWhileTypingIsTheSame() async throws {
        try await Self.with { desk, people in
            for person in people {
                let caller = try desk.caller(person)
                try await desk.store.read { db in
                    for word in Self.words + ["amber falcon", "wind ask", "d-2026-0003"] {
                        let answers = try Self.ways.map { bounds in
                            let statement = try FindStatement(
                                WordSearch(word), limit: 5, by: caller, bounds: bounds, in: db)
                            return try Row.fetchAll(
                                db, sql: statement.sql, arguments: StatementArguments(statement.arguments)
                            ).map { "\($0[0] as UUID) \($0[1] as Int)" }
                        }
                        #expect(Set(answers).count == 1, "\(word) \(answers)")
                    }
                }
            }
        }
    }

    @Test func anIndexLeadsToAllThatFitOrNowhere() async throws {
        try await Self.with { desk, _ in
            try await desk.store.write { db in
                try WordIndex.settle(atLeast: 1, in: db)
                let fitting = try Int64.fetchSet(
                    db,
                    sql:
                        "SELECT number_order FROM deal WHERE instr(search_key, 'falcon') > 0 OR instr(words, ' falcon') > 0"
                )
                #expect(fitting.count > 1)
                let all = try #require(try IndexHits(db: db, max: 4000).few(WordSearch("falcon")))
                #expect(try IndexHits(db: db, max: all.count).few(WordSearch("falcon")) == all)
                for max in 0..<all.count {
                    let hits = try IndexHits(db: db, max: max).few(WordSearch("falcon"))
                    #expect(hits?.isSuperset(of: fitting) ?? true, "not all with \(max)")
                    if max < fitting.count { #expect(hits == nil, "\(max)") }
                }
                for text in ["zzz", "zz"] { #expect(try IndexHits(db: db, max: 4000).few(WordSearch(text)) == []) }
            }
        }
    }
}
