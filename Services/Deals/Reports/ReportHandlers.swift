import Contracts
import Foundation
import RPC

/// Reports, as tables and as files. Those who see no deals get the numbers without a way to the deals behind them.
struct ReportHandlers: Sendable {
    let reports: ReportStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.report, report)
        router.on(DealMethods.reportDeals, deals)
        router.on(DealMethods.reportFile) { query, context, writer in
            try await file(query, context) { try await writer.send($0) }
        }
    }

    func report(_ query: ReportQuery, _ context: RPCContext) async throws -> Report {
        let caller = try Caller(context, may: .readReports, now: now())
        let builder = try Self.builder(context, for: caller)
        let request = try ReportRequest(builder.name, query, builder.parameters, by: caller)
        return try await reports.report(builder, request, for: caller)
    }

    func deals(_ query: ReportDealQuery, _ context: RPCContext) async throws -> ReportDealPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let builder = try Self.builder(context, for: caller)
        let request = try ReportRequest(builder.name, query.report, builder.parameters, by: caller)
        let page = try ReportPage(limit: query.limit, cursor: query.cursor)
        return try await reports.deals(builder, behind: query.cell, page, request, for: caller)
    }

    func file(
        _ query: ReportFileQuery, _ context: RPCContext, send: (CSVPart) async throws -> Void
    ) async throws {
        let caller = try Caller(context, may: .readReports, now: now())
        let builder = try Self.builder(context, for: caller)
        let request = try ReportRequest(builder.name, query.report, builder.parameters, by: caller)
        let report = try await reports.report(builder, request, for: caller)
        try await reports.record(report, request, by: caller)
        try await send(.head("\(report.report.rawValue)-\(report.asOf.text).csv"))
        if query.bom == true { try await send(.bytes(Data(CSVWriter.byteOrderMark))) }
        var file = CSVWriter()
        for row in ReportCSV.rows(of: report) { file.row(row) }
        try await file.flush(send)
    }

    /// What is not made for this caller is not there for him.
    private static func builder(_ context: RPCContext, for caller: Caller) throws -> any ReportBuilder.Type {
        guard let name = context.resource.first.flatMap(ReportName.init(rawValue:)),
            let builder = Reports.builder(of: name),
            caller.role != .management || builder.parameters.isForManagement
        else { throw RPCFault.notFound("report") }
        return builder
    }
}
