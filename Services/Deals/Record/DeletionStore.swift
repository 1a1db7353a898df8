import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Takes deals out of everybody's sight and back. Nothing is destroyed: rows, team and history stay as they are, and
/// who managed the deal, or is compliance, may restore it.
struct DeletionStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func delete(_ reference: DealReference, _ input: DealDeletion, by caller: Caller) async throws -> Deal {
        try await store.write { db in
            let seen = try DealRows.seen(reference, by: caller, may: .manage, in: db)
            try Self.requireVersion(of: seen.deal, by: caller)
            let reason = try input.checked()
            if let refusal = KeepingRule.refusal(of: seen.deal, today: caller.today) { throw refusal }
            var deal = seen.deal
            (deal.deletedAt, deal.deletedBy) = (caller.now, caller.id)
            return try DealStore.save(
                deal, replacing: seen.deal, EventType.dealDeleted,
                extra: [FieldChange("reason", before: nil, after: reason)], by: caller, in: db)
        }
    }

    func restore(_ reference: DealReference, _ input: DealRestoration, by caller: Caller) async throws -> Deal {
        try await store.once(by: caller) { db in
            let before = try DealRows.deleted(reference, by: caller, in: db).deal
            try Self.requireVersion(of: before, by: caller)
            let reason = try input.checkedReason()
            var deal = try named(before, input.codeName, by: caller, in: db)
            (deal.deletedAt, deal.deletedBy) = (nil, nil)
            let extra = reason.map { FieldChange("reason", before: nil, after: $0) }
            return try DealStore.save(
                deal, replacing: before, EventType.dealRestored, extra: [extra].compactMap { $0 }, by: caller, in: db)
        }
    }

    /// Compliance's alone, which also ends what it began.
    func decideRetention(
        _ reference: DealReference, _ input: RetentionDecision, by caller: Caller
    ) async throws -> Deal {
        try await store.write { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            try seen.requireSay(by: caller)
            try Self.requireVersion(of: seen.deal, by: caller)
            let reason = try input.checkedReason()
            var deal = seen.deal
            (deal.legalHold, deal.retentionUntil) = (input.legalHold, input.retentionUntil)
            return try DealStore.save(
                deal, replacing: seen.deal, EventType.dealRetentionDecided,
                extra: [FieldChange("reason", before: nil, after: reason)], by: caller, in: db)
        }
    }

    /// The deal under the name that it will have. Another deal may have taken its own, for names count among those that
    /// are not deleted; which deal that is, is not said.
    private func named(
        _ deal: Deal, _ codeName: String?, by caller: Caller, in db: Database
    ) throws -> Deal {
        var form = DealForm(deal, in: try pipelines.pipeline(of: deal.type, in: db), today: caller.today)
        if let codeName {
            var patch = DealPatch()
            patch.codeName = .set(codeName)
            form.apply(patch)
            guard form.faults.isEmpty else { throw RPCFault.invalid(form.faults) }
        }
        guard try DealRows.isTaken(codeName: form.deal.codeName, except: deal.id, in: db) else { return form.deal }
        guard codeName == nil else { throw RPCFault.invalid([.codeNameNotAvailable]) }
        throw RPCFault(
            .alreadyExists, "code_name_taken",
            "The deal's code name is in use meanwhile; restore it with another codeName.")
    }

    private static func requireVersion(of deal: Deal, by caller: Caller) throws {
        guard caller.context.ifMatch != nil else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        try caller.requireVersion(of: deal)
    }
}
