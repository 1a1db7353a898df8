import Foundation
import GRDB
import Logging
import Synchronization

/// Whether a store takes writes.
package enum StoreHealth: Sendable, Hashable {
    case writable
    /// Writes are refused with this error until a test write succeeds; reads go on.
    case failing(StorageError)
}

/// Remembers whether the disk takes writes. An outage is told once, however many writes it costs, and it is over when a
/// write of a caller is on disk: a test write is small, and may still find room where real ones do not.
///
///     writable ──failed──▶ failing ──test write──▶ trying ──commit──▶ writable
///                             ▲────────failed─────────┘
final class DiskWatch: Sendable {
    private enum State {
        case writable
        case failing(StorageError)
        case trying
    }

    private let state = Mutex(State.writable)
    private let logger: Logger
    private let path: String

    init(path: String, logger: Logger) {
        self.path = path
        self.logger = logger
    }

    var health: StoreHealth {
        state.withLock { if case .failing(let error) = $0 { .failing(error) } else { .writable } }
    }

    /// What SQLite said, if it is about the disk; nil for all other errors.
    func fault(_ error: any Error) -> StorageError? {
        guard let error = error as? DatabaseError else { return nil }
        return switch (error.resultCode, error.extendedResultCode) {
        case (.SQLITE_FULL, _): .diskFull(path: path)
        case (_, .SQLITE_IOERR_NOMEM): nil
        case (.SQLITE_IOERR, let code): .diskFailed(path: path, code: Int(code.rawValue))
        default: nil
        }
    }

    func failed(_ error: StorageError) {
        let isNews = state.withLock { state in
            defer { state = .failing(error) }
            if case .writable = state { return true } else { return false }
        }
        guard isNews else { return }
        logger.error("store takes no writes", metadata: ["storage.path": "\(path)", "error": "\(error)"])
    }

    func testWriteSucceeded() {
        state.withLock { if case .failing = $0 { $0 = .trying } }
    }

    func committed() {
        let isNews = state.withLock { state in
            defer { state = .writable }
            if case .writable = state { return false } else { return true }
        }
        guard isNews else { return }
        logger.notice("store takes writes again", metadata: ["storage.path": "\(path)"])
    }
}
