import Contracts
import Foundation
import RPC

/// All that happened to one deal, and all that one person did and that was done to him.
struct TimelineHandlers: Sendable {
    private let log: LogStore
    private let journal: Journal

    init(log: LogStore) {
        self.log = log
        journal = Journal(log: log)
    }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.dealTimeline, deal)
        router.on(AuditMethods.userTimeline, user)
    }

    func deal(_ query: AuditTimelineQuery, _ context: RPCContext) async throws -> AuditPage {
        let identity = try context.require(.readAudit)
        guard let deal = context.resource.first else { throw RPCFault.notFound("deal") }
        let search = try LogSearch(query, deal: deal)
        try await note("subject", deal, query, by: identity, context)
        return try await log.page(search)
    }

    func user(_ query: AuditTimelineQuery, _ context: RPCContext) async throws -> AuditPage {
        let identity = try context.require(.readAudit)
        guard let id = context.resource.first.flatMap(UUID.init(uuidString:)) else { throw RPCFault.notFound("user") }
        let search = try LogSearch(query, person: id.text)
        try await note("person", id.text, query, by: identity, context)
        return try await log.page(search)
    }

    private func note(
        _ name: String, _ id: String, _ query: AuditTimelineQuery, by identity: RPCIdentity, _ context: RPCContext
    ) async throws {
        let terms = [FieldChange(name, before: nil, after: id)] + AuditFilter(from: query.from, to: query.to).terms
        try await journal.note(EventType.auditSearched, terms, by: identity, context)
    }
}
