import Foundation
import GRDB
import Synchronization
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2)))
struct WalArchiveTests {
    @Test func anySecondIsRestoredExactly() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await store.addNotes(1...5)
            let atStart = try await store.everyRow()
            try await bench.backup(store)
            let states = try await bench.run(store, 1...20)
            try await store.close()
            // The log started over several times.
            #expect(Set(try bench.segments().map(\.salts)).count > 3)
            #expect(try bench.restored(at: TestClock.moment(0, milliseconds: 500)) == atStart)
            for second in [1, 2, 9, 10, 11, 19] as [Int64] {
                #expect(try bench.restored(at: TestClock.moment(second, milliseconds: 500)) == states[second])
            }
            #expect(try bench.restored() == states[20])
        }
    }

    @Test func laterBackupCarriesTheSameChain() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let early = try await bench.run(store, 1...5)
            let second = try await bench.backup(store)
            let late = try await bench.run(store, 6...10)
            try await store.close()
            #expect(try bench.restored(at: TestClock.moment(3, milliseconds: 500)) == early[3])
            #expect(try bench.restored(at: TestClock.moment(8, milliseconds: 500)) == late[8])
            // A later backup that cannot be read is no loss while the chain reaches over it.
            try damage(second.path + "/manifest.json", at: 0)
            #expect(try bench.restored(at: TestClock.moment(8, milliseconds: 500)) == late[8])
        }
    }

    @Test func readerThatHoldsTheLogCostsNothingOfIt() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let reader = HeldWriter()
            async let read: Void = store.read { db in
                _ = try notes(in: db)
                reader.hold()
            }
            await reader.isHeld()
            let held = try await bench.run(store, 1...6)
            reader.release()
            try await read
            let free = try await bench.run(store, 7...12)
            try await store.close()
            for second in [2, 6] as [Int64] {
                #expect(try bench.restored(at: TestClock.moment(second, milliseconds: 500)) == held[second])
            }
            #expect(try bench.restored(at: TestClock.moment(9, milliseconds: 500)) == free[9])
            #expect(try bench.restored() == free[12])
        }
    }

    @Test func everySecondUnderLoadIsAStateThatWasThere() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let archive = try #require(store.archive)
            try await bench.backup(store)
            let isDone = Mutex(false)
            async let written: Int = {
                var id = 0
                while !isDone.withLock({ $0 }) {
                    id += 1
                    try await store.addNotes(id...id)
                }
                return id
            }()
            var answered: [Int] = []
            for second in 1...40 as ClosedRange<Int64> {
                bench.clock.set(second: second)
                await archive.ship()
                answered.append(try await store.read { try notes(in: $0).count })
            }
            isDone.withLock { $0 = true }
            let last = try await written
            bench.clock.set(second: 41)
            try await store.close()
            #expect(Set(try bench.segments().map(\.salts)).count > 1)
            var counts: [Int] = []
            for second in 1...40 as ClosedRange<Int64> {
                let rows = try bench.restored(at: TestClock.moment(second, milliseconds: 900))
                let count = rows.count { $0.hasPrefix("note ") }
                #expect(rows.prefix(count) == (1..<count + 1).map { "note [id:\($0) parent:NULL]" }[...])
                #expect(rows.count { $0.hasPrefix("outbox ") } == count)
                counts.append(count)
            }
            #expect(counts == counts.sorted())
            #expect(zip(counts, answered).allSatisfy { $0 <= $1 })
            #expect(try bench.restored().count { $0.hasPrefix("note ") } == last)
        }
    }

    @Test func pageThatIsWrittenOftenIsArchivedOnce() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            bench.clock.set(second: 1)
            for id in 1...300 { try await store.addNotes(id...id) }
            try await #require(store.archive).ship()
            let rows = try await store.everyRow()
            let found = try #require(try bench.segments().last)
            let frameBytes = Int64(found.pageSize + WalFrame.headerBytes)
            #expect(found.frameCount > 600)
            #expect(found.frames.bytes < found.frameCount * frameBytes / 10)
            #expect(try bench.restored() == rows)
            try await store.close()
        }
    }

    /// Where somebody always reads, the log must start over all the same.
    @Test func logDoesNotGrowWithoutEndUnderReaders() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let end = CancelFlag()
            async let reading: Void = withThrowingTaskGroup(of: Void.self) { readers in
                for _ in 0..<3 {
                    readers.addTask {
                        while (try? end.check()) != nil {
                            try await store.read { db in
                                for _ in 0..<20 { _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM note") }
                            }
                        }
                    }
                }
                try await readers.waitForAll()
            }
            var longest: Int64 = 0
            for second in 1...40 as ClosedRange<Int64> {
                bench.clock.set(second: second)
                try await store.addNotes(Int(second) * 100...Int(second) * 100 + 30)
                try await #require(store.archive).ship()
                longest = max(longest, FileStamp(bench.data + "/test.sqlite-wal")?.size ?? 0)
            }
            end.set()
            try await reading
            // 64 KiB are a checkpoint's length here, eight times that a long log's; a second writes some 400 KiB.
            #expect(longest < 4 * 1024 * 1024)
            let rows = try await store.everyRow()
            try await store.close()
            #expect(try bench.restored() == rows)
        }
    }

    @Test func shrunkenDatabaseIsRestoredShrunken() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await store.addNotes(1...2000)
            try await bench.backup(store)
            bench.clock.set(second: 1)
            try await store.write { try $0.execute(sql: "DELETE FROM note") }
            try await #require(store.archive).ship()
            let rows = try await store.everyRow()
            try await store.close()
            #expect(try bench.restored() == rows)
        }
    }

    @Test func quietStoreWritesNothingAndKnowsThatNothingHappened() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let states = try await bench.run(store, 1...1)
            let count = try bench.segments().count
            for second in 2...600 as ClosedRange<Int64> {
                bench.clock.set(second: second)
                try await #require(store.archive).ship()
            }
            #expect(try bench.segments().count == count)
            #expect(try bench.restored(at: TestClock.moment(590)) == states[1])
            #expect(try #require(store.archive?.status.completeAt) >= bench.clock.now)
            // Nobody has said yet that the next hour was quiet too.
            #expect(throws: BackupError.self) { try bench.restored(at: TestClock.moment(4200)) }
            try await store.close()
        }
    }

    @Test func closingShipsTheRest() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            bench.clock.set(second: 1)
            try await store.addNotes(1...20)
            let rows = try await store.everyRow()
            bench.clock.set(second: 2)
            try await store.close()
            #expect(try bench.restored() == rows)
            #expect(try bench.restored(at: TestClock.moment(2)) == rows)
            #expect(!FileManager.default.fileExists(atPath: bench.data + "/test.sqlite-wal"))
        }
    }

    @Test(arguments: [
        // Of the savepoint, then the commit of what is left.
        "SELECT * FROM missing",
        // Of the whole transaction: its pages stay in the log, behind the last commit.
        "INSERT OR ROLLBACK INTO note (id) VALUES (100)",
    ])
    func rolledBackPagesThatReachedTheLogAreNotShipped(_ failure: String) async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            try await store.addNotes(1...10)
            bench.clock.set(second: 1)
            await #expect(throws: DatabaseError.self) {
                try await store.write { db in
                    // Spills: the pages do not fit into the cache.
                    try db.execute(sql: "PRAGMA cache_size = 10")
                    try insertNote(100, in: db)
                    let payload = String(repeating: "x", count: 3000)
                    for _ in 0..<300 { try Outbox.append(newEntry(payload), in: db) }
                    try db.execute(sql: failure)
                }
            }
            #expect(try InputFile(bench.data + "/test.sqlite-wal").size() > 1_000_000)
            try await #require(store.archive).ship()
            try await store.addNotes(11...12)
            let rows = try await store.everyRow()
            try await store.close()
            #expect(try bench.restored() == rows)
        }
    }
}
