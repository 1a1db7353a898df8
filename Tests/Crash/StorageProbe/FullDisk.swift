import ArgumentParser
import Foundation
import GRDB
import InMemoryLogging
import Logging
import Storage

/// Writes until the disk takes no more, looks what works then, makes room, and waits for the store to notice.
///
/// The limit is RLIMIT_FSIZE: to the file system's calls a file that may not grow is a disk that is full. With
/// `--filled-by` it is the file system itself, filled by a file of that name, which is deleted to make room.
struct FullDisk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "full", abstract: "Meet a full disk and recover from it; prints one line of JSON.")

    @Option(help: "Where the file lies.") var directory: String
    @Option(help: "Fill the file system with this file instead of limiting the size of files.") var filledBy: String?

    struct Report: Codable {
        var error = ""
        var acknowledged = 0
        var refusedAtOnce = 0
        var keptWhileFull = 0
        var wasWritableWhileFull = true
        var outagesTold = 0
        var writesAfterwards = 0
        var kept = 0
        var integrity = ""
    }

    func run() async throws {
        let log = InMemoryLogHandler()
        let store = try StorageProbe.open(directory, .full, logger: Logger(label: "storage-probe") { _ in log })
        var report = Report()
        for id in 1...50 { try await store.write { try StorageProbe.insert(id, bytes: 500, in: $0) } }
        report.acknowledged = 50

        try fill()
        while report.error.isEmpty {
            let id = report.acknowledged + 1
            do {
                try await store.write { try StorageProbe.insert(id, bytes: 500, in: $0) }
                report.acknowledged = id
            } catch let error as StorageError {
                report.error = "\(error)"
            }
        }
        for id in 1_000_001...1_000_020 {
            do {
                try await store.write { try StorageProbe.insert(id, in: $0) }
            } catch is StorageError {
                report.refusedAtOnce += 1
            }
        }
        report.keptWhileFull = try await count(store)
        report.wasWritableWhileFull = store.isWritable

        try makeRoom()
        // Nothing tells when a disk has room again; the store itself looks once a second.
        while !store.isWritable { try await Task.sleep(for: .milliseconds(20)) }
        for id in 2_000_001...2_000_010 {
            try await store.write { try StorageProbe.insert(id, bytes: 500, in: $0) }
            report.writesAfterwards += 1
        }
        report.kept = try await count(store)
        report.integrity = try await store.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "" }
        report.outagesTold = log.entries.count { $0.level >= .error }
        try await store.close()
        try StorageProbe.print(report)
    }

    private func count(_ store: Store) async throws -> Int {
        try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entry") ?? 0 }
    }

    private func fill() throws {
        if let filledBy {
            guard let file = fopen(filledBy, "w") else { throw ValidationError("cannot create \(filledBy)") }
            let block = [UInt8](repeating: 0, count: 4096)
            while fwrite(block, 1, block.count, file) == block.count, fflush(file) == 0 {}
            fclose(file)
        } else {
            // Without this the signal would end the process before write(2) can fail.
            signal(SIGXFSZ, SIG_IGN)
            let log = try FileManager.default.attributesOfItem(atPath: directory + "/\(StorageProbe.fileName)-wal")
            try limitFiles(to: ((log[.size] as? Int) ?? 0) + 32 * 1024)
        }
    }

    private func makeRoom() throws {
        if let filledBy { try FileManager.default.removeItem(atPath: filledBy) } else { try limitFiles(to: nil) }
    }

    private func limitFiles(to bytes: Int?) throws {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { throw ExitCode.failure }
        limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { throw ExitCode.failure }
    }
}
