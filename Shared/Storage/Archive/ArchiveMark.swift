import Foundation

/// Lies beside a database for as long as every commit goes through its archive, and names the generation. Removed before
/// anything else may checkpoint: a run without an archive, or the archive itself when it gives up. (A run that ends with an
/// archive that fails leaves no log, and no word of a good end: nothing goes on from there.)
struct ArchiveMark: Codable, Sendable, Hashable {
    var generation: String
    /// Where in the log it began; nil when there was no log yet.
    var begin: WalCursor.Record?
    /// After a good end with everything archived; nil while the service runs, or when it was killed.
    var closed: Closed?

    struct Closed: Codable, Sendable, Hashable {
        var database: FileStamp
        /// Of the last segment; 0 for none.
        var sequence: Int64
    }

    private static func path(of database: String) -> String { database + "-archive" }

    static func read(of database: String) -> ArchiveMark? {
        FileManager.default.contents(atPath: path(of: database)).flatMap {
            try? JSONDecoder().decode(ArchiveMark.self, from: $0)
        }
    }

    func write(of database: String) throws { try Disk.write(JSONEncoder().encode(self), to: Self.path(of: database)) }

    /// Durably. Throws `BackupError.unusable`.
    static func remove(of database: String) throws {
        guard Disk.exists(path(of: database)) else { return }
        try Disk.remove(path(of: database))
        try Disk.syncDirectory((database as NSString).deletingLastPathComponent)
    }
}

/// Which file lies at a path, and as what it was written last.
struct FileStamp: Codable, Sendable, Hashable {
    var inode: UInt64
    var size: Int64
    var modifiedSeconds: Int
    var modifiedNanoseconds: Int

    /// nil when there is none.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }
}
