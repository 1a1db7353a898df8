import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// The sums of facts are kept along the way, and are what the deals say one by one.
struct ReportFactsTests {
    /// What stands in the table, and what the stories of all deals that are neither secret nor deleted add up to.
    private static func tables(_ desk: Desk) async throws -> (kept: Set<String>, counted: Set<String>) {
        try await desk.store.read { db in
            let kept = try Row.fetchAll(db, sql: "SELECT * FROM report_fact").map { row in
                (0..<row.count).map { "\((row[$0] as DatabaseValue))" }.joined(separator: "|")
            }
            return (Set(kept), Set(try Self.counted(db)))
        }
    }

    private static func counted(_ db: Database) throws -> [String] {
        var sums: [String: [Int]] = [:]
        let rows = try Row.fetchAll(
            db, sql: "SELECT d.id, \(DealStates.attributes) FROM deal d WHERE d.deleted_ms IS NULL")
        for row in rows where row[6] {
            for (fact, sum) in try DealStates.story(row, from: 1, row[0], in: db).facts {
                for level in fact.kind.hasMonths ? [FactRows.Level.day, .month] : [.day] {
                    let key: [String] = [
                        fact.kind.rawValue, fact.type.rawValue, "\(level.rawValue)", "\(level.period(fact.day))",
                        fact.stage, fact.status, fact.flow, fact.place, fact.reason, fact.lead, fact.sector,
                        fact.country, fact.competitor, fact.currency, "\(fact.days)",
                    ]
                    let part = Int128(StageTally.part)
                    let new = [
                        sum.count, Int(sum.amount / part), Int(sum.amount % part), Int(sum.weighted / part),
                        Int(sum.weighted % part),
                    ]
                    let old = sums[key.map(quoted).joined(separator: "|")] ?? [0, 0, 0, 0, 0]
                    sums[key.map(quoted).joined(separator: "|")] = zip(old, new).map { $0 + $1 }
                }
            }
        }
        return sums.filter { $0.value != [0, 0, 0, 0, 0] }.map { key, numbers in
            "\(key)|\(numbers.map(String.init).joined(separator: "|"))"
        }
    }

    /// As a value of the database is told: texts in quotes, numbers without.
    private static func quoted(_ text: String) -> String {
        Int(text) == nil ? "\(text.databaseValue)" : text
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func whateverHappensTheSumsAreWhatTheDealsSay(seed: UInt64) async throws {
        try await Desk.with { desk in
            _ = try await GeneratedFirm(desk, deals: 12, steps: 150, seed: seed)
            let (kept, counted) = try await Self.tables(desk)
            #expect(kept == counted)
            #expect(kept.count > 100)
        }
    }

    /// A file from before gets the states and sums that it would have had.
    @Test(arguments: [21, 22] as [UInt64])
    func aFileFromBeforeIsFilledFromItsHistory(seed: UInt64) async throws {
        try await Desk.with { desk in
            _ = try await GeneratedFirm(desk, deals: 10, steps: 120, seed: seed)
            let (kept, filled) = try await desk.store.write { db in
                let states =
                    "SELECT hex(deal_id) || '|' || n || '|' || day || '|' || stage || '|' || status || '|' || "
                    + "coalesce(currency, '') || '|' || coalesce(minor, '') || '|' || probability || '|' || "
                    + "coalesce(expected_close, '') || '|' || coalesce(move, '') || '|' || furthest || '|' || "
                    + "coalesce(reason, '') FROM deal_state"
                let sums =
                    "SELECT kind || '|' || type || '|' || level || '|' || period || '|' || stage || '|' || status "
                    + "|| '|' || flow || '|' || place || '|' || days || '|' || reason || '|' || currency || '|' || "
                    + "count || '|' || whole || '|' || rest || '|' || weighted_whole FROM report_fact"
                func all() throws -> Set<String> {
                    Set(try String.fetchAll(db, sql: states) + String.fetchAll(db, sql: sums))
                }
                let kept = try all()
                try db.execute(sql: "DROP TABLE deal_state; DROP TABLE report_fact;")
                try db.execute(sql: DealsSchema.reports)
                try DealStateFill.write(in: db)
                return (kept, try all())
            }
            #expect(kept == filled)
        }
    }

    @Test func aChanceThatFollowsItsStageIsKept() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await desk.update(desk.deal("Falcon", by: banker), as: banker) {
                $0.value = Currency(code: "USD").map { .set(Money(minorUnits: 10_000, currency: $0)) }
            }
            desk.clock.advance(days: 3)
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 8 } }
            func weighted(_ asOf: BusinessDate) async throws -> String? {
                let report = try await desk.report(.pipeline, ReportQuery(asOf: asOf), as: banker)
                let column = try #require(report.columns.firstIndex { $0.key == "weighted.USD" })
                return report.rows[0].cells[column].money?.amount
            }
            #expect(try await weighted(desk.clock.now().day) == "8.00")
            #expect(try await weighted(desk.clock.now().day.adding(days: -1)) == "5.00")
            let (kept, counted) = try await Self.tables(desk)
            #expect(kept == counted && deal.probability == 5)
        }
    }

    @Test func whatADealWasIsNeverChanged() async throws {
        try await Desk.with { desk in
            _ = try await desk.deal("Falcon", by: desk.person(.banker))
            for sql in [
                "DELETE FROM deal_state", "UPDATE deal_state SET stage = 'pitch'",
                "UPDATE deal_state SET day = day - 1",
                "INSERT INTO deal_state SELECT deal_id, n, day, stage, status, currency, minor, probability, "
                    + "expected_close, move, furthest, reason FROM deal_state",
            ] {
                await #expect(throws: DatabaseError.self) { try await desk.store.write { try $0.execute(sql: sql) } }
            }
        }
    }

    @Test func aStoryWithoutChangesSaysOneOfEach() {
        let state = StoryState(
            day: 100, stage: "pitch", status: .active, currency: "USD", minorUnits: 5, probability: 10,
            expectedClose: nil, move: nil, furthest: "pitch", reason: nil)
        let story = DealStory(type: .sellSideMA, lead: "1", states: [state])
        #expect(story.facts.count == 4)
        #expect(story.facts.values.allSatisfy { $0.count == 1 })
    }
}
