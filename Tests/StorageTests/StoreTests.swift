import Foundation
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct StoreTests {
    @Test(arguments: [(Durability.full, 2), (.normal, 1)])
    func synchronousIsWhatWasAskedFor(_ durability: Durability, _ expected: Int) async throws {
        try await withDirectory { directory in
            let store = try openStore(directory, durability: durability)
            #expect(try await store.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == expected)
            #expect(try await store.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
            try await store.close()
        }
    }

    @Test(arguments: [("foreign_keys", 1), ("trusted_schema", 0), ("temp_store", 2), ("cell_size_check", 1)])
    func everyConnectionIsPrepared(_ pragma: String, _ expected: Int) async throws {
        try await withStore { store in
            let ofReader = try await store.read { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") }
            let ofWriter = try await store.write { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") }
            #expect(ofReader == expected)
            #expect(ofWriter == expected)
        }
    }

    @Test func lookUpSeesWhatWasAnsweredOnTheCallersOwnThread() async throws {
        try await withStore { store in
            for id in 1...20 {
                try await store.write { try insertNote(id, in: $0) }
                #expect(try await store.lookUp { try Int.fetchOne($0, sql: "SELECT max(id) FROM note") } == id)
            }
            await #expect(throws: DatabaseError.self) {
                try await store.lookUp { try insertNote(21, in: $0) }
            }
            try await store.close()
            await #expect(throws: StorageError.closed) { try await store.lookUp { _ in 1 } }
        }
    }

    @Test func lookUpsBeyondTheConnectionsGoOnThroughThePool() async throws {
        try await withStore { store in
            try await store.write { try insertNote(1, in: $0) }
            try await withThrowingTaskGroup { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await store.lookUp { db in
                            usleep(500)
                            return try Int.fetchOne(db, sql: "SELECT count(*) FROM note")
                        }
                    }
                }
                for try await count in group { #expect(count == 1) }
            }
        }
    }

    @Test(arguments: [(1, "wal"), (2, "delete"), (nil, nil)] as [(Int?, String?)])
    func settingsThatDidNotHoldAreRefused(_ synchronous: Int?, _ journalMode: String?) throws {
        let error = #expect(throws: StorageError.self) {
            try Durability.full.check(synchronous: synchronous, journalMode: journalMode, of: "/data/x.sqlite")
        }
        #expect(error?.description.hasPrefix("The database /data/x.sqlite is not durable") == true)
    }

    @Test func directoryBelongsToOneStoreUntilItCloses() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            try await store.write { try insertNote(1, in: $0) }
            #expect(throws: StorageError.directoryInUse(directory)) { try openStore(directory) }
            try await store.close()
            let again = try openStore(directory)
            #expect(try await again.read { try notes(in: $0) } == [1])
            try await again.close()
        }
    }

    @Test func newerSchemaIsRefusedAndLeftAlone() async throws {
        try await withDirectory { directory in
            var newer = migrator()
            newer.registerMigration("from the future") { try $0.execute(sql: "CREATE TABLE future (id INTEGER)") }
            try await openStore(directory, migrator: newer).close()
            #expect(throws: StorageError.newerSchema(path: directory + "/test.sqlite")) { try openStore(directory) }
            try await openStore(directory, migrator: newer).close()
        }
    }

    @Test func fileThatIsNoDatabaseIsRefusedInOneLine() async throws {
        try await withDirectory { directory in
            let path = directory + "/test.sqlite"
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: StorageError.self) { try openStore(directory) }
            #expect(error?.description == "Cannot use \(path): file is not a database (SQLite 26).")
        }
    }

    @Test func migrationThatFailsIsRefusedInOneLine() async throws {
        try await withDirectory { directory in
            var broken = migrator()
            broken.registerMigration("broken") { try $0.execute(sql: "CREATE TABLE note (id INTEGER)") }
            let error = #expect(throws: StorageError.self) { try openStore(directory, migrator: broken) }
            #expect(error?.description.contains("table note already exists") == true)
            try await openStore(directory).close()
        }
    }

    @Test func closingCheckpointsTheLog() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            try await store.write { try insertNote(1, in: $0) }
            _ = try await store.read { try notes(in: $0) }
            #expect(FileManager.default.fileExists(atPath: directory + "/test.sqlite-wal"))
            try await store.close()
            #expect(!FileManager.default.fileExists(atPath: directory + "/test.sqlite-wal"))
        }
    }

    @Test func closedStoreTakesNothingAndMayBeClosedAgain() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            try await store.close()
            try await store.close()
            await #expect(throws: StorageError.closed) { try await store.read { try notes(in: $0) } }
            await #expect(throws: StorageError.closed) { try await store.write { try insertNote(1, in: $0) } }
        }
    }

    @Test func closingWaitsForWritesUnderWay() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            let writer = HeldWriter()
            async let write: Void = store.write { db in
                writer.hold()
                try insertNote(1, in: db)
            }
            await writer.isHeld()
            async let closed: Void = store.close()
            writer.release()
            try await write
            try await closed
            let again = try openStore(directory)
            #expect(try await again.read { try notes(in: $0) } == [1])
            try await again.close()
        }
    }

    @Test func readerDoesNotWaitForTheWriter() async throws {
        try await withStore { store in
            let writer = HeldWriter()
            async let write: Void = store.write { db in
                try insertNote(1, in: db)
                writer.hold()
            }
            await writer.isHeld()
            #expect(try await store.read { try notes(in: $0) } == [])
            writer.release()
            try await write
            #expect(try await store.read { try notes(in: $0) } == [1])
        }
    }

    @Test func readersCannotWrite() async throws {
        try await withStore { store in
            _ = await #expect(throws: DatabaseError.self) { try await store.read { try insertNote(1, in: $0) } }
        }
    }
}
