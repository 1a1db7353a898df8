import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct GroupCommitTests {
    private struct Refused: Error {}

    @Test func concurrentWritersShareTransactions() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 1...200 {
                    group.addTask {
                        let answer = try await commits.write { db in
                            try insertNote(number, in: db)
                            return number * 2
                        }
                        return (number, answer)
                    }
                }
                try await until { commits.waiting == 200 }
                writer.release()
                for try await (number, answer) in group { #expect(answer == number * 2) }
            }
            try await first
            // One for the writer that was held, then 64 + 64 + 64 + 8.
            #expect(commits.transactions == 5)
            #expect(try await pool.read { try notes(in: $0) } == Array(1...200))
        }
    }

    @Test func writeThatThrowsIsUndoneAlone() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            async let good: Void = commits.write { try insertNote(1, in: $0) }
            let bad = Task {
                try await commits.write { db in
                    try insertNote(2, in: db)
                    throw Refused()
                }
            }
            async let alsoGood: Void = commits.write { try insertNote(3, in: $0) }
            try await until { commits.waiting == 3 }
            writer.release()
            _ = try await (first, good, alsoGood)
            await #expect(throws: Refused.self) { try await bad.value }
            #expect(commits.transactions == 2)
            #expect(try await pool.read { try notes(in: $0) } == [1, 3])
        }
    }

    /// Before it, alone, and after it: three transactions beside that of the writer that was held.
    @Test func longWorkSharesItsTransactionWithNobody() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            let before = Task { try await commits.write { try insertNote(1, in: $0) } }
            try await until { commits.waiting == 1 }
            let alone = Task { try await commits.write(isAlone: true) { try insertNote(2, in: $0) } }
            try await until { commits.waiting == 2 }
            let after = Task { try await commits.write { try insertNote(3, in: $0) } }
            try await until { commits.waiting == 3 }
            writer.release()
            try await first
            for write in [before, alone, after] { try await write.value }
            #expect(commits.transactions == 4)
            #expect(try await pool.read { try notes(in: $0) } == [1, 2, 3])
        }
    }

    @Test(arguments: ["INSERT INTO note (id) VALUES (2)", "INSERT OR ROLLBACK INTO note (id) VALUES (1)"])
    func longWorkThatThrowsIsUndoneWhole(_ sql: String) async throws {
        try await withCommits { commits, pool in
            await #expect(throws: (any Error).self) {
                try await commits.write(isAlone: true) { db in
                    try insertNote(1, in: db)
                    try db.execute(sql: sql)
                    throw Refused()
                }
            }
            try await commits.write(isAlone: true) { try insertNote(3, in: $0) }
            #expect(try await pool.read { try notes(in: $0) } == [3])
        }
    }

    @Test(arguments: [
        // Fails at COMMIT.
        "PRAGMA defer_foreign_keys = ON; INSERT INTO note (id, parent) VALUES (2, 99)",
        // Ends the transaction under the hands of those who share it.
        "INSERT INTO note (id) VALUES (2); INSERT OR ROLLBACK INTO note (id) VALUES (2)",
    ])
    func failedCommitFailsItsWholeBatchAndNoOther(_ sql: String) async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { db in
                writer.hold()
                try insertNote(100, in: db)
            }
            await writer.isHeld()
            let good = Task { try await commits.write { try insertNote(1, in: $0) } }
            let bad = Task { try await commits.write { try $0.execute(sql: sql) } }
            let thrown = Task { try await commits.write { _ in throw Refused() } }
            try await until { commits.waiting == 3 }
            let later = Task { try await commits.write { try insertNote(4, in: $0) } }
            try await until { commits.waiting == 4 }
            writer.release()
            try await first
            for write in [good, bad, thrown, later] {
                await #expect(throws: DatabaseError.self) { try await write.value }
            }
            try await commits.write { try insertNote(3, in: $0) }
            #expect(try await pool.read { try notes(in: $0) } == [3, 100])
        }
    }

    @Test func writeIsVisibleWhenItReturns() async throws {
        try await withCommits { commits, pool in
            for number in 1...20 {
                try await commits.write { try insertNote(number, in: $0) }
                #expect(try await pool.read { try notes(in: $0).last } == number)
            }
        }
    }

    @Test func writeBeyondTheBoundIsRefusedAndTheOthersGoOn() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            let refusedExpected = 10
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...GroupCommit.waitingMax + refusedExpected {
                    group.addTask {
                        do {
                            try await commits.write { try insertNote(number, in: $0) }
                            return true
                        } catch StorageError.busy(GroupCommit.waitingMax) {
                            return false
                        }
                    }
                }
                var refused = 0
                for try await wasTaken in group where !wasTaken {
                    refused += 1
                    if refused == refusedExpected { writer.release() }
                }
                #expect(refused == refusedExpected)
            }
            try await first
            #expect(try await pool.read { try notes(in: $0).count } == GroupCommit.waitingMax)
        }
    }

    @Test func writeCancelledBeforeItsTurnDoesNotRun() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            let cancelled = Task { try await commits.write { try insertNote(1, in: $0) } }
            let neighbour = Task { try await commits.write { try insertNote(2, in: $0) } }
            try await until { commits.waiting == 2 }
            cancelled.cancel()
            writer.release()
            try await first
            try await neighbour.value
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(try await pool.read { try notes(in: $0) } == [2])
        }
    }

    @Test func batchOfCancelledWritesCostsNoTransaction() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            async let first: Void = commits.write { _ in writer.hold() }
            await writer.isHeld()
            let cancelled = (1...100).map { number in
                Task { try await commits.write { try insertNote(number, in: $0) } }
            }
            try await until { commits.waiting == 100 }
            for write in cancelled { write.cancel() }
            writer.release()
            try await first
            for write in cancelled { await #expect(throws: CancellationError.self) { try await write.value } }
            #expect(commits.transactions == 1)
            #expect(commits.waiting == 0)
        }
    }

    @Test func writeCancelledDuringItsTurnStillGetsItsOutcome() async throws {
        try await withCommits { commits, pool in
            let writer = HeldWriter()
            let running = Task {
                try await commits.write { db in
                    writer.hold()
                    try insertNote(1, in: db)
                }
            }
            await writer.isHeld()
            running.cancel()
            writer.release()
            try await running.value
            #expect(try await pool.read { try notes(in: $0) } == [1])
        }
    }
}
