import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What was done on a deal. Activities have no permission of their own: who reads the deal reads them.
struct ActivityStore: Sendable {
    let store: Store

    func page(_ reference: DealReference, _ request: ActivityRequest, by caller: Caller) async throws
        -> DealActivityPage
    {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            // One row more than asked tells whether there is a next page.
            let rows = try ActivityRows.page(
                of: deal.id, request.kind, before: request.before, limit: request.limit + 1, in: db)
            var items: [DealActivity] = []
            var bytes = 0
            while let row = try rows.next() {
                guard items.count < request.limit, bytes < PageLimit.bytesMax else {
                    return DealActivityPage(items: items, nextCursor: items.last?.cursor.text)
                }
                let activity = try ActivityRows.activity(row)
                bytes += activity.bytes
                items.append(activity)
            }
            return DealActivityPage(items: items, nextCursor: nil)
        }
    }

    func add(_ form: ActivityForm, to reference: DealReference, by caller: Caller) async throws -> DealActivity {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let activity = try form.checked()
            try ActivityRows.insert(activity, into: deal.id, in: db)
            try Event.record(
                EventType.dealActivityAdded, about: deal, by: caller, changes: ActivityChanges.added(activity), in: db)
            return activity
        }
    }

    func update(
        _ reference: WorkReference, _ patch: DealActivityPatch, by caller: Caller
    ) async throws -> DealActivity {
        try await store.write { db in
            let (deal, before) = try Self.own(reference, by: caller, in: db)
            var form = ActivityForm(before, now: caller.now)
            form.apply(patch)
            var activity = try form.checked()
            guard activity != before else { return before }
            activity.version += 1
            // A clock that was set back must not make the activity look older than it was.
            activity.updatedAt = max(caller.now, before.updatedAt)
            try ActivityRows.update(activity, in: db)
            try Event.record(
                EventType.dealActivityChanged, about: deal, by: caller,
                changes: ActivityChanges.between(before, activity), in: db)
            return activity
        }
    }

    func remove(_ reference: WorkReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, activity) = try Self.own(reference, by: caller, in: db)
            try ActivityRows.remove(activity, by: caller, in: db)
            try Event.record(
                EventType.dealActivityRemoved, about: deal, by: caller, changes: ActivityChanges.removed(activity),
                in: db)
        }
    }

    /// The activity, as the caller read it: his own while he may still edit the deal, anybody's when he manages it.
    private static func own(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, DealActivity) {
        let seen = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db)
        let activity = try ActivityRows.activity(reference.id, of: seen.deal.id, in: db)
        if activity.createdBy != caller.id { try seen.access.require(.manage) }
        try WorkVersion.require(activity, "activity", by: caller)
        return (seen.deal, activity)
    }
}

extension DealActivity {
    fileprivate var cursor: PageCursor { PageCursor(occurredAt, id: id) }

    /// Roughly what it takes as JSON.
    fileprivate var bytes: Int { text.utf8.count + participants.reduce(500) { $0 + $1.utf8.count + 3 } }
}
