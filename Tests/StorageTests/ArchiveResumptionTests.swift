import Foundation
import GRDB
import Testing

@testable import Storage

/// What a run of a store makes of the log that the run before it has archived.
@Suite(.timeLimit(.minutes(2)))
struct ArchiveResumptionTests {
    /// A store with a backup and some archived seconds, and what was in it at each of them.
    private func withStore(
        _ body: (BackupBench, Store, _ states: [Int64: [String]]) async throws -> Void
    ) async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let states = try await bench.run(store, 1...3)
            try await body(bench, store, states)
        }
    }

    private func generations(_ bench: BackupBench) throws -> Int { try WalGeneration.all(in: bench.folder).count }

    /// Opens, ships once and tells whether the generation went on.
    private func goesOn(_ bench: BackupBench, data: String? = nil) async throws -> Bool {
        let before = try generations(bench)
        let store = try bench.open(data: data)
        await store.archive?.ship()
        let goesOn = try generations(bench) == before
        #expect(store.archive?.status.hasBase == goesOn)
        try await store.close()
        return goesOn
    }

    @Test func afterAKillTheSameGenerationGoesOnWithoutANewBackup() async throws {
        try await withStore { bench, store, states in
            // Committed, and not shipped when the kill came.
            try await store.addNotes(1000...1010)
            let rows = try await store.everyRow()
            let data = try bench.killed()
            bench.clock.set(second: 20)
            let again = try bench.open(data: data)
            #expect(try await again.everyRow() == rows)
            await again.archive?.ship()
            #expect(try generations(bench) == 1)
            #expect(again.archive?.status.hasBase == true)
            #expect(try bench.restored() == rows)
            #expect(try bench.restored(at: TestClock.moment(2)) == states[2])
            // Nobody knows what happened between the last shipping and the kill.
            #expect(throws: BackupError.self) { try bench.restored(at: TestClock.moment(15)) }
            bench.clock.set(second: 21)
            try await again.addNotes(2000...2400)
            await again.archive?.ship()
            let later = try await again.everyRow()
            try await again.close()
            #expect(try bench.restored() == later)
            #expect(try bench.restored(at: TestClock.moment(20, milliseconds: 500)) == rows)
        }
    }

    @Test func afterAGoodEndTheSameGenerationGoesOn() async throws {
        try await withStore { bench, store, states in
            bench.clock.set(second: 4)
            try await store.close()
            bench.clock.set(second: 100)
            let again = try bench.open()
            await again.archive?.ship()
            #expect(try generations(bench) == 1)
            #expect(again.archive?.status.hasBase == true)
            bench.clock.set(second: 101)
            try await again.addNotes(5000...5009)
            await again.archive?.ship()
            let rows = try await again.everyRow()
            bench.clock.set(second: 102)
            try await again.close()
            #expect(try bench.restored() == rows)
            // It was closed, so nothing happened.
            #expect(try bench.restored(at: TestClock.moment(50)) == states[3])
            #expect(try await goesOn(bench))
        }
    }

    @Test func manyKillsInARowLoseNothing() async throws {
        try await withStore { bench, store, _ in
            var data = bench.data
            var running = store
            for number in 1...8 {
                bench.clock.set(second: Int64(number) * 10)
                try await running.addNotes(number * 1000...number * 1000 + 50)
                if number.isMultiple(of: 2) { await running.archive?.ship() }
                try await running.addNotes(number * 1000 + 100...number * 1000 + 110)
                data = try bench.killed(data, "killed-\(number)")
                running = try bench.open(data: data)
                await running.archive?.ship()
                #expect(try bench.restored() == (try await running.everyRow()))
            }
        }
    }

    /// Killed again and again, each time before a second was over.
    @Test func generationThatHasArchivedNothingYetGoesOnToo() async throws {
        try await withBench { bench in
            let first = try bench.open()
            try await first.addNotes(1...5)
            await first.archive?.ship()
            try await first.addNotes(6...10)
            var data = bench.data
            var last = first
            for number in 1...4 {
                data = try bench.killed(data, "killed-\(number)")
                last = try bench.open(data: data)
                bench.clock.set(second: Int64(number))
                if number == 2 { try await bench.backup(last) } else { await last.archive?.ship() }
                try await last.addNotes(number * 100...number * 100 + 9)
            }
            #expect(try generations(bench) == 1)
            #expect(last.archive?.status.hasBase == true)
            bench.clock.set(second: 9)
            await last.archive?.ship()
            #expect(try bench.restored() == (try await last.everyRow()))
        }
    }

    @Test func databaseThatWasExchangedBeginsANewGeneration() async throws {
        try await withStore { bench, store, _ in
            try await store.close()
            let (file, other) = (bench.data + "/test.sqlite", bench.data + "/other")
            try FileManager.default.copyItem(atPath: file, toPath: other)
            #expect(rename(other, file) == 0)
            #expect(try await !goesOn(bench))
        }
    }

    @Test func whatWasWrittenWithoutAnArchiveBeginsANewGeneration() async throws {
        try await withStore { bench, store, _ in
            try await store.close()
            let unwatched = try bench.open(nil)
            try await unwatched.addNotes(100...110)
            try await unwatched.close()
            #expect(try await !goesOn(bench))
        }
    }

    @Test func logThatStartedOverUnseenBeginsANewGeneration() async throws {
        try await withStore { bench, _, _ in
            let data = try bench.killed()
            let unwatched = try bench.open(nil, data: data)
            try await unwatched.addNotes(100...110)
            try await unwatched.close()
            let again = try bench.open(nil, data: data)
            try await again.addNotes(200...210)
            let copy = try bench.killed(data, "again")
            #expect(try await !goesOn(bench, data: copy))
            try await again.close()
        }
    }

    /// A power cut takes frames that were archived (`synchronous=NORMAL`), and others take their place.
    @Test func logThatLostArchivedFramesBeginsANewGeneration() async throws {
        try await withStore { bench, _, _ in
            let data = try bench.killed()
            let log = data + "/test.sqlite-wal"
            let header = try #require(WalHeader(ofLog: log))
            let frames = try WalScan(log, after: nil).cursor?.frames ?? 0
            #expect(frames > 4)
            let kept = WalHeader.bytes + Int(frames - 4) * (WalFrame.headerBytes + header.pageSize)
            try cut(log, to: UInt64(kept))
            let unwatched = try bench.open(nil, data: data)
            try await unwatched.addNotes(7000...7010)
            let copy = try bench.killed(data, "again")
            #expect(WalHeader(ofLog: copy + "/test.sqlite-wal")?.salt1 == header.salt1)
            #expect(try await !goesOn(bench, data: copy))
            try await unwatched.close()
        }
    }

    /// What stands in for a data directory that was put back from elsewhere.
    @Test func databaseWithoutItsMarkBeginsANewGeneration() async throws {
        try await withStore { bench, store, _ in
            try await store.close()
            try FileManager.default.removeItem(atPath: bench.data + "/test.sqlite-archive")
            #expect(try await !goesOn(bench))
        }
    }

    @Test func archiveThatGaveUpBeginsANewGenerationEvenAfterAKill() async throws {
        try await withBench { bench in
            var limits = BackupBench.smallLimits
            limits.logBytesMax = 100_000
            let store = try bench.open(limits)
            try await bench.backup(store)
            await store.archive?.ship()
            #expect(FileManager.default.fileExists(atPath: bench.data + "/test.sqlite-archive"))
            let data = try await bench.withoutLogFolder {
                _ = try await bench.run(store, 1...30)
                return try bench.killed()
            }
            #expect(try await !goesOn(bench, data: data))
        }
    }

    @Test func segmentThatCannotBeReadBeginsANewGeneration() async throws {
        try await withStore { bench, store, _ in
            try await store.close()
            let generation = try bench.firstGeneration()
            try damage(generation.segmentPath(try #require(try generation.sequences().last)), at: 0)
            #expect(try await !goesOn(bench))
        }
    }
}
