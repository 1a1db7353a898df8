import Foundation
import GRDB
import Logging
import Synchronization
import Testing

@testable import Storage

/// Hands that a test turns.
final class TestClock: Sendable {
    static let start = BackupMoment(milliseconds: 1_795_000_000_000)
    private let moment = Mutex(start)

    var now: BackupMoment { moment.withLock { $0 } }
    var read: BackupClock { { self.now } }

    func set(second: Int64) { moment.withLock { $0 = Self.moment(second) } }

    static func moment(_ second: Int64, milliseconds: Int64 = 0) -> BackupMoment {
        BackupMoment(milliseconds: start.milliseconds + second * 1000 + milliseconds)
    }
}

/// A store in one directory, and the folder of its backups in another.
struct BackupBench: Sendable {
    let directory: String
    let clock = TestClock()

    var data: String { directory + "/data" }
    var folder: BackupFolder { BackupFolder(path: directory + "/backups/test", service: "test") }

    /// Checkpoints after a few writes, so that every test sees some.
    static var smallLimits: ArchiveSettings.Limits {
        var limits = ArchiveSettings.Limits()
        limits.checkpointBytes = 64 * 1024
        return limits
    }

    func open(_ limits: ArchiveSettings.Limits? = smallLimits, data: String? = nil) throws -> Store {
        try Store.open(
            directory: data ?? self.data, fileName: "test.sqlite", migrator: migrator(), durability: .normal,
            archive: limits.map { ArchiveSettings(folder: folder, limits: $0, clock: clock.read) },
            logger: Logger(label: "test"))
    }

    /// Writes ten notes in each second, archives them, and tells what there was then.
    func run(_ store: Store, _ seconds: ClosedRange<Int64>) async throws -> [Int64: [String]] {
        var states: [Int64: [String]] = [:]
        for second in seconds {
            clock.set(second: second)
            try await store.addNotes(Int(second) * 10...Int(second) * 10 + 9)
            try await #require(store.archive).ship()
            states[second] = try await store.everyRow()
        }
        return states
    }

    @discardableResult
    func backup(_ store: Store, progress: @escaping BackupProgress.Report = { _ in }) async throws -> Backup {
        try await store.backup(to: folder, appVersion: "1.0", clock: clock.read, progress: progress)
    }

    /// Restores into a directory of its own and reads every row of it.
    func restored(at moment: BackupMoment? = nil) throws -> [String] {
        let target = "\(directory)/restored-\(UUID().uuidString)"
        let restoration = try Restoration(from: folder, at: moment)
        _ = try restoration.restore(into: target)
        defer { try? FileManager.default.removeItem(atPath: target) }
        let queue = try DatabaseQueue(path: target + "/test.sqlite")
        defer { try? queue.close() }
        return try queue.read(everyRow)
    }

    /// What a kill leaves: the files of a store as they are now, in a new directory of that name.
    func killed(_ data: String? = nil, _ name: String = "killed") throws -> String {
        let copy = "\(directory)/\(name)"
        try FileManager.default.copyItem(atPath: data ?? self.data, toPath: copy)
        return copy
    }

    func firstGeneration() throws -> WalGeneration { try #require(try WalGeneration.all(in: folder).first) }

    /// Of all generations, in order.
    func segmentPaths() throws -> [String] {
        try WalGeneration.all(in: folder).flatMap { generation in
            try generation.sequences().map { generation.segmentPath($0) }
        }
    }

    func segments() throws -> [WalSegment] { try segmentPaths().map { try WalSegment.read($0).segment } }

    /// While `body` runs a file lies where the archived log is.
    func withoutLogFolder<T>(_ body: () async throws -> T) async throws -> T {
        let away = folder.path + "/.away"
        try FileManager.default.moveItem(atPath: folder.logPath, toPath: away)
        try Data().write(to: URL(fileURLWithPath: folder.logPath))
        let result = try await body()
        try FileManager.default.removeItem(atPath: folder.logPath)
        try FileManager.default.moveItem(atPath: away, toPath: folder.logPath)
        return result
    }

    /// What of the folder is visible and what is not.
    func names() throws -> [String] { try Disk.names(in: folder.path) }
}

func withBench<T>(_ body: (BackupBench) async throws -> T) async throws -> T {
    try await withDirectory { try await body(BackupBench(directory: $0)) }
}

/// Every row of every table, in order.
func everyRow(_ db: Database) throws -> [String] {
    try ["note", "outbox", "inbox", "grdb_migrations"].flatMap { table in
        try Row.fetchAll(db, sql: "SELECT * FROM \(table) ORDER BY rowid").map { "\(table) \($0)" }
    }
}

/// A note and the event that tells of it, in one transaction.
func insertNoteWithEvent(_ id: Int, in db: Database) throws {
    try insertNote(id, in: db)
    try Outbox.append(newEntry(#"{"note":\#(id)}"#), in: db)
}

extension Store {
    func everyRow() async throws -> [String] { try await read { try StorageTests.everyRow($0) } }

    func addNotes(_ ids: ClosedRange<Int>) async throws {
        for id in ids { try await write { try insertNoteWithEvent(id, in: $0) } }
    }
}

/// Changes one byte of a file.
func damage(_ path: String, at offset: Int) throws {
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data[offset] ^= 0x55
    try data.write(to: URL(fileURLWithPath: path))
}

func cut(_ path: String, to bytes: UInt64) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: bytes)
    try handle.close()
}
