import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Approvals: asked for by one, decided once by another, never deleted. They have no permission of their own: who reads
/// the deal reads them.
struct ApprovalStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func page(limit: Int, after: UUID?, of reference: DealReference, by caller: Caller) async throws -> ApprovalPage {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            // One row more than asked tells whether there is a next page.
            var items = try ApprovalRows.page(of: deal.id, after: after, limit: limit + 1, at: caller.now, in: db)
            let hasMore = items.count > limit
            if hasMore { items.removeLast() }
            return ApprovalPage(items: items, nextCursor: hasMore ? items.last?.id.text : nil)
        }
    }

    /// Writes the request down; nothing is approved by it.
    func request(_ form: ApprovalForm, on reference: DealReference, by caller: Caller) async throws -> Approval {
        try await store.once(by: caller) { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            // Compliance, which only reads, asks for no more than what is its own to do.
            if form.kind != .reopen || !seen.isControlRoom(caller) { try seen.access.require(.edit) }
            let deal = seen.deal
            let approval = try form.approval(of: deal, in: pipelines.pipeline(of: deal.type, in: db), by: caller)
            guard try !ApprovalRows.isOpen(approval, of: deal.id, at: caller.now, in: db) else {
                throw RPCFault(.alreadyExists, "approval_open", "This is asked for already and waits for a decision.")
            }
            try ApprovalRows.insert(approval, into: deal.id, in: db)
            try Event.record(
                EventType.dealApprovalRequested, about: deal, by: caller, ids: [approval.reference],
                changes: approval.changes + [FieldChange("reason", before: nil, after: approval.reason)], in: db)
            return approval
        }
    }

    func decide(
        _ id: UUID, of reference: DealReference, _ form: ApprovalDecisionForm, by caller: Caller
    ) async throws -> Approval {
        try await store.once(by: caller) { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let deal = seen.deal
            var approval = try ApprovalRows.approval(id, of: deal.id, at: caller.now, in: db)
            try approval.requireVersion(caller.context.ifMatch)
            let approver = Approver(
                id: caller.id, isCompliance: seen.isControlRoom(caller),
                isLead: try caller.id == deal.leadId || TeamStore.leads(caller.id, deal.id, in: db),
                access: seen.access)
            try approval.decide(form, by: approver, at: caller.now)
            if let vote = approval.votes.last {
                try ApprovalRows.add(vote, to: id, isByCompliance: approver.isCompliance, in: db)
            }
            guard approval.status != .requested else {
                try Event.record(
                    EventType.dealApprovalVoted, about: deal, by: caller, ids: [approval.reference],
                    changes: approval.changes + [FieldChange("vote", before: nil, after: form.decision.rawValue)],
                    in: db)
                return approval
            }
            try ApprovalRows.decide(approval, form, isByCompliance: approver.isCompliance, in: db)
            try Event.record(
                EventType.dealApprovalDecided, about: deal, by: caller, ids: [approval.reference],
                changes: approval.changes
                    + [
                        FieldChange(
                            "status", before: ApprovalStatus.requested.rawValue, after: approval.status.rawValue),
                        FieldChange("note", before: nil, after: form.note),
                    ].filter { $0.after != nil }, in: db)
            return approval
        }
    }
}

extension Approval {
    fileprivate var reference: FieldChange { FieldChange("approvalId", before: nil, after: id.text) }

    fileprivate var changes: [FieldChange] {
        [FieldChange("kind", before: nil, after: kind.rawValue)]
            + (stage.map { [FieldChange("toStage", before: nil, after: $0)] } ?? [])
    }
}

extension TeamStore {
    /// Whether an active member stands on the team as a lead.
    fileprivate static func leads(_ user: UUID, _ deal: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT role FROM team_member WHERE deal_id = ? AND user_id = ? AND removed_ms IS NULL")
        return try String.fetchOne(statement, arguments: [deal, user]) == TeamRole.lead.rawValue
    }
}
