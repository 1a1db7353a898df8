import Foundation

/// A finished backup: a directory with a compressed database and the manifest that vouches for it.
package struct Backup: Sendable {
    package let path: String
    package let manifest: BackupManifest

    var gzipPath: String { "\(path)/\(manifest.gzipName)" }

    /// Reads the manifest only. Throws `BackupError.damaged`, `.foreign` or `.newerFormat`.
    package init(path: String, service: String) throws {
        self.path = path
        manifest = try BackupManifest.read(in: path)
        guard manifest.service == service else {
            throw BackupError.foreign(path: path, service: manifest.service, expected: service)
        }
    }

    init(path: String, manifest: BackupManifest) {
        self.path = path
        self.manifest = manifest
    }

    /// Restores into `scratch` (made, and removed in the end), checks everything the manifest says, and returns what
    /// the database holds. Throws `BackupError.damaged`.
    package func verify(scratch: String, progress: BackupProgress.Report = { _ in }) throws -> DatabaseContents {
        try Disk.makeDirectory(scratch)
        defer { try? Disk.remove(scratch) }  // the verdict matters more than what is left over
        let copy = "\(scratch)/\(manifest.databaseName)"
        try expand(to: copy, progress: progress)
        return try check(copy, progress: progress)
    }

    /// Whether the compressed file is the one that the manifest was written for. Reads all of it.
    func isIntact() -> Bool {
        guard let digest = try? FileDigest(of: gzipPath) else { return false }
        return digest == manifest.gzip
    }

    /// Decompresses into a new file, which is synced. Throws `BackupError.damaged` when a length or a hash differs.
    func expand(to target: String, progress: BackupProgress.Report) throws {
        let source: InputFile
        do {
            source = try InputFile(gzipPath)
        } catch {
            throw BackupError.damaged(path: path, reason: "it lacks \(manifest.gzipName)")
        }
        guard try source.size() == manifest.gzip.bytes else {
            throw BackupError.damaged(path: path, reason: "\(manifest.gzipName) has another length")
        }
        let output = try OutputFile(creating: target)
        var done: Int64 = 0
        let found = try Gzip.expand(source, bytesMax: manifest.database.bytes) { bytes in
            try output.write(bytes)
            done += Int64(bytes.count)
            try progress(BackupProgress(.decompressing, done: done, of: manifest.database.bytes))
        }
        guard found.gzip == manifest.gzip, found.plain == manifest.database else {
            throw BackupError.damaged(path: path, reason: "\(manifest.gzipName) has another SHA-256")
        }
        try output.sync()
    }

    /// Checks an expanded copy against the manifest.
    func check(_ copy: String, progress: BackupProgress.Report) throws -> DatabaseContents {
        try progress(BackupProgress(.checking, done: 0, of: manifest.database.bytes))
        let contents = try DatabaseContents.checked(copy, of: path)
        guard contents == manifest.contents else {
            throw BackupError.damaged(path: path, reason: "its rows are not those of the manifest")
        }
        return contents
    }
}
