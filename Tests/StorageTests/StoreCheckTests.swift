import Foundation
import GRDB
import Logging
import Testing

@testable import Storage

/// What is seen of a file before it is opened.
struct StoreCheckTests {
    private struct Unwelcome: Error {}

    private func open(_ directory: String, check: @escaping (Database) throws -> Void) throws -> Store {
        try Store.open(
            directory: directory, fileName: "test.sqlite", migrator: migrator(), check: check,
            logger: Logger(label: "test"))
    }

    @Test func newFileIsNotShown() async throws {
        try await withDirectory { directory in
            try await open(directory) { _ in throw Unwelcome() }.close()
        }
    }

    @Test func fileThatIsNotWelcomeStaysAsItIsAndUnlocked() async throws {
        try await withDirectory { directory in
            let path = directory + "/test.sqlite"
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "CREATE TABLE older (x)") }
            try queue.close()
            let before = FileManager.default.contents(atPath: path)
            #expect(throws: Unwelcome.self) {
                try open(directory) { db in
                    #expect(try db.tableExists("older") && !db.tableExists("outbox"))
                    throw Unwelcome()
                }
            }
            #expect(throws: StorageError.self) {
                try open(directory) { try $0.execute(sql: "DROP TABLE older") }
            }
            #expect(FileManager.default.contents(atPath: path) == before)
            let store = try open(directory) { _ in }
            #expect(try await store.read { try $0.tableExists("outbox") })
            try await store.close()
        }
    }
}
