import Contracts
import GRDB
import RPC

/// For how many whole days deals stand in the stages of a pipeline: the stays that ended in a period, and those that last.
/// Days on hold are told apart.
enum TimeInStageReport: FactReport {
    static let name = ReportName.timeInStage
    static let parameters = ReportParameters(period: .year, groupings: [.stage], ofType: .required)

    private static let columns = [
        ReportColumn("stage", "Stage", .text), ReportColumn("name", "Name", .text),
        ReportColumn("stays", "Stays that ended", .count), ReportColumn("median", "Median", .days),
        ReportColumn("p75", "75 % at most", .days), ReportColumn("mean", "Mean", .days),
        ReportColumn("onHold", "Mean on hold", .days), ReportColumn("running", "Stand here", .count),
        ReportColumn("runningMedian", "Median so far", .days), ReportColumn("runningP75", "75 % at most so far", .days),
    ]

    private struct Times {
        var ended = DayHistogram()
        var held = 0
        /// Stays of deals that had not left the stage before.
        var deals = 0
        var running = DayHistogram()
    }

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        guard let type = request.type else { throw RPCFault.unknownCell }
        let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
        let times = try times(pipeline, inquiry)
        // Deals that stand in the stages are what the pipeline counts, and withheld as there.
        let blind = BlindRow(times.map(\.running.count))
        let rows = times.indices.map { index -> ReportRow in
            let (time, stage) = (times[index], pipeline.stages[index])
            let isTold = !request.isBlinded || time.deals >= BlindRow.cellMin
            let runs = !request.isBlinded || blind.cells[index] != nil
            let held = time.ended.count > 0 ? (time.held * 2 + time.ended.count) / (2 * time.ended.count) : nil
            return ReportRow(
                [
                    ReportCell(text: stage.key), ReportCell(text: stage.name),
                    .count(time.ended.count, of: "stays.\(stage.key)", request, isTold: isTold),
                ]
                    + [time.ended.quantile(50), time.ended.quantile(75), time.ended.mean, held].map { days($0, isTold) }
                    + [.count(time.running.count, of: "running.\(stage.key)", request, isTold: runs)]
                    + [time.running.quantile(50), time.running.quantile(75)].map { days($0, runs) })
        }
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            currency: request.currency?.code, groupBy: request.groupBy, type: type, columns: columns, rows: rows,
            generatedAt: inquiry.caller.now
        ).counted()
    }

    /// `stays.pitch`, `running.pitch`.
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter? {
        let parts = cell.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let type = inquiry.request.type else { return nil }
        let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
        guard pipeline.stages.dropLast().contains(where: { $0.key == parts[1] }) else { return nil }
        var filter: FactFilter
        switch parts[0] {
        case "stays": filter = ended(inquiry.request)
        case "running": filter = FactFilter(kind: .running, types: [type])
        default: return nil
        }
        filter.values[.stage] = pipeline.keys(standingIn: parts[1])
        return filter
    }

    private static func ended(_ request: ReportRequest) -> FactFilter {
        let period = request.period ?? request.asOf...request.asOf
        return FactFilter(
            kind: .stay, types: request.type.map { [$0] },
            days: period.lowerBound.daysSince1970...period.upperBound.daysSince1970)
    }

    private static func days(_ days: Int?, _ isTold: Bool) -> ReportCell {
        isTold ? ReportCell(days: days) : .hidden
    }

    /// Of each stage but the last, in which nothing stands that lives.
    private static func times(_ pipeline: Pipeline, _ inquiry: ReportInquiry) throws -> [Times] {
        let source = try FactSource(inquiry)
        let last = pipeline.stages.count - 1
        var times = pipeline.stages.dropLast().map { _ in Times() }
        for (fact, sum) in try source.sums(ended(inquiry.request), by: [.stage, .days, .place]) {
            guard let place = pipeline.position(of: fact.stage), place < last else { continue }
            times[place].ended.add(fact.days, sum.count)
            times[place].held += Int(sum.amount)
            if fact.place != ReportFact.again { times[place].deals += sum.count }
        }
        let live = FactFilter(kind: .running, types: inquiry.request.type.map { [$0] })
        let today = inquiry.caller.today.daysSince1970
        for (fact, sum) in try source.sums(live, by: [.stage, .status, .days]) {
            guard let place = pipeline.position(of: fact.stage), place < last else { continue }
            let isOnHold = fact.status == DealStatus.onHold.rawValue
            times[place].running.add(isOnHold ? fact.days : today - fact.days, sum.count)
        }
        return times
    }
}
