import Foundation
import GRDB
import Synchronization
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2)))
struct BackupTests {
    @Test func restoreGivesEveryRowBack() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await store.addNotes(1...50)
            try await store.write { try Inbox.move("deals", to: 7, in: $0) }
            let backup = try await bench.backup(store)
            let rows = try await store.everyRow()
            try await store.close()
            #expect(try bench.restored() == rows)
            #expect(backup.manifest.contents.rows["note"] == 50)
            #expect(backup.manifest.contents.events.outboxNewest == 50)
            #expect(backup.manifest.contents.events.inboxCursors == ["deals": 7])
            #expect(
                backup.manifest.contents.schema == [
                    "outbox 1", "outbox 2 groups and retention", "inbox 1", "dead letters 1", "notes",
                ])
            #expect(try backup.verify(scratch: bench.directory + "/scratch") == backup.manifest.contents)
            #expect(!FileManager.default.fileExists(atPath: bench.directory + "/scratch"))
        }
    }

    @Test func backupBesideWritersShowsOneMoment() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await store.addNotes(1...100)
            let isDone = Mutex(false)
            async let written: Int = {
                var id = 100
                while !isDone.withLock({ $0 }) {
                    id += 1
                    try await store.addNotes(id...id)
                }
                return id
            }()
            let backup = try await bench.backup(store)
            isDone.withLock { $0 = true }
            let last = try await written
            try await store.close()
            let rows = try bench.restored()
            let count = Int(try #require(backup.manifest.contents.rows["note"]))
            #expect(100 <= count && count <= last)
            #expect(rows.filter { $0.hasPrefix("note ") } == (1...count).map { "note [id:\($0) parent:NULL]" })
            #expect(rows.filter { $0.hasPrefix("outbox ") }.count == count)
        }
    }

    @Test func restoredFileIsOnePrivateFile() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await bench.backup(store)
            try await store.close()
            let target = bench.directory + "/new/place"
            _ = try Restoration(from: bench.folder).restore(into: target)
            #expect(try Disk.names(in: target) == ["LOCK", "test.sqlite"])
            let file = try FileManager.default.attributesOfItem(atPath: target + "/test.sqlite")
            let directory = try FileManager.default.attributesOfItem(atPath: target)
            #expect(file[.posixPermissions] as? Int == 0o600)
            #expect(directory[.posixPermissions] as? Int == 0o700)
            let again = try bench.open(nil, data: target)
            try await again.addNotes(1...1)
            try await again.close()
        }
    }

    @Test func directoryThatHoldsSomethingIsLeftAlone() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await bench.backup(store)
            try await store.close()
            #expect(throws: BackupError.notEmpty(bench.data)) {
                try Restoration(from: bench.folder).restore(into: bench.data)
            }
        }
    }

    @Test(arguments: [
        "flipped byte", "cut", "no gzip", "no manifest", "manifest is no JSON", "rows of the manifest", "newer format",
    ])
    func damagedBackupIsRefusedAndLeavesNothing(_ kind: String) async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await store.addNotes(1...50)
            let backup = try await bench.backup(store)
            try await store.close()
            let manifest = "\(backup.path)/manifest.json"
            func edit(_ text: String, _ other: String) throws {
                let whole = try String(contentsOfFile: manifest, encoding: .utf8)
                #expect(whole.contains(text))
                try whole.replacing(text, with: other).write(toFile: manifest, atomically: true, encoding: .utf8)
            }
            switch kind {
            case "flipped byte": try damage(backup.gzipPath, at: 2000)
            case "cut": try cut(backup.gzipPath, to: 2000)
            case "no gzip": try FileManager.default.removeItem(atPath: backup.gzipPath)
            case "no manifest": try FileManager.default.removeItem(atPath: manifest)
            case "manifest is no JSON": try damage(manifest, at: 0)
            case "rows of the manifest": try edit("\"note\" : 50", "\"note\" : 51")
            default: try edit("\"format\" : 1", "\"format\" : 2")
            }
            let error = #expect(throws: BackupError.self) { try bench.restored() }
            switch error {
            case .damaged: #expect(kind != "newer format")
            case .newerFormat: #expect(kind == "newer format")
            default: Issue.record("unexpected: \(String(describing: error))")
            }
            let target = bench.directory + "/target"
            #expect(throws: BackupError.self) { try Restoration(from: bench.folder).restore(into: target) }
            #expect(try Disk.names(in: target).filter { $0 != "LOCK" } == [])
        }
    }

    @Test func backupOfAnotherServiceIsRefused() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            let backup = try await bench.backup(store)
            try await store.close()
            #expect(throws: BackupError.foreign(path: backup.path, service: "test", expected: "deals")) {
                try Restoration(from: BackupFolder(path: bench.folder.path, service: "deals"))
            }
        }
    }

    @Test func withoutAnArchiveTheNewestBackupBeforeTheMomentIsTaken() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await bench.backup(store)
            try await store.addNotes(1...5)
            bench.clock.set(second: 100)
            try await bench.backup(store)
            try await store.close()
            #expect(try Restoration(from: bench.folder, at: TestClock.moment(99)).moment == TestClock.moment(0))
            #expect(try Restoration(from: bench.folder, at: TestClock.moment(999)).moment == TestClock.moment(100))
            let early = TestClock.moment(-1)
            #expect(throws: BackupError.nothing(directory: bench.folder.path, at: early)) {
                try Restoration(from: bench.folder, at: early)
            }
        }
    }

    @Test func emptyFolderSaysSo() async throws {
        try await withBench { bench in
            _ = #expect(throws: BackupError.nothing(directory: bench.folder.path, at: nil)) {
                try Restoration(from: bench.folder)
            }
        }
    }

    @Test(arguments: [BackupProgress.Step.copying, .checking, .compressing])
    func backupThatIsStoppedLeavesNothing(_ step: BackupProgress.Step) async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            try await store.addNotes(1...50)
            // The very last step of copying cannot be refused any more; the next step is.
            let stopped = await #expect(throws: CancellationError.self) {
                try await bench.backup(store) { progress in
                    if progress.step == step || progress.step == .compressing { throw CancellationError() }
                }
            }
            #expect(stopped != nil)
            #expect(try bench.names() == ["LOCK"])
            try await bench.backup(store)
            try await store.close()
        }
    }

    @Test func leftoversOfAKilledRunAreSwept() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            let leftover = bench.folder.path + "/.partial-test-20260101T000000.000Z"
            try FileManager.default.createDirectory(atPath: leftover, withIntermediateDirectories: true)
            try Data(count: 100).write(to: URL(fileURLWithPath: leftover + "/copy"))
            let backup = try await bench.backup(store)
            #expect(try bench.names() == ["LOCK", (backup.path as NSString).lastPathComponent])
            try await store.close()
        }
    }

    @Test func folderTakesOneBackupAtATime() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            let lock = try bench.folder.lock()
            await #expect(throws: BackupError.inUse(bench.folder.path)) { try await bench.backup(store) }
            lock.release()
            try await bench.backup(store)
            try await store.close()
        }
    }

    @Test func momentIsToldBeforeTheBackupIsDone() async throws {
        try await withBench { bench in
            let store = try bench.open(nil)
            let steps = Mutex<[String]>([])
            let backup = try await store.backup(to: bench.folder, appVersion: "1.0", clock: bench.clock.read) {
                moment in
                steps.withLock { $0.append("\(moment)") }
            } progress: { progress in
                steps.withLock { if $0.last != progress.step.rawValue { $0.append(progress.step.rawValue) } }
            }
            #expect(steps.withLock { $0 } == ["\(backup.manifest.takenAt)", "copying", "checking", "compressing"])
            try await store.close()
        }
    }

    @Test(arguments: ["2026-11-21T04:34:55.123Z", "1969-12-31T23:59:59.999Z", "2000-02-29T00:00:00.000Z"])
    func momentsAreReadAsTheyAreWritten(_ text: String) throws {
        let moment = try #require(BackupMoment(text))
        #expect(moment.description == text)
        #expect(BackupMoment(stamp: moment.stamp) == moment)
        #expect(BackupMoment(stamp: "20261321T043455.123Z") == nil)
    }
}
