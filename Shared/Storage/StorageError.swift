import Foundation
import GRDB

/// Why a store did not open or did not take a request. Each description is one line that an operator can act on.
package enum StorageError: Error, Hashable, CustomStringConvertible {
    /// Another process, or this one, holds the lock of the directory.
    case directoryInUse(String)
    /// The file was migrated by a newer build than this one.
    case newerSchema(path: String)
    /// SQLite did not keep the settings on which the promise "answered means on disk" rests.
    case notDurable(path: String, asked: String, found: String)
    /// The directory or the file cannot be used: permissions, a full disk, not a database, a migration that failed.
    case unreadable(path: String, reason: String)
    /// Too many already wait; nothing was run, so the same request may be sent again.
    case busy(waitingMax: Int)
    /// No room for the write; nothing is kept, and the same request may be sent again once there is.
    case diskFull(path: String)
    /// The disk did not take the write or did not sync it; nothing is kept. The code is SQLite's extended result code.
    case diskFailed(path: String, code: Int)
    /// The store is shutting down; nothing was run.
    case closed
    /// A consumer's cursor may repeat a position but never go back to an older one.
    case cursorMovedBack(source: String, from: Int64, to: Int64)

    package var description: String {
        switch self {
        case .directoryInUse(let directory):
            "The directory \(directory) is in use by another process; stop that one first."
        case .newerSchema(let path):
            "The database \(path) was written by a newer version; start that version or restore an older backup."
        case .notDurable(let path, let asked, let found):
            "The database \(path) is not durable: asked for \(asked), SQLite has \(found)."
        case .unreadable(let path, let reason):
            "Cannot use \(path): \(reason)."
        case .busy(let waitingMax):
            "The store is busy: \(waitingMax) requests wait already."
        case .diskFull(let path):
            "No room to write \(path): free space on its disk; nothing was kept, reads go on."
        case .diskFailed(let path, let code):
            "The disk does not take writes to \(path) (SQLite \(code)): check it; nothing was kept, reads go on."
        case .closed:
            "The store is closed."
        case .cursorMovedBack(let source, let from, let to):
            "The cursor of \(source) stands at \(from) and cannot go back to \(to)."
        }
    }
}

extension StorageError: CustomNSError {
    /// A code of sysexits(3): EX_TEMPFAIL for what may be tried again later, EX_CANTCREAT otherwise.
    package var errorCode: Int {
        switch self {
        case .directoryInUse, .busy, .diskFull, .diskFailed, .closed: 75
        case .newerSchema, .notDurable, .unreadable, .cursorMovedBack: 73
        }
    }
}

extension StorageError {
    /// What SQLite said while a file was opened or written anew.
    init(_ error: DatabaseError, of path: String) {
        let words = error.message ?? "SQLite error"
        self = .unreadable(path: path, reason: "\(words) (SQLite \(error.extendedResultCode.rawValue))")
    }
}
