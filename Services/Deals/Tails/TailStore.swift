import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The tail of an engagement. It has no permission of its own: who reads the deal reads it, who edits the deal agrees it.
struct TailStore: Sendable {
    let store: Store

    func tail(_ reference: DealReference, by caller: Caller) async throws -> DealTail {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return try Self.tail(of: deal, in: db)
        }
    }

    func set(_ new: NewDealTail, of reference: DealReference, by caller: Caller) async throws -> DealTail {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let before = try TailRows.tail(of: deal.id, in: db)
            if let before {
                try WorkVersion.require(before, "tail", by: caller)
            } else if caller.context.ifMatch != nil {
                throw RPCFault(.aborted, "version_mismatch", "The tail has been removed since you read it.")
            }
            let ids = new.counterpartyIds ?? []
            let form = try TailForm(
                new, ended: deal.status.startsTail ? TailRows.endDay(of: deal.id, in: db) : nil,
                known: TailRows.known(Array(ids.prefix(TailForm.counterpartiesMax)), of: deal.id, in: db))
            // A clock that was set back must not make the tail look older than it was.
            let now = max(caller.now, before?.updatedAt ?? caller.now)
            let after = DealTail(
                dealId: deal.id, months: new.months, startsOn: form.startsOn, endsOn: form.endsOn,
                startAgreed: new.startsOn != nil, counterparties: nil, addedBy: before?.addedBy ?? caller.id,
                addedAt: before?.addedAt ?? now, updatedAt: now,
                version: try TailRows.version(of: deal.id, in: db) + 1)
            if let before, before.says(after, of: ids) { return before }
            return try Self.put(after, counterparties: ids, replacing: before, EventType.dealTailSet, deal, caller, db)
        }
    }

    func remove(_ reference: DealReference, by caller: Caller) async throws {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let tail = try Self.tail(of: deal, in: db)
            try WorkVersion.require(tail, "tail", by: caller)
            try TailRows.remove(tail, by: caller, in: db)
            try Event.record(
                EventType.dealTailRemoved, about: deal, by: caller, changes: TailChanges.between(tail, nil), in: db)
        }
    }

    /// A deal that is lost or withdrawn has its tail run from that day, in the transaction of the move; one that is opened again
    /// takes back what was found so.
    /// - Parameters:
    ///   - deal: after the move.
    ///   - status: before it.
    static func follow(
        _ deal: Deal, after status: DealStatus, on day: BusinessDate, by caller: Caller, in db: Database
    ) throws {
        guard deal.status.startsTail != status.startsTail, let before = try TailRows.tail(of: deal.id, in: db),
            !before.startAgreed
        else { return }
        let isOver = deal.status.startsTail
        var after = before
        after.startsOn = isOver ? day : nil
        after.endsOn = after.startsOn.flatMap { TailTerm.end(of: $0, months: after.months) }
        if after.endsOn == nil { after.startsOn = nil }
        after.version += 1
        after.updatedAt = max(caller.now, before.updatedAt)
        _ = try put(
            after, counterparties: before.counterparties?.map(\.id) ?? [], replacing: before,
            isOver ? EventType.dealTailStarted : EventType.dealTailStopped, deal, caller, db)
    }

    private static func put(
        _ tail: DealTail, counterparties: [UUID], replacing before: DealTail?, _ type: String, _ deal: Deal,
        _ caller: Caller, _ db: Database
    ) throws -> DealTail {
        try TailRows.put(tail, counterparties: counterparties, in: db)
        let saved = try Self.tail(of: deal, in: db)
        try Event.record(
            type, about: deal, by: caller, changes: TailChanges.between(before, saved), in: db)
        return saved
    }

    private static func tail(of deal: Deal, in db: Database) throws -> DealTail {
        guard let tail = try TailRows.tail(of: deal.id, in: db) else { throw RPCFault.notFound("tail") }
        return tail
    }
}

extension DealTail {
    /// Whether the other one has the same terms.
    fileprivate func says(_ other: DealTail, of ids: [UUID]) -> Bool {
        months == other.months && startsOn == other.startsOn && endsOn == other.endsOn
            && startAgreed == other.startAgreed && Set(counterparties?.map(\.id) ?? []) == Set(ids)
    }
}
