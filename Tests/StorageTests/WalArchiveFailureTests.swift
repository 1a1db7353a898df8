import Foundation
import Testing

@testable import Storage

/// What is missing or damaged in an archived log, and a folder that fails while it is written.
@Suite(.timeLimit(.minutes(2)))
struct WalArchiveFailureTests {
    @Test func missingSegmentIsNoticed() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let states = try await bench.run(store, 1...6)
            try await store.close()
            let generation = try bench.firstGeneration()
            let gone = try #require(try bench.segments().first { $0.completeAt >= TestClock.moment(4) })
            try FileManager.default.removeItem(atPath: generation.segmentPath(gone.sequence))
            let missing = BackupError.damaged(
                path: generation.segmentPath(gone.sequence), reason: "it is missing")
            #expect(throws: missing) { try bench.restored() }
            #expect(throws: missing) { try bench.restored(at: TestClock.moment(5)) }
            #expect(try bench.restored(at: TestClock.moment(2, milliseconds: 500)) == states[2])
            #expect(try bench.restored(at: TestClock.moment(3)) == states[3])
        }
    }

    @Test func exchangedSegmentIsNoticed() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            _ = try await bench.run(store, 1...4)
            try await store.close()
            let generation = try bench.firstGeneration()
            let (third, second) = (generation.segmentPath(3), generation.segmentPath(2))
            try FileManager.default.removeItem(atPath: third)
            try FileManager.default.copyItem(atPath: second, toPath: third)
            #expect(throws: BackupError.damaged(path: third, reason: "it does not follow the one before it")) {
                try bench.restored()
            }
        }
    }

    @Test func tornSegmentIsRefusedAndTheSecondsBeforeItAreNot() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            let states = try await bench.run(store, 1...4)
            try await store.close()
            let generation = try bench.firstGeneration()
            let last = try #require(try generation.sequences().last)
            try cut(generation.segmentPath(last), to: 1500)
            #expect(throws: BackupError.damaged(path: generation.segmentPath(last), reason: "ends early")) {
                try bench.restored()
            }
            #expect(try bench.restored(at: TestClock.moment(3, milliseconds: 500)) == states[3])
        }
    }

    @Test func folderThatFailsStopsNobodyAndIsCaughtUpWith() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let archive = try #require(store.archive)
            try await bench.backup(store)
            let before = try await bench.run(store, 1...2)
            let generation = try bench.firstGeneration()
            let next = try #require(try generation.sequences().last) + 1
            // A directory in the place of the draft: nothing can be written there.
            let obstacle = generation.segmentPath(next) + ".tmp"
            try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
            _ = try await bench.run(store, 10...60)
            #expect(archive.status.error != nil)
            #expect(try #require(archive.status.completeAt) < bench.clock.now.adding(.seconds(-50)))
            // Good in itself, but no part of the chain.
            let lonely = try await bench.backup(store)
            #expect(lonely.manifest.log == nil)
            #expect(try bench.restored(at: TestClock.moment(60, milliseconds: 500)).count > before[2]?.count ?? 0)
            try FileManager.default.removeItem(atPath: obstacle)
            let after = try await bench.run(store, 61...63)
            #expect(archive.status.error == nil)
            #expect(archive.status.generation == generation.name)
            #expect(archive.status.hasBase)
            try await store.close()
            #expect(try bench.restored(at: TestClock.moment(2)) == before[2])
            let error = #expect(throws: BackupError.self) { try bench.restored(at: TestClock.moment(30)) }
            #expect(
                error?.description.contains("is not known; known is \(TestClock.start.description.prefix(17))") == true)
            #expect(try bench.restored(at: TestClock.moment(62)) == after[62])
            #expect(try bench.restored() == after[63])
        }
    }

    @Test func logThatGrowsTooLongIsGivenUpAndStartedAnew() async throws {
        try await withBench { bench in
            var limits = BackupBench.smallLimits
            limits.logBytesMax = 400_000
            let store = try bench.open(limits)
            let archive = try #require(store.archive)
            try await bench.backup(store)
            let before = try await bench.run(store, 1...2)
            let first = try #require(archive.status.generation)
            try await bench.withoutLogFolder {
                _ = try await bench.run(store, 10...60)
                #expect(archive.status.error != nil)
                #expect(!archive.status.hasBase)
                // Checkpointed all the same: the log has started over instead of growing.
                #expect(try InputFile(bench.data + "/test.sqlite-wal").size() < 600_000)
            }
            _ = try await bench.run(store, 61...62)
            #expect(archive.status.error == nil)
            #expect(archive.status.generation != first)
            #expect(!archive.status.hasBase)
            try await bench.backup(store)
            #expect(archive.status.hasBase)
            let after = try await bench.run(store, 63...65)
            try await store.close()
            #expect(try bench.restored(at: TestClock.moment(2)) == before[2])
            #expect(throws: BackupError.self) { try bench.restored(at: TestClock.moment(30)) }
            #expect(try bench.restored(at: TestClock.moment(64)) == after[64])
        }
    }
}
