import Contracts
import GRDB
import RPC

/// One report: what it takes, how it is made, and which deals stand behind each of its numbers. All run in one
/// transaction, so that what they answer is of one moment.
protocol ReportBuilder: SendableMetatype {
    static var name: ReportName { get }
    static var parameters: ReportParameters { get }

    static func build(_ inquiry: ReportInquiry) throws -> Report

    /// The deals behind a cell, of those that the caller sees.
    /// - Parameter cell: as the report's own `path(ofCell:)` named it, or anything else.
    /// - Throws: `unknownCell` for what is none of its cells.
    static func deals(behind cell: String, _ page: ReportPage, _ inquiry: ReportInquiry) throws -> ReportDealPage
}

/// A checked question with all that answering it needs.
struct ReportInquiry {
    let request: ReportRequest
    let caller: Caller
    let pipelines: PipelineStore
    let db: Database

    /// Nil when no currency was asked for. By the rates of the last day that the report tells of, or today's.
    func converter() throws -> CurrencyConverter? {
        let last = min(request.period?.upperBound ?? request.asOf, caller.today)
        return try request.currency.map { try RateStore.converter(to: $0, on: last, in: db) }
    }
}

/// Which page of the deals behind a number.
struct ReportPage: Sendable {
    let limit: Int
    /// `number_order` of the last deal that was looked at; 0 for the first page.
    let after: Int64

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(limit: Int?, cursor: String?) throws(RPCFault) {
        self.limit = try PageLimit.checked(limit)
        guard let cursor else {
            after = 0
            return
        }
        guard let after = Int64(cursor), after > 0, String(after) == cursor else { throw .cursorInvalid }
        self.after = after
    }
}

/// The reports that there are.
enum Reports {
    static let all: [any ReportBuilder.Type] = [
        PipelineReport.self, FunnelReport.self, MovementReport.self, TimeInStageReport.self, WinLossReport.self,
        ForecastReport.self, WorkloadReport.self, LeagueReport.self, StaleReport.self, OverridesReport.self,
        InsidersReport.self,
    ]

    static func builder(of name: ReportName) -> (any ReportBuilder.Type)? { all.first { $0.name == name } }
}

extension RPCFault {
    static let unknownCell = RPCFault(
        .invalidArgument, "query_invalid", "The query does not fit; see errors.",
        errors: [FieldFault("cell", "unknown", "is not a cell of this report")])
}
