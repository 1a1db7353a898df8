import Foundation
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2)))
struct RetentionTests {
    private static let day: Int64 = 86_400

    private func held(_ day: Int64, _ generation: String? = nil, _ sequence: Int64 = 0) -> Retention.Stock.Held {
        .init(
            moment: TestClock.moment(day * Self.day),
            log: generation.map { .init(generation: $0, sequence: sequence, head: "") })
    }

    private func days(_ moments: [BackupMoment]) -> [Int64] {
        moments.map { ($0.milliseconds - TestClock.start.milliseconds) / 1000 / Self.day }
    }

    /// What there was when each day's backup was taken, and ten seconds later, when more had been archived.
    private func thirteenDays(_ bench: BackupBench, _ store: Store) async throws -> (
        backedUp: [Int64: [String]], later: [Int64: [String]]
    ) {
        var (backedUp, later): ([Int64: [String]], [Int64: [String]]) = ([:], [:])
        for day in 0...12 as ClosedRange<Int64> {
            bench.clock.set(second: day * Self.day)
            try await store.addNotes(Int(day) * 100...Int(day) * 100 + 20)
            backedUp[day] = try await store.everyRow()
            try await bench.backup(store)
            bench.clock.set(second: day * Self.day + 10)
            try await store.addNotes(Int(day) * 100 + 50...Int(day) * 100 + 70)
            try await #require(store.archive).ship()
            later[day] = try await store.everyRow()
        }
        return (backedUp, later)
    }

    @Test func oldBackupsGoAndTheNewestGoodOneStays() {
        let stock = Retention.Stock(
            backups: [held(50), held(21), held(19), held(1)], newestGood: held(1).moment, generations: [])
        let cut = Retention().cut(stock, now: TestClock.moment(50 * Self.day))
        #expect(days(cut.backups) == [19])
    }

    @Test func logGoesUpToTheBackupThatIsStillNeeded() {
        let stock = Retention.Stock(
            backups: [held(30, "a", 500), held(25, "a", 400), held(20, "a", 300), held(10, "a", 100)],
            newestGood: held(30).moment, generations: [.init(name: "a", end: held(30).moment, isCurrent: true)])
        let cut = Retention(keep: .seconds(2 * Self.day)).cut(stock, now: TestClock.moment(30 * Self.day))
        // Day 23 must be restorable, and for that the backup of day 20.
        #expect(cut.segments == ["a": 300])
        #expect(days(cut.backups) == [10])
    }

    @Test func generationsThatEndedLongAgoGo() {
        let stock = Retention.Stock(
            backups: [held(30, "c", 5), held(10, "a", 5)], newestGood: held(30).moment,
            generations: [
                .init(name: "a", end: held(15).moment, isCurrent: false),
                .init(name: "b", end: held(29).moment, isCurrent: false),
                .init(name: "c", end: held(29).moment, isCurrent: false),
                .init(name: "d", end: held(30).moment, isCurrent: true),
            ])
        let cut = Retention().cut(stock, now: TestClock.moment(30 * Self.day))
        #expect(cut.generations == ["a"])
        #expect(cut.backups == [])
    }

    @Test func logOfAnotherIsLeftAloneWithTheBackupsItGoesOnFrom() {
        let stock = Retention.Stock(
            backups: [
                held(50), held(12, "a", 200), held(11, "a", 100), held(10, "a", 50), held(9, "gone", 3), held(8),
            ],
            newestGood: held(50).moment,
            generations: [
                .init(name: "a", end: held(13).moment, isCurrent: false, firstSequence: 101),
                .init(name: "b", end: held(14).moment, isCurrent: false, firstSequence: 1),
            ])
        let cut = Retention(logKeep: nil).cut(stock, now: TestClock.moment(50 * Self.day))
        #expect(days(cut.backups) == [10, 9, 8])
        #expect(cut.generations == [])
        #expect(cut.segments == [:])
    }

    @Test func folderIsPrunedAndWhatIsLeftIsRestorable() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let rows = try await thirteenDays(bench, store).later
            try bench.folder.prune(
                Retention(keep: .seconds(3 * Self.day)), now: bench.clock.now, current: store.archive?.status.generation
            )
            #expect(days(try bench.folder.moments()) == [12, 11, 10, 9, 8, 7, 6, 5])
            let generation = try bench.firstGeneration()
            let floor = try bench.folder.backup(of: try #require(try bench.folder.moments().last))
            #expect(try generation.sequences().first == (floor.manifest.log?.sequence ?? 0) + 1)
            for day in [6, 9, 12] as [Int64] {
                #expect(try bench.restored(at: TestClock.moment(day * Self.day + 10)) == rows[day])
            }
            try await store.close()
        }
    }

    @Test func backupThatOutlivesItsLogIsRestorableByItself() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let rows = try await thirteenDays(bench, store).backedUp
            try bench.folder.prune(Retention(), now: bench.clock.now, current: store.archive?.status.generation)
            #expect(days(try bench.folder.moments()).count == 13)
            for day in [0, 3] as [Int64] {
                #expect(try bench.restored(at: TestClock.moment(day * Self.day + 3600)) == rows[day])
            }
            try await store.close()
        }
    }

    @Test func exportDoesNotHideABrokenLogThatReachesFurther() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            bench.clock.set(second: 10)
            try await store.addNotes(1...5)
            await store.archive?.ship()
            bench.clock.set(second: 20)
            _ = try await store.backup(to: bench.folder, appVersion: "1.0", isBase: false, clock: bench.clock.read)
            bench.clock.set(second: 30)
            try await store.addNotes(6...9)
            await store.archive?.ship()
            try await store.close()
            let generation = try bench.firstGeneration()
            let last = try #require(try generation.sequences().last)
            try damage(generation.segmentPath(last), at: 100)
            #expect(throws: BackupError.self) { try bench.restored() }
        }
    }

    @Test func damagedNewestBackupDoesNotCostTheLastGoodOne() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await bench.backup(store)
            bench.clock.set(second: Self.day)
            let newest = try await bench.backup(store)
            try damage(newest.gzipPath, at: 100)
            try bench.folder.prune(Retention(), now: TestClock.moment(100 * Self.day))
            #expect(days(try bench.folder.moments()) == [0])
            try await store.close()
        }
    }
}
