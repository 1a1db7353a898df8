import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// The reports on workload, stale deals, overrides and insiders: what they count, and for whom.
struct WorkReportTests {
    private static func task(
        _ desk: Desk, on deal: Deal, by person: Person, owner: Person?, dueOn: BusinessDate?
    ) async throws {
        let new = NewDealTask(title: "work", ownerId: owner?.id, dueOn: dueOn)
        _ = try await desk.call(DealMethods.addTask, new, as: person, on: [deal.id.text])
    }

    /// Row of a person, by the name that the team has.
    private static func row(_ person: Person, _ report: Report) -> [String: Int] {
        let row = report.rows.first { $0.cells.first?.text?.hasSuffix(String(person.id.text.suffix(4))) == true }
        return Dictionary(
            zip(report.columns, row?.cells ?? []).compactMap { column, cell in cell.count.map { (column.key, $0) } }
        ) { first, _ in first }
    }

    @Test func workloadCountsWhatTheAskerSees() async throws {
        try await Desk.with { desk in
            let (banker, other, stranger) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let (compliance, manager) = (desk.person(.compliance), desk.person(.management))
            var deals: [Deal] = []
            for number in 0..<4 {
                deals.append(
                    try await desk.deal(
                        "Deal \(number)", by: banker, confidentiality: number == 3 ? .secret : .confidential))
            }
            for deal in deals.prefix(2) + deals.suffix(1) {
                _ = try await desk.add(other, to: deal, by: banker, access: .edit)
            }
            _ = try await desk.move(deals[1], to: "lost", as: banker, reason: "price")
            let monday = BusinessDate.today.monday
            try await Self.task(desk, on: deals[0], by: banker, owner: other, dueOn: .yesterday)
            try await Self.task(desk, on: deals[0], by: banker, owner: other, dueOn: monday.adding(days: 6))
            try await Self.task(desk, on: deals[3], by: banker, owner: other, dueOn: monday.adding(days: 7))
            try await Self.task(desk, on: deals[0], by: banker, owner: nil, dueOn: monday.adding(days: 7))

            let own = try await desk.report(.workload, as: other)
            let week = "due.\(monday.adding(days: 7).text)"
            #expect(Self.row(other, own)["deals"] == 2)
            #expect(Self.row(other, own)["overdue"] == 1)
            #expect(Self.row(other, own)["due.\(monday.text)"] == 1)
            #expect(Self.row(other, own)[week] == 1)
            // Deals that he is not on are not counted for others either.
            #expect(Self.row(banker, own)["deals"] == 2)
            let bankers = try await desk.report(.workload, as: banker)
            #expect(Self.row(banker, bankers)["deals"] == 3)
            let told = try await desk.report(.workload, as: compliance)
            #expect(Self.row(other, told)["deals"] == 1)
            #expect(Self.row(other, told)[week] == 0)
            #expect(told.cell(["nobody"], week)?.count == 1)
            let path = try #require(told.cell(["nobody"], week)?.deals)
            #expect(try await desk.deals(behind: path, as: compliance) == [deals[0].id: 1])
            #expect(try await desk.report(.workload, as: stranger).rows.isEmpty)
            // Two live deals that are not secret are too few to tell of.
            #expect(try await desk.report(.workload, as: manager).rows.isEmpty)
        }
    }

