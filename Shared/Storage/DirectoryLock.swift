import Foundation
import Synchronization

/// Keeps a data directory to one process for as long as this object lives.
///
/// SQLite 3.7.0 to 3.51.2 can corrupt a file in WAL mode when two processes write and checkpoint it at the same moment
/// (fixed in 3.51.3), so a second process must not get as far as opening the file. The lock is flock(2) on `LOCK`: the
/// kernel drops it with the process, however that ends, so no stale lock is ever left behind.
/// The file itself stays; deleting it would let two processes hold two different files of that name.
package final class DirectoryLock: Sendable {
    static let fileName = "LOCK"

    /// nil once released.
    private let descriptor: Mutex<Int32?>

    /// Creates the directory (mode 0700) and its missing parents, then takes the lock without waiting.
    package init(directory: String) throws {
        try Self.create(directory)
        let path = "\(directory)/\(Self.fileName)"
        // O_CLOEXEC: a child process that inherited the descriptor would keep the lock after this process is gone.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StorageError.unreadable(path: path, reason: Disk.words(errno)) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(file)
            guard code == EWOULDBLOCK else { throw StorageError.unreadable(path: path, reason: Disk.words(code)) }
            throw StorageError.directoryInUse(directory)
        }
        descriptor = Mutex(file)
    }

    /// Whether some process holds the directory now. Asking takes the lock for an instant.
    package static func isHeld(_ directory: String) -> Bool {
        let file = open("\(directory)/\(fileName)", O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return errno == EACCES }
        defer { close(file) }
        return flock(file, LOCK_SH | LOCK_NB) != 0
    }

    deinit { release() }

    /// Gives the directory back before the object goes; a second call does nothing.
    package func release() {
        let file = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let file else { return }
        // Closing alone leaves it locked while a child that was just forked, and has not called exec yet, has the file, too.
        _ = flock(file, LOCK_UN)
        close(file)
    }

    static func create(_ directory: String) throws {
        if mkdir(directory, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        let parent = (directory as NSString).deletingLastPathComponent
        guard code == ENOENT, !parent.isEmpty, parent != directory else {
            throw StorageError.unreadable(path: directory, reason: Disk.words(code))
        }
        try create(parent)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw StorageError.unreadable(path: directory, reason: Disk.words(errno))
        }
    }
}
