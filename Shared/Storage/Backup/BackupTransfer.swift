package import Foundation
import Synchronization

// A backup on its way from the service that took it to the folder where it stays.

extension Backup {
    package func encodedManifest() throws -> Data { try manifest.encoded() }

    /// Of the compressed database; empty at its end.
    package func read(at offset: Int64, count: Int) async throws -> Data {
        try await offload { _ in
            let file = try InputFile(gzipPath)
            var data = Data(count: count)
            let read = try data.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
            return data.prefix(read)
        }
    }
}

extension BackupFolder {
    /// Removes the folder with everything in it: for one that is only passed through.
    package func discard() async throws { try await offload { _ in try Disk.remove(path) } }
}

/// Puts a backup together from its parts, checks it as a whole, and only then gives it its name. Blocks its thread.
/// One at a time per folder.
package final class BackupReceiver: Sendable {
    private struct State: ~Copyable {
        let file: OutputFile
        var bytes: Int64 = 0
    }

    private let folder: BackupFolder
    private let manifest: BackupManifest
    private let draft: String
    private let lock: DirectoryLock
    private let state: Mutex<State>

    /// - Parameter json: the manifest, as it was sent.
    /// - Throws: `BackupError`, also when the backup is of another service than the folder.
    package init(_ folder: BackupFolder, manifest json: Data) throws {
        self.folder = folder
        lock = try folder.lock()
        try folder.sweep()
        let draft = folder.draftPath(of: .now)
        self.draft = draft
        try Disk.makeDirectory(draft)
        try Disk.write(json, to: "\(draft)/\(BackupManifest.fileName)")
        manifest = try Backup(path: draft, service: folder.service).manifest
        state = Mutex(State(file: try OutputFile(creating: "\(draft)/\(manifest.gzipName)")))
    }

    /// What is to come in all.
    package var bytes: Int64 { manifest.gzip.bytes }

    /// - Throws: `BackupError.damaged` when more comes than the manifest says.
    package func write(_ data: Data) throws {
        try state.withLock { state in
            state.bytes += Int64(data.count)
            guard state.bytes <= manifest.gzip.bytes else {
                throw BackupError.damaged(path: draft, reason: "more came than its manifest says")
            }
            try data.withUnsafeBytes { try state.file.write($0) }
        }
    }

    /// - Throws: `BackupError.damaged`; call `abandon` then.
    package func finish(progress: BackupProgress.Report) throws -> Backup {
        try state.withLock { try $0.file.sync() }
        _ = try Backup(path: draft, manifest: manifest).verify(scratch: draft + "/check", progress: progress)
        try Disk.syncDirectory(draft)
        let path = folder.path(of: manifest.takenAt)
        try Disk.rename(draft, to: path)
        lock.release()
        return Backup(path: path, manifest: manifest)
    }

    /// Leaves nothing behind.
    package func abandon() {
        try? Disk.remove(draft)  // the next run sweeps what cannot be removed now
        lock.release()
    }
}
