import Foundation
import GRDB
import InMemoryLogging
import Logging
import Testing

@testable import Storage

/// SQLite's own limit of pages stands for the disk here: the error is the same, and it can be lifted. A real file that
/// cannot grow is in `FullDiskTests`.
@Suite(.timeLimit(.minutes(1)))
struct DiskFailureTests {
    private let log = InMemoryLogHandler()

    private var logger: Logger { Logger(label: "test") { [log] _ in log } }

    /// Level and message of each.
    private var lines: [String] { log.entries.map { "\($0.level) \($0.message)" } }

    private func fill(_ commits: GroupCommit) async throws {
        try await commits.write { try $0.execute(sql: "CREATE TABLE bulk (bytes BLOB) STRICT") }
        try await limit(toPages: 30, commits)
        await #expect(throws: StorageError.self) { try await bulk(commits) }
    }

    private func bulk(_ commits: GroupCommit) async throws {
        try await commits.write { try $0.execute(sql: "INSERT INTO bulk VALUES (zeroblob(200000))") }
    }

    private func limit(toPages pages: Int, _ commits: GroupCommit) async throws {
        _ = try await commits.write { try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)") }
    }

    private func afterTestWrite(_ commits: GroupCommit) async throws {
        commits.probe.run()
        try await until { commits.health == .writable }
    }

    @Test func fullDiskRefusesWritesUnrunAndReadsGoOn() async throws {
        try await withCommits { commits, pool in
            try await commits.write { try insertNote(1, in: $0) }
            try await fill(commits)
            let full = StorageError.diskFull(path: pool.path)
            #expect(commits.health == .failing(full))
            let transactions = commits.transactions
            await #expect(throws: full) { try await commits.write { try insertNote(2, in: $0) } }
            #expect(commits.transactions == transactions)
            #expect(try await pool.read { try notes(in: $0) } == [1])
            #expect(full.errorCode == 75)
            #expect(full.description.hasPrefix("No room to write \(pool.path): free space"))
        }
    }

    @Test func wholeBatchFailsAndWhatWaitsIsNotRun() async throws {
        try await withCommits { commits, pool in
            try await commits.write { try $0.execute(sql: "CREATE TABLE bulk (bytes BLOB) STRICT") }
            try await limit(toPages: 30, commits)
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            let neighbours = [Task { try await commits.write { try insertNote(0, in: $0) } }]
            try await until { commits.waiting == 1 }
            let big = Task { try await bulk(commits) }
            try await until { commits.waiting == 2 }
            // More than one batch.
            let later = (1...100).map { number in
                Task { try await commits.write { try insertNote(number, in: $0) } }
            }
            try await until { commits.waiting == 102 }
            writer.release()
            try await first
            for write in neighbours + [big] + later {
                await #expect(throws: StorageError.diskFull(path: pool.path)) { try await write.value }
            }
            #expect(try await pool.read { try notes(in: $0) } == [])
            #expect(try await pool.writeWithoutTransaction { !$0.isInsideTransaction })
        }
    }

    @Test func outageIsToldOnceAndEndsWithACommitNotWithATestWrite() async throws {
        try await withCommits(logger: logger) { commits, pool in
            try await fill(commits)
            for _ in 1...3 {
                try await afterTestWrite(commits)
                await #expect(throws: StorageError.self) { try await bulk(commits) }
                await #expect(throws: StorageError.self) { try await bulk(commits) }
            }
            #expect(lines == ["error store takes no writes"])
            try await afterTestWrite(commits)
            try await limit(toPages: 1_000_000, commits)
            try await bulk(commits)
            #expect(lines == ["error store takes no writes", "notice store takes writes again"])
        }
    }

    @Test func writesGoOnAfterTheTestWrite() async throws {
        try await withCommits { commits, pool in
            try await fill(commits)
            try await afterTestWrite(commits)
            try await commits.write { try insertNote(7, in: $0) }
            #expect(try await pool.read { try notes(in: $0) } == [7])
            #expect(try await pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        }
    }

    @Test func testWriteChangesNothing() async throws {
        try await withCommits { commits, pool in
            try await commits.write { try $0.execute(sql: "PRAGMA user_version = -5") }
            try await pool.writeWithoutTransaction { try DiskProbe.write($0) }
            #expect(try await pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == -5)
        }
    }

    @Test(arguments: [
        (DatabaseError(resultCode: .SQLITE_FULL), StorageError.diskFull(path: "/x") as StorageError?),
        (DatabaseError(resultCode: .SQLITE_IOERR_WRITE), .diskFailed(path: "/x", code: 778)),
        (DatabaseError(resultCode: .SQLITE_IOERR_FSYNC), .diskFailed(path: "/x", code: 1034)),
        (DatabaseError(resultCode: .SQLITE_IOERR_NOMEM), nil),
        (DatabaseError(resultCode: .SQLITE_CONSTRAINT_UNIQUE), nil),
    ])
    func errorsOfTheDiskAreTold(_ error: DatabaseError, _ expected: StorageError?) {
        #expect(DiskWatch(path: "/x", logger: logger).fault(error) == expected)
    }
}
