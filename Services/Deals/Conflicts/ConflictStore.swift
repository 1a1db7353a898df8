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
            let deal = try Self.decide(reference, form, by: caller, in: db)
            // What waits in the control room is decided with it.
            if let open = try ConflictCheckRows.open(of: deal.id, in: db) {
                try ConflictCheckRows.close(open, form, conditions: nil, note: form.note, by: caller, in: db)
            }
            return deal
        }
    }

    static func decide(
        _ reference: DealReference, _ form: ConflictForm, by caller: Caller, in db: Database
    ) throws -> Deal {
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

    /// Asks for the clearance of a deal, or for a look at what has changed since it was given. The answer holds no more
    /// than where the check stands.
    func request(_ reference: DealReference, note: String?, by caller: Caller) async throws -> ConflictRequested {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            guard deal.isLive else {
                throw RPCFault(.failedPrecondition, "deal_ended", "The deal has ended.")
            }
            guard deal.conflictStatus != .declined else {
                throw RPCFault(.failedPrecondition, "conflict_declined", "The conflict check was declined.")
            }
            var asked = deal
            let isOver = deal.conflictExpiresOn.map { $0 < caller.today } ?? false
            if deal.conflictStatus == .notStarted || deal.conflictStatus == .expired || isOver {
                (asked.conflictStatus, asked.conflictExpiresOn) = (.pending, nil)
            }
            if asked != deal {
                asked = try DealStore.save(
                    asked, replacing: deal, EventType.conflictCheckRequested, by: caller, in: db)
            } else {
                try ConflictWatch.request(deal, by: caller, in: db)
                try Event.record(EventType.conflictCheckRequested, about: deal, by: caller, changes: [], in: db)
            }
            if let note { try ConflictWatch.write(note, of: deal.id, in: db) }
            return ConflictRequested(conflictStatus: asked.conflictStatus)
        }
    }
}
