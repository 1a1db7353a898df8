import Foundation
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct WalScanTests {
    private struct Log {
        let pool: DatabasePool
        let path: String

        /// One transaction of many frames.
        func writeMuch() throws {
            try pool.write { db in
                for _ in 0..<20 { try Outbox.append(newEntry(String(repeating: "x", count: 3000)), in: db) }
            }
        }

        func startOver() throws {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try writeMuch()
        }

        /// The log as it would be if less of it had reached the disk.
        func copy(_ change: (String) throws -> Void) throws -> String {
            let copy = path + ".copy"
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            try change(copy)
            return copy
        }
    }

    private func withLog(_ body: (Log) throws -> Void) async throws {
        try await withDirectory { directory in
            let file = DatabaseFile(path: directory + "/test.sqlite", durability: .normal, checkpointPages: 0)
            let pool = try file.open(label: "test", migrator: migrator())
            try body(Log(pool: pool, path: file.path + "-wal"))
            try pool.close()
        }
    }

    @Test func newFramesAreFoundOnce() async throws {
        try await withLog { log in
            let before = try WalScan(log.path, after: nil)
            #expect(before.frames > 0)
            try log.writeMuch()
            let after = try WalScan(log.path, after: before.cursor)
            #expect(after.frames > 20)
            #expect(after.range.lowerBound == before.range.upperBound)
            #expect(after.range.upperBound == (try InputFile(log.path).size()))
            #expect(Int(after.pages) == (try log.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") }))
            #expect(try WalScan(log.path, after: after.cursor).frames == 0)
            #expect(try WalScan(log.path, after: nil).cursor == after.cursor)
        }
    }

    @Test func framesWithoutTheirCommitAreNotTaken() async throws {
        try await withLog { log in
            let before = try WalScan(log.path, after: nil)
            try log.writeMuch()
            let whole = try WalScan(log.path, after: before.cursor)
            let frameBytes = try #require(whole.cursor).frameBytes
            for lost in [1, Int64(24), frameBytes - 1, frameBytes, 3 * frameBytes] {
                let torn = try log.copy { try cut($0, to: UInt64(whole.range.upperBound - lost)) }
                let scan = try WalScan(torn, after: before.cursor)
                #expect(scan.frames == 0)
                #expect(scan.cursor == before.cursor)
            }
        }
    }

    @Test func transactionWithAChangedByteIsNotTaken() async throws {
        try await withLog { log in
            let before = try WalScan(log.path, after: nil)
            try log.writeMuch()
            let end = try WalScan(log.path, after: before.cursor).range.upperBound
            for offset in [before.range.upperBound, before.range.upperBound + 9, end - 1] {
                let changed = try log.copy { try damage($0, at: Int(offset)) }
                #expect(try WalScan(changed, after: before.cursor).frames == 0)
            }
        }
    }

    @Test func logThatStartedOverIsReadFromItsStart() async throws {
        try await withLog { log in
            let before = try WalScan(log.path, after: nil)
            try log.startOver()
            let after = try WalScan(log.path, after: before.cursor)
            #expect(after.range.lowerBound == Int64(WalHeader.bytes))
            #expect(after.frames > 20)
        }
    }

    @Test func logThatStartedOverTwiceIsBroken() async throws {
        try await withLog { log in
            let before = try WalScan(log.path, after: nil)
            try log.startOver()
            try log.startOver()
            #expect(throws: BackupError.brokenLog(path: log.path, reason: "it started over more than once")) {
                try WalScan(log.path, after: before.cursor)
            }
        }
    }
}
