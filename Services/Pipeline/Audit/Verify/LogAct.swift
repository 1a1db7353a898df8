import Contracts
import Foundation

/// What an entry says that was done to the log itself: entries were pruned, or personal values erased.
struct LogAct: Decodable {
    struct Actor: Decodable { let id: String }

    struct Subject: Decodable { let kind, id: String }

    struct Change: Decodable {
        let field: String
        let after: String?
    }

    let type: String
    let source: String
    let time: String
    let actor: Actor
    let subject: Subject
    let changes: [Change]

    private static let marks = [EventType.auditPruned, EventType.auditEntryRedacted, EventType.auditUserErased]
    private static let ownTypes = Data("\"type\":\"\(Peer.audit).".utf8)
    /// In canonical JSON only `v` and `version` stand behind the type.
    private static let tailBytes = 80

    /// Nil for every other entry. Of a million only few are decoded.
    init?(_ entry: Data) {
        guard entry.suffix(Self.tailBytes).range(of: Self.ownTypes) != nil,
            let read = try? JSONDecoder().decode(LogAct.self, from: Data(entry)), read.source == Peer.audit,
            Self.marks.contains(read.type)
        else { return nil }
        self = read
    }

    /// Before which entry all were pruned; nil where it tells of something else.
    var minimumIndex: Int64? {
        type == EventType.auditPruned ? self["minimumIndex"].flatMap { Int64($0) } : nil
    }

    subscript(field: String) -> String? { changes.first { $0.field == field }?.after }
}

/// The erasures that the entries tell of: personal values to which the log still commits, and which nobody can show any more.
struct Erasures {
    struct Erasure: Encodable {
        /// Which tells of it.
        let entry: Int64
        let time: String
        /// The id of who did it.
        let by: String
        /// Of which entry, or of which user all.
        let of: String
        /// Where in the entry; nil for all of a user.
        let paths: [String]?
        let reason: String

        var text: String {
            let what = paths.map { "\($0.joined(separator: ", ")) of \(of)" } ?? "all of \(of)"
            return "\(what), by \(by) at \(time): \(reason) (entry \(entry))"
        }
    }

    static let listMax = 1000

    private(set) var count = 0
    /// The first `listMax`.
    private(set) var list: [Erasure] = []

    mutating func read(_ act: LogAct, at entry: Int64) {
        guard act.type != EventType.auditPruned else { return }
        count += 1
        guard list.count < Self.listMax else { return }
        list.append(
            Erasure(
                entry: entry, time: act.time, by: act.actor.id, of: "\(act.subject.kind) \(act.subject.id)",
                paths: act["paths"].map { $0.split(separator: " ").map(String.init) }, reason: act["reason"] ?? ""))
    }
}
