import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// All that happened on a deal, put together when it is read. Nothing of it has a permission of its own: who reads the deal
/// reads it, but for who left the team, which those see who see its insider list.
struct TimelineStore: Sendable {
    let store: Store

    func page(_ reference: DealReference, _ request: TimelineRequest, by caller: Caller) async throws -> TimelinePage {
        try await store.read { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let seesFormer = caller.role == .compliance || seen.access >= .manage
            // Of each stream as many as the whole page may have, and one more, which tells whether there is a next page.
            var found = try request.streams.filter { seesFormer || !$0.wantsOversight }.flatMap { stream in
                try TimelineRows.entries(
                    stream, of: seen.deal.id, after: request.after, limit: request.limit + 1, in: db)
            }
            found.sort { $0.place.isNewer(than: $1.place) }
            var items: [TimelineEntry] = []
            var last: TimelinePlace?
            var bytes = 0
            for (place, entry) in found {
                guard items.count < request.limit, bytes < PageLimit.bytesMax else {
                    return TimelinePage(items: items, nextCursor: last?.text)
                }
                let entry = try Self.whole(entry, of: seen.deal.id, in: db)
                bytes += entry.bytes
                items.append(entry)
                last = place
            }
            return TimelinePage(items: items, nextCursor: nil)
        }
    }

    /// With what was changed, where it is about the record.
    private static func whole(_ entry: TimelineEntry, of deal: UUID, in db: Database) throws -> TimelineEntry {
        guard let version = entry.version else { return entry }
        var entry = entry
        let changes = try ChangeRows.changes(of: deal, in: version, db).map(\.told)
        entry.changes = changes.map {
            FieldChange($0.field, before: DealChanges.shown($0.before), after: DealChanges.shown($0.after))
        }
        return entry
    }
}

extension TimelinePlace {
    /// Of one instant, in the order of the streams; of one stream, by key from the last.
    fileprivate func isNewer(than other: TimelinePlace) -> Bool {
        guard milliseconds == other.milliseconds else { return milliseconds > other.milliseconds }
        return stream == other.stream ? key > other.key : stream.rawValue < other.stream.rawValue
    }
}

extension TimelineEntry {
    /// Roughly what it takes as JSON.
    fileprivate var bytes: Int {
        (changes ?? []).reduce(400 + (title?.utf8.count ?? 0) + (text?.utf8.count ?? 0)) {
            $0 + 60 + ($1.before?.utf8.count ?? 0) + ($1.after?.utf8.count ?? 0)
        }
    }
}
