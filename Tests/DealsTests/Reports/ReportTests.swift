import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Every number of every report is what looking at each deal's past says, and its deals are those and no others.
struct ReportTests {
    private static func days(_ from: BusinessDate, _ to: BusinessDate) -> ClosedRange<Int> {
        from.daysSince1970...to.daysSince1970
    }

    /// Each number that has deals, by its cell.
    private static func numbers(_ report: Report) throws -> [String: (count: Int, reference: String)] {
        var numbers: [String: (count: Int, reference: String)] = [:]
        for cell in (report.rows + [report.totals].compactMap { $0 }).flatMap(\.cells) {
            guard let reference = cell.deals else { continue }
            let items = URLComponents(string: reference)?.queryItems ?? []
            let key = try #require(items.first { $0.name == "cell" }?.value)
            numbers[key] = (try #require(cell.count), reference)
        }
        return numbers
    }

    private static func check(
        _ report: Report, _ expected: Recount.Cells, _ desk: Desk, as person: Person,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let numbers = try numbers(report)
        let name = "\(report.report.rawValue) for \(person.role)"
        for (cell, deals) in expected {
            #expect(numbers[cell] != nil, "\(name): \(cell) of \(deals.count)", sourceLocation: sourceLocation)
        }
        for (cell, number) in numbers {
            let deals = expected[cell] ?? [:]
            #expect(number.count == deals.values.reduce(0, +), "\(name): \(cell)", sourceLocation: sourceLocation)
            let found = try await desk.deals(behind: number.reference, as: person)
            #expect(found == deals, "\(name): \(cell)", sourceLocation: sourceLocation)
        }
        #expect(report.withheld == 0, sourceLocation: sourceLocation)
        for row in report.rows { #expect(row.cells.count == report.columns.count, sourceLocation: sourceLocation) }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func everyNumberIsWhatItsDealsSay(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 18, steps: 260, seed: seed)
            let today = desk.clock.now().day
            let shared = try #require(try await desk.list(as: firm.bankers[0]).items.first)
            _ = try await desk.add(firm.bankers[1], to: shared, by: firm.bankers[0], access: .read)
            for person in firm.bankers + [firm.compliance, firm.stranger] {
                let recount = Recount(
                    deals: try await PastDeal.all(desk, for: person), today: today.daysSince1970)
                for back in [0, 40, 95] {
                    let day = today.adding(days: -back)
                    let report = try await desk.report(.pipeline, ReportQuery(asOf: day), as: person)
                    try await Self.check(report, recount.pipeline(asOf: day.daysSince1970), desk, as: person)
                }
                for (from, to) in [(today.adding(days: -60), today.adding(days: -5)), (today.monday, today)] {
                    let query = ReportQuery(from: from, to: to)
                    let movement = try await desk.report(.movement, query, as: person)
                    try await Self.check(movement, recount.movement(Self.days(from, to)), desk, as: person)
                }
                let from = today.adding(days: -150)
                for type in GeneratedFirm.types {
                    let query = ReportQuery(from: from, to: today, type: type)
                    let funnel = try await desk.report(.funnel, query, as: person)
                    try await Self.check(funnel, recount.funnel(type, Self.days(from, today)), desk, as: person)
                    let times = try await desk.report(.timeInStage, query, as: person)
                    try await Self.check(times, recount.timeInStage(type, Self.days(from, today)), desk, as: person)
                }
            }
        }
    }

    @Test(arguments: [3, 4] as [UInt64])
    func endsAreCountedWhateverTheyAreGroupedBy(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 16, steps: 160, seed: seed)
            let today = desk.clock.now().day
            let from = today.adding(days: -70)
            let groupings: [(ReportGrouping, (PastDeal) -> String)] = [
                (.reason, \.reason), (.lead, \.deal.leadId.text), (.type, \.deal.type.rawValue),
                (.product, { DealProduct($0.deal.type).rawValue }), (.sector, { $0.deal.sector ?? "" }),
                (.country, { $0.deal.country ?? "" }), (.competitor, { $0.deal.lostTo ?? "" }),
                (.month, { String(BusinessDate(daysSince1970: $0.endedOn ?? 0).text.prefix(7)) }),
            ]
            for person in [firm.bankers[0], firm.compliance] {
                let recount = Recount(deals: try await PastDeal.all(desk, for: person), today: today.daysSince1970)
                for (grouping, group) in groupings {
                    let report = try await desk.report(
                        .winLoss, ReportQuery(from: from, to: today, groupBy: grouping), as: person)
                    let expected = recount.winLoss(Self.days(from, today), by: group)
                    try await Self.check(report, expected, desk, as: person)
                }
            }
        }
    }

    @Test(arguments: [5, 6] as [UInt64])
    func amountsAndDaysAreThoseOfTheDeals(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 14, steps: 200, seed: seed)
            let today = desk.clock.now().day
            for person in [firm.bankers[0], firm.compliance] {
                let deals = try await PastDeal.all(desk, for: person)
                let day = today.adding(days: -30)
                let pipeline = try await desk.report(.pipeline, ReportQuery(asOf: day, groupBy: .type), as: person)
                for row in pipeline.rows {
                    let standing = deals.compactMap { $0.at(day.daysSince1970) }.filter {
                        $0.type.rawValue == row.cells[0].text && !$0.status.isEnded
                    }
                    for (column, cell) in zip(pipeline.columns, row.cells) where column.key.hasPrefix("value.") {
                        let code = String(column.key.dropFirst("value.".count))
                        let values = standing.compactMap(\.value).filter { $0.currency.code == code }
                        let sum = values.reduce(Int64(0)) { $0 + $1.minorUnits }
                        let money = Currency(code: code).map { Money(minorUnits: sum, currency: $0).amount }
                        #expect(cell.money?.amount == (values.isEmpty ? nil : money), "\(column.key)")
                    }
                }
                let query = ReportQuery(from: today.adding(days: -90), to: today, type: .sellSideMA)
                let report = try await desk.report(.timeInStage, query, as: person)
                let stays = deals.filter { $0.deal.type == .sellSideMA }.flatMap {
                    $0.stays(today: today.daysSince1970)
                }
                for row in report.rows {
                    let ended = stays.filter {
                        $0.stage == row.cells[0].text && ($0.ended ?? 0) >= today.daysSince1970 - 90
                    }.map(\.days).sorted()
                    let running = stays.filter { $0.stage == row.cells[0].text && $0.ended == nil }.map(\.days).sorted()
                    #expect(row.cells[3].days == Self.rank(ended, 50) && row.cells[4].days == Self.rank(ended, 75))
                    #expect(row.cells[8].days == Self.rank(running, 50) && row.cells[9].days == Self.rank(running, 75))
                }
            }
        }
    }

    private static func rank(_ sorted: [Int], _ percent: Int) -> Int? {
        sorted.isEmpty ? nil : sorted[(sorted.count * percent + 99) / 100 - 1]
    }

    /// Opening, and what came without what ended, is the closing, in numbers and in the amounts of each currency.
    @Test(arguments: [7, 8, 9] as [UInt64])
    func movementsReconcile(seed: UInt64) async throws {
        try await Desk.with { desk in
            let firm = try await GeneratedFirm(desk, deals: 12, steps: 160, seed: seed)
            let today = desk.clock.now().day
            for (from, to) in [(-70, 0), (-40, -20), (-3, 0)] {
                let query = ReportQuery(from: today.adding(days: from), to: today.adding(days: to))
                let report = try await desk.report(.movement, query, as: firm.compliance)
                for column in report.columns.indices.dropFirst(2) {
                    func amount(_ line: String) -> Decimal {
                        let cell = report.rows.first { $0.cells[0].text == line }?.cells[column]
                        return cell?.count.map { Decimal($0) } ?? cell?.money.flatMap { Decimal(string: $0.amount) }
                            ?? 0
                    }
                    let ended = amount("won") + amount("lost") + amount("withdrawn")
                    let changed = report.columns[column].unit == .money ? amount("valued") : 0
                    let came = amount("created") + amount("reopened") + changed
                    #expect(amount("opening") + came - ended == amount("closing"), "\(report.columns[column].key)")
                }
            }
        }
    }

    /// What a stranger asks says nothing of deals that he does not see, and stays as it is whatever happens to them.
    @Test func othersDealsChangeNothing() async throws {
        try await Desk.with { desk in
            let (banker, stranger) = (desk.person(.banker), desk.person(.banker))
            let (compliance, observer) = (desk.person(.compliance), desk.person(.observer))
            func all(_ person: Person) async throws -> [Data] {
                var answers: [Data] = []
                for builder in Reports.all {
                    var query = ReportQuery()
                    if case .required = builder.parameters.ofType { query.type = .sellSideMA }
                    answers.append(
                        try await desk.bytes(DealMethods.report, query, as: person, on: [builder.name.rawValue]))
                }
                return answers
            }
            let before = try await (all(stranger), all(observer), all(compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            try await desk.rewrite(deal.id, as: banker) { $0.stage = "pitch" }
            try await desk.rewrite(deal.id, as: banker, reason: .price) {
                ($0.status, $0.outcomeReason) = (.lost, "price")
            }
            #expect(try await (all(stranger), all(observer), all(compliance)) == before)
            #expect(try await all(banker) != before.0)
            for person in [stranger, observer, compliance] {
                let asked = ReportDealQuery(cell: "created")
                let page = try await desk.call(DealMethods.reportDeals, asked, as: person, on: ["movement"])
                #expect(page.items.isEmpty && page.nextCursor == nil)
            }
        }
    }
}
