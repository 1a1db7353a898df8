import Dispatch
import Foundation
import GRDB
import Logging
import Testing

@testable import Storage

/// A directory that is there for the length of one test.
func withDirectory<T>(_ body: (String) async throws -> T) async throws -> T {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("storage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let outcome: Result<T, any Error>
    do {
        outcome = .success(try await body(directory.path))
    } catch {
        outcome = .failure(error)
    }
    try FileManager.default.removeItem(at: directory)
    return try outcome.get()
}

func withStore<T>(_ body: (Store) async throws -> T) async throws -> T {
    try await withDirectory { directory in
        let store = try openStore(directory)
        let result = try await body(store)
        try await store.close()
        return result
    }
}

func withCommits(
    logger: Logger = Logger(label: "test"), _ body: (GroupCommit, DatabasePool) async throws -> Void
) async throws {
    try await withDirectory { directory in
        let file = DatabaseFile(path: directory + "/test.sqlite", durability: .full)
        let pool = try file.open(label: "test", migrator: migrator())
        // Tests run the probe themselves.
        try await body(GroupCommit(pool: pool, gate: Gate(), probeInterval: .never, logger: logger), pool)
        try pool.close()
    }
}

func openStore(
    _ directory: String, migrator: DatabaseMigrator = migrator(), durability: Durability = .full
) throws -> Store {
    try Store.open(
        directory: directory, fileName: "test.sqlite", migrator: migrator, durability: durability,
        logger: Logger(label: "test"))
}

func migrator() -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    Outbox.addMigration(to: &migrator)
    Inbox.addMigration(to: &migrator)
    DeadLetters.addMigration(to: &migrator)
    migrator.registerMigration("notes") { db in
        try db.execute(
            sql: """
                CREATE TABLE note (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES note) STRICT;
                """)
    }
    return migrator
}

func insertNote(_ id: Int, in db: Database) throws {
    try db.execute(sql: "INSERT INTO note (id) VALUES (?)", arguments: [id])
}

func notes(in db: Database) throws -> [Int] {
    try Int.fetchAll(db, sql: "SELECT id FROM note ORDER BY id")
}

func newEntry(_ payload: String = "{}", id: UUID = UUID()) -> Outbox.NewEntry {
    Outbox.NewEntry(
        eventID: id, topic: "deals", aggregate: "D-1", type: "deal.created", aggregateVersion: 1,
        occurredMilliseconds: 1_700_000_000_000, traceID: nil, actor: "user", payload: Data(payload.utf8))
}

/// Occupies the writer's thread from `hold` to `release`.
struct HeldWriter: Sendable {
    private let entered = AsyncStream<Void>.makeStream()
    private let released = DispatchSemaphore(value: 0)

    /// Far above what any test takes: one that failed meanwhile must not wait for ever.
    private static let secondsMax = 30.0

    /// Runs inside a write.
    func hold() {
        entered.continuation.finish()
        _ = released.wait(timeout: .now() + Self.secondsMax)
    }

    func isHeld() async {
        for await _ in entered.stream {}
    }

    func release() {
        released.signal()
    }
}

struct DeadlinePassed: Error {}

/// Waits for a condition that nothing announces, at most ten seconds.
func until(_ condition: () -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < deadline else { throw DeadlinePassed() }
        await Task.yield()
    }
}
