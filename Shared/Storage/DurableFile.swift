package import Foundation

/// A small file beside a database, for what must survive it: written whole or not at all, and on disk when `write` returns.
/// Mode 0600.
package struct DurableFile: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var exists: Bool { Disk.exists(path) }

    /// Nil where there is no such file. Throws `BackupError.unusable` for one that cannot be read or is longer.
    package func read(bytesMax: Int) throws -> Data? {
        guard Disk.exists(path) else { return nil }
        let file = try InputFile(path)
        var bytes = Data(count: bytesMax + 1)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        guard count <= bytesMax else { throw BackupError.unusable(path: path, reason: "too long") }
        return bytes.prefix(count)
    }

    /// Replaces what was there: the new content beside it, synced, then renamed into its place, then the directory synced.
    /// Throws `BackupError.unusable`; what was there before then stays.
    package func write(_ bytes: Data) async throws {
        try await offload { [path] _ in try Disk.write(bytes, to: path) }
    }

    /// As `write`, for a start, where nothing else could run.
    package func create(_ bytes: Data) throws { try Disk.write(bytes, to: path) }
}
