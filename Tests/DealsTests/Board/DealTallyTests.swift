import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Tallies are kept along the way, and are what counting every deal would say.
struct DealTallyTests {
    private struct Cast {
        let bankers: [Person]
        let compliance: Person
        let guest: Person

        init(_ desk: Desk) {
            bankers = [desk.person(.banker), desk.person(.banker), desk.person(.banker)]
            compliance = desk.person(.compliance)
            guest = desk.person(.banker)
        }

        var readers: [Person] { bankers + [compliance, guest] }
    }

    /// Answers no rows when the table is right.
    private static let differences = """
        WITH counted AS (
            SELECT s.scope, d.type, d.stage, d.status, coalesce(d.value_currency, ''), d.probability, COUNT(*),
                SUM(coalesce(d.value_minor, 0) / 1000000000), SUM(coalesce(d.value_minor, 0) % 1000000000)
            FROM deal d JOIN (
                SELECT deal_id, user_id AS scope FROM team_member WHERE removed_ms IS NULL
                UNION ALL SELECT id, x'' FROM deal WHERE confidentiality <> 'secret') s ON s.deal_id = d.id
            WHERE d.deleted_ms IS NULL GROUP BY 1, 2, 3, 4, 5, 6)
        SELECT * FROM (SELECT * FROM counted EXCEPT SELECT * FROM deal_tally)
        UNION ALL SELECT * FROM (SELECT * FROM deal_tally EXCEPT SELECT * FROM counted)
        """

    /// One thing that happens to a deal, or is refused.
    private static func step(
        _ step: Int, _ deal: Deal, _ desk: Desk, _ cast: Cast, _ random: inout SeededRandom
    ) async throws {
        let owner = cast.bankers[0]
        let other = cast.bankers[Int.random(in: 1...2, using: &random)]
        let current = try await desk.get(deal, as: owner)
        if current.deletedAt != nil {
            _ = try await desk.restore(current, as: owner)
            return
        }
        let (minor, percent) = (
            Int64.random(in: 0...9_000_000_000_000, using: &random), Int.random(in: 0...3, using: &random)
        )
        let code = ["USD", "EUR", "JPY"].randomElement(using: &random) ?? "USD"
        let level = Confidentiality.allCases.randomElement(using: &random) ?? .secret
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            _ = try await desk.update(current, as: owner) {
                $0.value = Currency(code: code).map { .set(Money(minorUnits: minor, currency: $0)) }
            }
        case 1: _ = try await desk.update(current, as: owner) { $0.value = .clear }
        case 2: _ = try await desk.update(current, as: owner) { $0.probability = .set(percent) }
        case 3: _ = try await desk.update(current, as: owner) { $0.confidentiality = .set(level) }
        case 4: _ = try await desk.add(other, to: current, by: owner, access: .edit)
        case 5: try await desk.remove(other, from: current, by: owner)
        case 6: _ = try await desk.delete(current, as: owner)
        default:
            let stage = ["on_hold", "active", "lost", "withdrawn"].randomElement(using: &random) ?? "lost"
            _ = try await desk.move(current, to: stage, as: owner, reason: "markets")
        }
    }

    /// What a board counts, told by the tallies and by the deals.
    private static func boards(
        _ request: BoardRequest, _ person: Person, _ desk: Desk
    ) async throws -> (tallied: [String], counted: [String]) {
        let caller = try desk.caller(person)
        return try await desk.store.read { db in
            func rows(tallies: Bool) throws -> [String] {
                let scope = try BoardScope(request, by: caller, tallies: tallies, in: db)
                #expect((scope.tally != nil) == tallies)
                let statement = TallyStatement(request, scope, by: caller)
                return try Row.fetchAll(
                    db, sql: statement.sql, arguments: StatementArguments(statement.arguments)
                ).map { row in
                    (0..<row.count).map { "\((row[$0] as DatabaseValue))".replacing("NULL", with: "0") }
                        .joined(separator: "|")
                }.sorted()
            }
            return (try rows(tallies: true), try rows(tallies: false))
        }
    }

    private static func requests() throws -> [BoardRequest] {
        var some = DealBoardQuery(pipeline: .sellSideMA)
        some.filters.probabilityMin = 1
        some.filters.currency = "USD"
        some.filters.stageCategory = [.origination, .pitch]
        var lost = DealBoardQuery(pipeline: .sellSideMA)
        lost.filters.status = [.lost]
        return try [BoardRequest(DealBoardQuery(pipeline: .sellSideMA)), BoardRequest(some), BoardRequest(lost)]
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whateverHappensTheTalliesAreWhatCountingSays(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let cast = Cast(desk)
            var (deals, done) = ([Deal](), 0)
            for number in 0..<90 {
                desk.clock.advance(seconds: 1)
                if number < 8 {
                    let level = Confidentiality.allCases.randomElement(using: &random)
                    deals.append(try await desk.deal("Deal \(number)", by: cast.bankers[0], confidentiality: level))
                    continue
                }
                do {
                    let deal = try #require(deals.randomElement(using: &random))
                    try await Self.step(number, deal, desk, cast, &random)
                    done += 1
                } catch is RPCFault {
                    // What is refused changes nothing.
                }
                let wrong = try await desk.store.read { try Row.fetchAll($0, sql: Self.differences).map(\.description) }
                #expect(wrong.isEmpty, "\(wrong)")
            }
            #expect(done > 30)
            for deal in deals.prefix(4) {
                for person in [cast.guest, cast.bankers[1], cast.compliance] {
                    do {
                        _ = try await desk.cross(person, on: deal, by: cast.bankers[0], and: cast.compliance)
                    } catch is RPCFault {
                        // It is deleted, or he is on it.
                    }
                }
            }
            for request in try Self.requests() {
                for person in cast.readers {
                    let (tallied, counted) = try await Self.boards(request, person, desk)
                    #expect(tallied == counted)
                }
            }
        }
    }

    @Test func aFileFromBeforeGetsTheTalliesOfItsDeals() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["Falcon", "Hawk"] { _ = try await desk.deal(name, by: banker) }
            let (kept, filled) = try await desk.store.write { db in
                let sql = "SELECT quote(scope) || type || stage || deals || whole || rest FROM deal_tally ORDER BY 1"
                let kept = try String.fetchAll(db, sql: sql)
                try db.execute(sql: "DELETE FROM deal_tally")
                try db.execute(sql: DealsSchema.tallyRows)
                return (kept, try String.fetchAll(db, sql: sql))
            }
            #expect(kept == filled && kept.count == 2)
        }
    }

    @Test func aFilterOfMoreThanTheTalliesKnowCountsTheDeals() async throws {
        try await Desk.with { desk in
            let caller = try desk.caller(desk.person(.banker))
            var query = DealBoardQuery(pipeline: .sellSideMA)
            query.filters.sector = ["Food"]
            let request = try BoardRequest(query)
            #expect(TallyScope(request.filter, by: caller) == nil)
        }
    }
}
