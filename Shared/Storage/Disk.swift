package import Foundation

/// The few calls that decide what is there after a power cut: a name is safe once its directory is synced.
package enum Disk {
    /// Makes a directory (mode 0700) and its missing parents.
    package static func makeDirectory(_ path: String) throws {
        do {
            try DirectoryLock.create(path)
        } catch StorageError.unreadable(let path, let reason) {
            throw BackupError.unusable(path: path, reason: reason)
        }
    }

    /// Moves within one file system; the new name is durable when this returns.
    static func rename(_ source: String, to target: String) throws {
        guard Foundation.rename(source, target) == 0 else { throw failure(target) }
        try syncDirectory((target as NSString).deletingLastPathComponent)
    }

    static func syncDirectory(_ path: String) throws {
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure(path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure(path) }
    }

    /// Sorted; empty when the directory is not there.
    static func names(in directory: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        } catch {
            guard exists(directory) else { return [] }
            throw BackupError.unusable(path: directory, reason: "cannot be listed")
        }
    }

    /// Of the file system on which the path lies; nil where it does not tell.
    static func freeBytes(at path: String) -> Int64? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int64(clamping: UInt64(info.f_bavail) * UInt64(info.f_frsize))
    }

    /// When the file was last written; nil when it cannot be asked.
    static func modified(_ path: String) -> BackupMoment? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return BackupMoment(
            milliseconds: Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// What is not there is removed already.
    static func remove(_ path: String) throws {
        guard exists(path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw BackupError.unusable(path: path, reason: "cannot be removed")
        }
    }

    /// The whole file, then its name: readers see nothing or all of it.
    package static func write(_ data: Data, to path: String) throws {
        let draft = path + ".tmp"
        unlink(draft)
        let file = try OutputFile(creating: draft)
        try data.withUnsafeBytes { try file.write($0) }
        try file.sync()
        try rename(draft, to: path)
    }

    static func failure(_ path: String, _ code: Int32 = errno) -> BackupError {
        .unusable(path: path, reason: words(code))
    }

    /// What the system says of an error: `no space left on device`.
    static func words(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}

/// A file to write to, mode 0600 when it is new; closed when it goes out of scope.
struct OutputFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// Fails when there is a file of that name.
    init(creating path: String) throws { try self.init(path, O_CREAT | O_EXCL) }

    init(existing path: String) throws { try self.init(path, 0) }

    /// Goes on with the file of that name, or creates it.
    init(at path: String) throws { try self.init(path, O_CREAT) }

    private init(_ path: String, _ flags: Int32) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw Disk.failure(path) }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Disk.failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        var done = 0
        while done < bytes.count {
            let part = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, part.baseAddress, part.count, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Disk.failure(path) }
            done += count
        }
    }

    func truncate(to bytes: Int64) throws {
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw Disk.failure(path) }
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw Disk.failure(path) }
    }
}

/// A file to read from; closed when it goes out of scope. Never for a database that is open in this process: closing
/// any descriptor of it drops the locks that SQLite holds on it. (Its write-ahead log carries no locks.)
struct InputFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Disk.failure(path) }
    }

    deinit { close(descriptor) }

    func size() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Disk.failure(path) }
        return Int64(status.st_size)
    }

    /// Fills the buffer as far as the file goes; returns how many bytes there were.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var done = 0
        while done < buffer.count {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, part.baseAddress, part.count, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Disk.failure(path) }
            guard count > 0 else { break }
            done += count
        }
        return done
    }
}
