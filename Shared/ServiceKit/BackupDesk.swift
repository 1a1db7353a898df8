import Contracts
import Foundation
import Logging
import RPC
import Storage
import Synchronization

/// Answers an operator who wants the service's data: a backup is taken beside the service's work, sent, and forgotten here.
final class BackupDesk: Sendable {
    /// Of one turn on the disk.
    private static let readBytes = 64 * BackupPart.bytesMax
    private static let progressPause = Duration.seconds(1)
    private static let progressWaitingMax = 64

    private let isBusy = Mutex(false)
    private let store: Store
    private let folder: BackupFolder
    private let logger: Logger

    /// - Parameter directory: of the service's data; the backup stands in it while it is sent.
    init(_ store: Store, service: String, directory: String, logger: Logger) {
        self.store = store
        self.folder = BackupFolder(path: "\(directory)/outgoing", service: service)
        self.logger = logger
    }

    func register(on router: inout RPCRouter) {
        router.on(BackupMethods.take) { _, _, writer in
            guard self.begin() else {
                throw RPCFault(
                    .resourceExhausted, "backup_running", "Another backup is being taken; wait for its end.")
            }
            defer { self.isBusy.withLock { $0 = false } }
            do {
                try await self.take(writer)
            } catch let error as BackupError {
                self.logger.error("backup failed", metadata: ["error": "\(error)"])
                throw RPCFault(.failedPrecondition, "backup_failed", "\(error)")
            }
        }
    }

    /// What a killed run left holds all that the store does.
    func sweep() async throws {
        guard begin() else { return }
        defer { isBusy.withLock { $0 = false } }
        try await folder.discard()
    }

    private func begin() -> Bool {
        isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
    }

    private func take(_ writer: RPCStreamWriter<BackupPart>) async throws {
        try await folder.discard()
        do {
            try await send(try await taken(writer), writer)
        } catch {
            try? await folder.discard()  // the next one begins with it
            throw error
        }
        try await folder.discard()
    }

    private func send(_ backup: Backup, _ writer: RPCStreamWriter<BackupPart>) async throws {
        try await writer.send(.manifest(try backup.encodedManifest()))
        var offset: Int64 = 0
        while case let bytes = try await backup.read(at: offset, count: Self.readBytes), !bytes.isEmpty {
            for start in stride(from: 0, to: bytes.count, by: BackupPart.bytesMax) {
                try await writer.send(.bytes(bytes[start..<min(start + BackupPart.bytesMax, bytes.count)]))
            }
            offset += Int64(bytes.count)
        }
        logger.info(
            "backup sent", metadata: ["backup.bytes": "\(offset)", "backup.taken": "\(backup.manifest.takenAt)"])
    }

    /// Tells the caller as soon as the state is fixed, and once a second how far the rest has come.
    private func taken(_ writer: RPCStreamWriter<BackupPart>) async throws -> Backup {
        let (news, teller) = AsyncStream.makeStream(
            of: BackupPart.self, bufferingPolicy: .bufferingNewest(Self.progressWaitingMax))
        let pace = ProgressPace(every: Self.progressPause)
        return try await withThrowingTaskGroup(of: Backup?.self) { tasks in
            tasks.addTask {
                defer { teller.finish() }
                return try await self.store.backup(
                    to: self.folder, appVersion: ProcessKit.version, isBase: false,
                    taken: { teller.yield(.taken(at: "\($0)")) },
                    progress: { state in
                        guard pace.isDue() else { return }
                        teller.yield(.progress(step: state.step.rawValue, done: state.done, total: state.total))
                    })
            }
            tasks.addTask {
                for await part in news { try await writer.send(part) }
                return nil
            }
            var backup: Backup?
            while let next = try await tasks.next() { backup = backup ?? next }
            guard let backup else { throw CancellationError() }
            return backup
        }
    }
}
