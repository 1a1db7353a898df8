import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Conflict decisions: the deal carries the last one, the table keeps them all with their notes.
struct ConflictStore: Sendable {
    let store: Store

    func decide(_ reference: DealReference, _ form: ConflictForm, by caller: Caller) async throws -> Deal {
        try await store.once(by: caller) { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            try seen.requireSay(by: caller)
            let deal = seen.deal
            try caller.requireVersion(of: deal)
            try db.cachedStatement(
                sql: """
                    INSERT INTO conflict_decision (id, deal_id, decision, note, expires_on, decided_by, decided_ms)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                UUIDv7.make(at: caller.now), deal.id, form.decision.rawValue, form.note, form.expiresOn?.text,
                caller.id,
                caller.now.milliseconds,
            ])
            return try DealStore.save(
                form.applied(to: deal), replacing: deal, EventType.conflictDecided, by: caller, in: db)
        }
    }
}
