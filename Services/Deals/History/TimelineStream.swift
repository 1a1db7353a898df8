import Contracts

/// One of the tables' ways into the timeline. Their order is the order of what happened in one and the same millisecond,
/// and part of cursors that clients hold: it only grows at its end.
enum TimelineStream: Int, Sendable, CaseIterable {
    case moves, changes
    case activities, removedActivities
    case tasks, doneTasks, removedTasks
    case documents, removedDocuments
    case joined, left

    var kind: TimelineKind {
        switch self {
        case .moves: .moves
        case .changes: .changes
        case .activities, .removedActivities: .activities
        case .tasks, .doneTasks, .removedTasks: .tasks
        case .documents, .removedDocuments: .documents
        case .joined, .left: .team
        }
    }

    /// Those who merely read a deal know who is on it, not who was.
    var wantsOversight: Bool { self == .left }

    /// Of an entry; that of a move depends on it.
    var act: TimelineAct {
        switch self {
        case .moves: .moved
        case .changes: .changed
        case .activities: .written
        case .tasks, .documents: .added
        case .doneTasks: .done
        case .removedActivities, .removedTasks, .removedDocuments: .removed
        case .joined: .joined
        case .left: .left
        }
    }
}

/// A place in the timeline. Opaque to clients, and not signed: a forged one only names another place in what its sender may
/// see anyway.
struct TimelinePlace: Sendable, Hashable {
    static let textBytesMax = 100

    let milliseconds: Int64
    let stream: TimelineStream
    /// An id, or the deal's version in the stream of changes.
    let key: TimelineKey

    /// `1793610000000.2.0199a1c0-5f10-7b21-9c32-4d5e6f708192`
    var text: String { "\(milliseconds).\(stream.rawValue).\(key.text)" }

    init(milliseconds: Int64, stream: TimelineStream, key: TimelineKey) {
        self.milliseconds = milliseconds
        self.stream = stream
        self.key = key
    }

    /// Nil for what is no place.
    init?(text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.textBytesMax, parts.count == 3, let milliseconds = Int64(parts[0]),
            milliseconds < .max, let stream = Int(parts[1]).flatMap(TimelineStream.init(rawValue:)),
            let key = TimelineKey(text: String(parts[2]), of: stream)
        else { return nil }
        self.init(milliseconds: milliseconds, stream: stream, key: key)
    }

    /// Of what a stream has below this place: not at all in this place's millisecond where the stream came before, and all
    /// of it where it comes later.
    func bound(of other: TimelineStream) -> (milliseconds: Int64, key: TimelineKey?) {
        if other == stream { return (milliseconds, key) }
        return (other.rawValue < stream.rawValue ? milliseconds : milliseconds + 1, nil)
    }
}
