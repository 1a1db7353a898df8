import Contracts
import Foundation
import NIOCore
import RPC
import Synchronization

/// Which state of a deal somebody looks at: activities do not count its version up.
struct DealState: Sendable, Hashable {
    let version: Int64
    /// In milliseconds.
    let lastActivity: Int64?

    init(version: Int64, lastActivity: Int64?) {
        self.version = version
        self.lastActivity = lastActivity
    }

    init(_ deal: Deal) { self.init(version: deal.version, lastActivity: deal.lastActivityAt?.milliseconds) }
}

/// Deals as JSON, as they were last encoded, so that one that is read a thousand times is encoded once. An entry is one
/// state of one deal, and a state never changes; who may see it is asked of the database each time.
final class DealBodies: Sendable {
    static let bytesMax = 64 * 1024 * 1024
    /// What an entry costs beside its JSON.
    private static let entryBytes = 200

    private struct Entry {
        let state: DealState
        let body: ByteBuffer
    }

    private struct Kept {
        var entries: [UUID: Entry] = [:]
        var bytes = 0
    }

    private let kept = Mutex(Kept())

    func body(of id: UUID, _ state: DealState) -> ByteBuffer? {
        kept.withLock { kept in
            guard let entry = kept.entries[id], entry.state == state else { return nil }
            return entry.body
        }
    }

    /// Encodes a deal that the caller has read, and remembers it. When all is full it begins anew.
    func encode(_ deal: Deal) throws -> ByteBuffer {
        let body = ByteBuffer(bytes: try StrictJSON.encode(deal))
        let cost = body.readableBytes + Self.entryBytes
        kept.withLock { kept in
            if kept.bytes + cost > Self.bytesMax { kept = Kept() }
            // A reader of an older snapshot does not put an older version in the newer one's place.
            if let known = kept.entries[deal.id] {
                guard known.state.version <= deal.version else { return }
                kept.bytes -= known.body.readableBytes + Self.entryBytes
            }
            kept.entries[deal.id] = Entry(state: DealState(deal), body: body)
            kept.bytes += cost
        }
        return body
    }

    var bytes: Int { kept.withLock(\.bytes) }
}
