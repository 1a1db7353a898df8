import GRDB
import Testing

@testable import Storage

/// SQLITE_BUSY is an answer no caller can do anything about; one writer and a log that readers do not lock rule it out.
@Suite(.timeLimit(.minutes(2)))
struct ContentionTests {
    private static let perTask = 50

    @Test func nobodyIsToldThatTheFileIsBusy() async throws {
        try await withCommits { commits, pool in
            // Every write is followed by a checkpoint, which is when locks meet.
            try await commits.write { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 1") }
            try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<16 {
                    group.addTask { try await write(Array(writer * 1000..<writer * 1000 + Self.perTask), commits) }
                }
                for _ in 0..<16 { group.addTask { try await read(pool) } }
                group.addTask { try await checkpoint(pool) }
                let busy = try await group.reduce(0, +)
                #expect(busy == 0)
            }
            #expect(try await pool.read { try notes(in: $0).count } == 16 * Self.perTask)
        }
    }

    private func write(_ ids: [Int], _ commits: GroupCommit) async throws -> Int {
        try await busyAnswers(ids) { id in try await commits.write { try insertNote(id, in: $0) } }
    }

    private func read(_ pool: DatabasePool) async throws -> Int {
        try await busyAnswers(Array(0..<Self.perTask)) { _ in _ = try await pool.read { try notes(in: $0).count } }
    }

    private func checkpoint(_ pool: DatabasePool) async throws -> Int {
        try await busyAnswers(Array(0..<Self.perTask)) { _ in
            try await pool.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
        }
    }

    private func busyAnswers(_ numbers: [Int], _ work: (Int) async throws -> Void) async throws -> Int {
        var busy = 0
        for number in numbers {
            do { try await work(number) } catch let error as DatabaseError
                where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode)
            {
                busy += 1
            }
        }
        return busy
    }
}
