import Logging
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2)))
struct BackupScheduleTests {
    @Test func scheduleTakesTheFirstAtOnceAndGoesOnAfterFailures() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let schedule = BackupSchedule(
                store: store, folder: bench.folder, interval: .seconds(3600), appVersion: "1.0",
                clock: bench.clock.read, logger: Logger(label: "test"))
            var due = BackupDue(interval: .seconds(3600), retryAfter: .seconds(60))
            await schedule.backupIfDue(&due)
            #expect(try bench.folder.moments().count == 1)
            #expect(store.archive?.status.hasBase == true)
            bench.clock.set(second: 3599)
            await schedule.backupIfDue(&due)
            #expect(try bench.folder.moments().count == 1)
            bench.clock.set(second: 3600)
            let lock = try bench.folder.lock()
            await schedule.backupIfDue(&due)
            lock.release()
            await schedule.backupIfDue(&due)
            #expect(try bench.folder.moments().count == 1)
            bench.clock.set(second: 3660)
            await schedule.backupIfDue(&due)
            #expect(try bench.folder.moments().count == 2)
            try await store.close()
            bench.clock.set(second: 9000)
            await schedule.backupIfDue(&due)
            #expect(try bench.folder.moments().count == 2)
        }
    }

    @Test func restartIsNoReasonForABackupUnlessTheLogWantsOne() {
        let due = BackupDue(interval: .seconds(3600), retryAfter: .seconds(60), last: TestClock.start)
        #expect(!due.isDue(at: TestClock.moment(3599), lacksBase: false))
        #expect(due.isDue(at: TestClock.moment(3600), lacksBase: false))
        #expect(due.isDue(at: TestClock.moment(1), lacksBase: true))
    }

    @Test func scheduleRunsUntilItIsCancelled() async throws {
        try await withBench { bench in
            let store = try bench.open()
            let schedule = BackupSchedule(
                store: store, folder: bench.folder, appVersion: "1.0", logger: Logger(label: "test"))
            let running = Task { await schedule.run() }
            try await until { store.archive?.status.hasBase == true }
            running.cancel()
            await running.value
            try await store.close()
        }
    }
}
