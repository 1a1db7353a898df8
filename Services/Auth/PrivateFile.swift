import Foundation

/// Files that only the service's own user may read.
enum PrivateFile {
    /// Writes the whole file or nothing: beside it first, then moved into its place.
    static func write(_ text: String, to path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot create \(draft)") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.synchronize()
        try handle.close()
        guard rename(draft, path) == 0 else { throw failure("cannot write \(path)") }
    }

    /// A file that is not there is removed already.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot remove \(path)") }
    }

    /// Takes all rights from others on a database and the two files that SQLite keeps beside it, which hold keys and
    /// hashes. SQLite gives files that it makes later the rights of the database.
    static func restrict(directory: String, fileName: String) throws {
        for name in [fileName, fileName + "-wal", fileName + "-shm"] {
            let path = "\(directory)/\(name)"
            guard chmod(path, 0o600) == 0 || errno == ENOENT else { throw failure("cannot restrict \(path)") }
        }
    }

    private static func failure(_ what: String) -> StartFailure {
        StartFailure("\(what): \(String(cString: strerror(errno)))")
    }
}
