import Contracts
import Foundation

/// What tells entries of one stream and one millisecond apart.
enum TimelineKey: Sendable, Hashable, Comparable {
    case version(Int64)
    case id(UUID)

    init?(text: String, of stream: TimelineStream) {
        if stream == .changes {
            guard let version = Int64(text) else { return nil }
            self = .version(version)
        } else {
            guard let id = UUID(uuidString: text) else { return nil }
            self = .id(id)
        }
    }

    var text: String {
        switch self {
        case .version(let version): String(version)
        case .id(let id): id.text
        }
    }

    /// As SQLite sorts them. Keys of different kinds never meet: they belong to different streams.
    static func < (a: TimelineKey, b: TimelineKey) -> Bool {
        switch (a, b) {
        case (.version(let a), .version(let b)): a < b
        case (.id(let a), .id(let b)): a.text < b.text
        case (.version, .id): true
        case (.id, .version): false
        }
    }
}
