import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// Makes reports, each within one reading transaction.
struct ReportStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func report(_ builder: any ReportBuilder.Type, _ request: ReportRequest, for caller: Caller) async throws -> Report
    {
        try await store.read { db in
            try builder.build(ReportInquiry(request: request, caller: caller, pipelines: pipelines, db: db))
        }
    }

    func deals(
        _ builder: any ReportBuilder.Type, behind cell: String, _ page: ReportPage, _ request: ReportRequest,
        for caller: Caller
    ) async throws -> ReportDealPage {
        try await store.read { db in
            let inquiry = ReportInquiry(request: request, caller: caller, pipelines: pipelines, db: db)
            return try builder.deals(behind: cell, page, inquiry)
        }
    }

    /// Writes down who takes a report out, before he gets a byte of it. It holds no names of deals.
    func record(_ report: Report, _ request: ReportRequest, by caller: Caller) async throws {
        let query = request.queryItems.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let changes = [
            FieldChange("report", before: nil, after: report.report.rawValue),
            FieldChange("filter", before: nil, after: query),
            FieldChange("rows", before: nil, after: String(report.rows.count)),
        ]
        let subject = EventSubject(kind: "export", id: UUIDv7.make(at: caller.now).text)
        let event = Event.of(subject, type: EventType.exportPerformed, by: caller, changes: changes)
        try await store.write { db in try EventFeed.append(event, in: db) }
    }
}