    @Test func timeOnHoldMakesNoDealStale() async throws {
        try await Desk.with { desk in
            let (admin, banker, compliance) = (desk.person(.admin), desk.person(.banker), desk.person(.compliance))
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.staleAfterDays = 10 } }
            let waits = try await desk.deal("Falcon", by: banker)
            let held = try await desk.deal("Heron", by: banker)
            let secret = try await desk.deal("Hawk", by: banker, confidentiality: .secret)
            desk.clock.advance(days: 4)
            _ = try await desk.move(held, to: "on_hold", as: banker, reason: "markets")
            desk.clock.advance(days: 5)
            _ = try await desk.move(held, to: "active", as: banker)
            desk.clock.advance(days: 2)
            func stale(_ person: Person) async throws -> [String] {
                let report = try await desk.report(.stale, ReportQuery(groupBy: .deal), as: person)
                return report.rows.map { "\($0.cells[1].text ?? "") \($0.cells[5].days ?? 0)" }
            }
            #expect(try await stale(banker).sorted() == ["Falcon 11", "Hawk 11"])
            #expect(try await stale(compliance) == ["Falcon 11"])
            let counts = try await desk.report(.stale, as: compliance)
            #expect(counts.cell(["sell_side_ma", "origination"], "deals")?.count == 1)
            let path = try #require(counts.cell(["sell_side_ma", "origination"], "deals")?.deals)
            #expect(try await desk.deals(behind: path, as: compliance) == [waits.id: 1])
            desk.clock.advance(days: 5)
            #expect(try await stale(compliance) == ["Falcon 16", "Heron 11"])
            #expect(try await desk.report(.stale, as: compliance).totals?.cells.last?.count == 2)
            _ = try await desk.delete(secret, as: banker)
            #expect(try await stale(banker) == ["Falcon 16", "Heron 11"])
        }
    }

    @Test func insidersAreToldToComplianceAndWhoManages() async throws {
        try await Desk.with { desk in
            let (banker, member, guest) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let (compliance, manager) = (desk.person(.compliance), desk.person(.management))
            let deal = try await desk.deal("Falcon", by: banker)
            let secret = try await desk.deal("Hawk", by: banker, confidentiality: .secret)
            _ = try await desk.add(member, to: deal, by: banker, access: .edit)
            _ = try await desk.cross(guest, on: deal, by: banker, and: compliance)
            desk.clock.advance(days: 7)
            try await desk.remove(member, from: deal, by: banker)
            let report = try await desk.report(.insiders, as: banker)
            func row(_ report: Report, _ deal: Deal) -> [Int]? {
                report.rows.first { $0.cells[0].text == deal.number }.map { $0.cells.compactMap(\.count) }
            }
            #expect(row(report, deal) == [1, 0, 0, 0, 1])
            #expect(row(report, secret) == [1, 0, 0, 0, 0])
            let then = ReportQuery(from: .today, to: .today)
            let before = try await desk.report(.insiders, then, as: banker)
            #expect(row(before, deal) == [2, 1, 0, 3, 0])
            let told = try await desk.report(.insiders, as: compliance)
            #expect(row(told, deal) == [1, 0, 0, 0, 1])
            #expect(row(told, secret) == nil)
            // Who only edits learns of nobody.
            #expect(try await desk.report(.insiders, then, as: guest).rows.isEmpty)
            try await fault("not_found") { try await desk.report(.insiders, as: manager) }
        }
    }

    @Test func overridesAreCountedByStageAndPerson() async throws {
        try await Desk.with { desk in
            let (banker, stranger, manager) = (desk.person(.banker), desk.person(.banker), desk.person(.management))
            let compliance = desk.person(.compliance)
            let deal = try await desk.deal("Falcon", by: banker)
            let caller = try desk.caller(banker)
            try await desk.store.write { db in
                let move = StageTransition(
                    id: UUIDv7.make(at: caller.now), fromStage: "origination", toStage: "pitch", fromStatus: .active,
                    toStatus: .active, direction: .forward, reason: nil, effectiveOn: caller.today, daysInFrom: 0,
                    by: caller.id,
                    at: caller.now, override: MoveOverride(reason: "the committee knows of it"),
                    overriddenBy: caller.id, unmet: [FieldFault("conflictStatus", "conflict_pending", "Ask for it.")])
                try TransitionRows.insert(move, of: deal.id, in: db)
            }
            for person in [banker, compliance] {
                let report = try await desk.report(.overrides, as: person)
                #expect(report.rows.count == 1)
                #expect(report.rows.first?.cells[7].text == "conflict_pending")
                #expect(report.rows.first?.cells[6].text == "the committee knows of it")
                let stages = try await desk.report(.overrides, ReportQuery(groupBy: .stage), as: person)
                #expect(stages.cell(["sell_side_ma", "pitch"], "overrides")?.count == 1)
                let people = try await desk.report(.overrides, ReportQuery(groupBy: .person), as: person)
                let path = try #require(people.rows.first?.cells[1].deals)
                #expect(try await desk.deals(behind: path, as: person) == [deal.id: 1])
            }
            #expect(try await desk.report(.overrides, as: stranger).rows.isEmpty)
            try await fault("not_found") { try await desk.report(.overrides, as: manager) }
        }
    }

    /// The tallies say what counting says, whatever happens.
    @Test(arguments: [1, 2] as [UInt64])
    func talliesOfWorkAreWhatCountingSays(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let people = [desk.person(.banker), desk.person(.banker)]
            var deals: [Deal] = []
            for number in 0..<6 { deals.append(try await desk.deal("Deal \(number)", by: people[0])) }
            for _ in 0..<80 {
                desk.clock.advance(seconds: 1)
                let deal = try #require(deals.randomElement(using: &random))
                do {
                    let current = try await desk.get(deal, as: people[0])
                    if current.deletedAt != nil {
                        _ = try await desk.restore(current, as: people[0])
                        continue
                    }
                    switch Int.random(in: 0..<7, using: &random) {
                    case 0: _ = try await desk.add(people[1], to: current, by: people[0], access: .edit)
                    case 1: try await desk.remove(people[1], from: current, by: people[0])
                    case 2: _ = try await desk.delete(current, as: people[0])
                    case 3:
                        let level = Confidentiality.allCases.randomElement(using: &random) ?? .secret
                        _ = try await desk.update(current, as: people[0]) { $0.confidentiality = .set(level) }
                    case 4:
                        let stage = ["on_hold", "active", "lost"].randomElement(using: &random) ?? "lost"
                        _ = try await desk.move(current, to: stage, as: people[0], reason: "markets")
                    case 5:
                        let tasks = try await desk.call(
                            DealMethods.tasks, Nothing(), as: people[0], on: [deal.id.text]
                        ).items
                        guard let task = tasks.randomElement(using: &random) else { continue }
                        var patch = DealTaskPatch()
                        patch.done = .set(!task.done)
                        _ = try await desk.call(
                            DealMethods.updateTask, patch, as: people[0], on: [deal.id.text, task.id.text],
                            ifMatch: task.version)
                    default:
                        let day = BusinessDate.today.adding(days: Int.random(in: 0...20, using: &random))
                        let owner = random.next() % 2 == 0 ? people[0] : nil
                        try await Self.task(desk, on: current, by: people[0], owner: owner, dueOn: day)
                    }
                } catch is RPCFault { continue }
            }
            let differences = try await desk.store.read { db in
                try Int.fetchOne(
                    db,
                    sql: """
                        WITH deals AS (SELECT m.user_id, COUNT(*) FROM team_member m JOIN deal d ON d.id = m.deal_id
                                WHERE m.removed_ms IS NULL AND d.deleted_ms IS NULL AND d.confidentiality <> 'secret'
                                    AND d.status IN ('active', 'on_hold') GROUP BY 1),
                            tasks AS (SELECT coalesce(t.owner_user_id, x''), t.due_key, COUNT(*)
                                FROM deal_task t JOIN deal d ON d.id = t.deal_id
                                WHERE t.deleted_ms IS NULL AND t.done_ms IS NULL AND d.deleted_ms IS NULL
                                    AND d.confidentiality <> 'secret' GROUP BY 1, 2)
                        SELECT (SELECT COUNT(*) FROM (SELECT * FROM deals EXCEPT SELECT * FROM workload_deals))
                            + (SELECT COUNT(*) FROM (SELECT * FROM workload_deals EXCEPT SELECT * FROM deals))
                            + (SELECT COUNT(*) FROM (SELECT * FROM tasks EXCEPT SELECT * FROM workload_tasks))
                            + (SELECT COUNT(*) FROM (SELECT * FROM workload_tasks EXCEPT SELECT * FROM tasks))
                        """)
            }
            #expect(differences == 0)
        }
    }
}
