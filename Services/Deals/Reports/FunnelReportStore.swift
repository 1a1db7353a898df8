import Contracts
import GRDB
import RPC

/// Of the deals that were created in a period, how many ever came to each stage of their pipeline, where the others stand,
/// and where those left that were lost. Who skipped a stage has passed it.
enum FunnelReport: FactReport {
    static let name = ReportName.funnel
    static let parameters = ReportParameters(period: .year, groupings: [.stage], ofType: .required)

    /// The columns of numbers that lead to deals.
    private enum Number: String, CaseIterable {
        case reached, live, lost, withdrawn

        var statuses: Set<String> {
            switch self {
            case .reached: []
            case .live: [DealStatus.active.rawValue, DealStatus.onHold.rawValue]
            case .lost: [DealStatus.lost.rawValue]
            case .withdrawn: [DealStatus.withdrawn.rawValue]
            }
        }
    }

    private static let columns = [
        ReportColumn("stage", "Stage", .text), ReportColumn("name", "Name", .text),
        ReportColumn("reached", "Came here", .count), ReportColumn("ofFirst", "Of all", .percent),
        ReportColumn("ofPrevious", "Of the stage before", .percent), ReportColumn("live", "Stand here", .count),
        ReportColumn("lost", "Lost from here", .count), ReportColumn("withdrawn", "Withdrawn from here", .count),
    ]

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        guard let type = request.type, let filter = base(request) else { throw RPCFault.unknownCell }
        let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
        let facts = try FactSource(inquiry).sums(filter, by: [.stage, .status, .place])
        let stages = pipeline.stages
        // Of those that came no further, by where.
        var ends = stages.map { _ in 0 }
        var here: [Number: [Int]] = [:]
        for (fact, sum) in facts {
            ends[pipeline.position(of: fact.stage) ?? 0] += sum.count
            let place = pipeline.position(of: fact.place) ?? 0
            for number in Number.allCases where number.statuses.contains(fact.status) {
                here[number, default: stages.map { _ in 0 }][place] += sum.count
            }
        }
        let reached = stages.indices.map { ends[$0...].reduce(0, +) }
        let told = request.isBlinded ? told(ends) : stages.map { _ in true }
        let rows = stages.indices.map { index -> ReportRow in
            let key = stages[index].key
            var cells = [
                ReportCell(text: key), ReportCell(text: stages[index].name),
                ReportCell.count(reached[index], of: "reached.\(key)", request, isTold: told[index]),
                ReportCell.share(reached[index], of: reached[0], isTold: told[index] && told[0]),
            ]
            let before = max(index - 1, 0)
            cells.append(
                .share(reached[index], of: reached[before], isTold: told[index] && told[before]))
            for number in Number.allCases.dropFirst() {
                cells.append(
                    .count(
                        here[number]?[index] ?? 0, of: "\(number.rawValue).\(key)", request, isTold: !request.isBlinded)
                )
            }
            return ReportRow(cells)
        }
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            currency: request.currency?.code, groupBy: request.groupBy, type: type, columns: columns, rows: rows,
            generatedAt: inquiry.caller.now
        ).counted()
    }

    /// `reached.pitch`, `lost.pitch`, …
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter? {
        let parts = cell.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let number = Number(rawValue: parts[0]), let type = inquiry.request.type,
            var filter = base(inquiry.request)
        else { return nil }
        let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
        guard let index = pipeline.stages.firstIndex(where: { $0.key == parts[1] }) else { return nil }
        if number == .reached {
            filter.values[.stage] = pipeline.stages[index...].reduce(into: []) {
                $0.formUnion(pipeline.keys(standingIn: $1.key))
            }
        } else {
            filter.values = [.status: number.statuses, .place: pipeline.keys(standingIn: parts[1])]
        }
        return filter
    }

    private static func base(_ request: ReportRequest) -> FactFilter? {
        request.period.map { period in
            FactFilter(
                kind: .cohort, types: request.type.map { [$0] },
                days: period.lowerBound.daysSince1970...period.upperBound.daysSince1970)
        }
    }

    /// How many came to a stage is told when it follows from what is told of those that came no further.
    static func told(_ ends: [Int]) -> [Bool] {
        let blind = BlindRow(ends)
        return ends.indices.map { index in
            blind.cells[index...].allSatisfy { $0 != nil }
                || (blind.total != nil && blind.cells[..<index].allSatisfy { $0 != nil })
        }
    }
}
