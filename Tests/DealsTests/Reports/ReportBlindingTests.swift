import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What management learns of deals that it may not see: nothing of fewer than three, and nothing from which it follows.
struct ReportBlindingTests {
    private static func reports(_ desk: Desk, as person: Person) async throws -> [Report] {
        var reports: [Report] = []
        for builder in Reports.all where builder.parameters.isForManagement {
            guard case .required = builder.parameters.ofType else {
                reports.append(try await desk.report(builder.name, as: person))
                continue
            }
            for type in GeneratedFirm.types {
                reports.append(try await desk.report(builder.name, ReportQuery(type: type), as: person))
            }
        }
        return reports
    }

    @Test(arguments: [31, 32, 33] as [UInt64])
    func noNumberIsOfFewerThanThreeAndNoneLeadsToADeal(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 40, steps: 200, seed: seed)
            for report in try await Self.reports(desk, as: firm.management) {
                let cells = (report.rows + [report.totals].compactMap { $0 }).flatMap(\.cells)
                #expect(cells.allSatisfy { $0.deals == nil && ($0.count ?? 3) >= 3 }, "\(report.report)")
                #expect(report.withheld == cells.count { $0.withheld == true })
            }
        }
    }

    /// The numbers that are told are those of all deals that are not secret.
    @Test(arguments: [41, 42] as [UInt64])
    func whatIsToldIsTrue(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 45, steps: 120, seed: seed)
            let today = desk.clock.now().day
            let recount = Recount(
                deals: try await PastDeal.all(desk, for: firm.management), today: today.daysSince1970)
            let pipeline = try await desk.report(.pipeline, as: firm.management)
            let stands = recount.pipeline(asOf: today.daysSince1970)
            for row in pipeline.rows {
                let cell = "\(row.cells[0].text ?? "").\(row.cells[1].text ?? "")"
                if let count = row.cells[3].count { #expect(count == stands[cell]?.count, "\(cell)") }
            }
            let movement = try await desk.report(.movement, as: firm.management)
            let week = today.monday.adding(days: -7)
            #expect(movement.from == week && movement.to == week.adding(days: 6))
            let moves = recount.movement(week.daysSince1970...week.adding(days: 6).daysSince1970)
            for row in movement.rows {
                guard let count = row.cells[2].count else { continue }
                let deals = moves[row.cells[0].text ?? ""] ?? [:]
                #expect(count == deals.values.reduce(0, +) && deals.count >= 3)
            }
            for type in GeneratedFirm.types {
                let times = try await desk.report(.timeInStage, ReportQuery(type: type), as: firm.management)
                let (from, to) = (try #require(times.from), try #require(times.to))
                #expect(from.day == 1 && to.adding(days: 1).day == 1)
                let stays = recount.timeInStage(type, from.daysSince1970...to.daysSince1970)
                for row in times.rows {
                    guard let count = row.cells[2].count else { continue }
                    let deals = stays["stays.\(row.cells[0].text ?? "")"] ?? [:]
                    #expect(count == deals.values.reduce(0, +) && deals.count >= 3)
                }
            }
        }
    }

    /// Whoever came no further than a stage is not told by the difference of two numbers: with the withheld ones dealt
    /// out otherwise, every number that is told stays as it is.
    @Test func funnelsTellNoSmallNumberByTheirDifferences() {
        var random = SeededRandom(state: 5)
        for _ in 0..<2000 {
            let ends = (0..<Int.random(in: 2...11, using: &random)).map { _ in Int.random(in: 0...7, using: &random) }
            let told = Self.told(ends)
            let hidden = BlindRow(ends).cells.indices.filter { BlindRow(ends).cells[$0] == nil }
            #expect(hidden.allSatisfy { ends[$0] < 3 || hidden.count > 1 })
            var turned = ends
            for (index, place) in hidden.enumerated() { turned[place] = ends[hidden[(index + 1) % hidden.count]] }
            #expect(Self.told(turned) == told, "\(ends)")
            if told[0] != nil, !hidden.isEmpty { #expect(hidden.contains { ends[$0] >= 3 }) }
        }
    }

    private static func told(_ ends: [Int]) -> [Int?] {
        zip(ends.indices, FunnelReport.told(ends)).map { index, isTold in isTold ? ends[index...].reduce(0, +) : nil }
    }

    /// Of what came and what ended at least two are withheld, and the opening with them, so that none follows from the
    /// closings of two weeks.
    @Test(arguments: [51, 52, 53] as [UInt64])
    func movementsWithholdWhatTheOthersWouldTell(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 60, steps: 40, seed: seed)
            let report = try await desk.report(.movement, as: firm.management)
            let flows = report.rows.filter {
                ["created", "reopened", "won", "lost", "withdrawn"].contains($0.cells[0].text ?? "")
            }
            let hidden = flows.count { $0.cells[2].withheld == true }
            #expect(hidden != 1)
            if hidden > 0 {
                #expect(report.rows.first { $0.cells[0].text == "opening" }?.cells[2].withheld == true)
            }
        }
    }

    @Test func secretDealsAreInNoNumber() async throws {
        try await Desk.with { desk in
            let (banker, manager) = (desk.person(.banker), desk.person(.management))
            for number in 0..<5 { _ = try await desk.deal("Code \(number)", by: banker) }
            let before = try await Self.reports(desk, as: manager)
            for number in 0..<6 {
                let deal = try await desk.deal("Secret \(number)", by: banker, confidentiality: .secret)
                try await desk.rewrite(deal.id, as: banker) { $0.stage = "pitch" }
            }
            #expect(try await Self.reports(desk, as: manager) == before)
        }
    }

    @Test func managementChoosesNothing() async throws {
        try await Desk.with { desk in
            let manager = desk.person(.management)
            let query = ReportQuery(from: .yesterday, to: .today, groupBy: .lead, type: .leveragedFinance)
            let refused = try await fault("query_invalid") { try await desk.report(.winLoss, query, as: manager) }
            #expect(
                refused.details == ["from not_allowed", "to not_allowed", "groupBy not_allowed", "type not_allowed"])
            try await fault("forbidden") {
                try await desk.call(
                    DealMethods.reportDeals, ReportDealQuery(cell: "total"), as: manager, on: ["pipeline"])
            }
            try await fault("forbidden") { try await desk.report(.pipeline, as: desk.person(.admin)) }
        }
    }
}
