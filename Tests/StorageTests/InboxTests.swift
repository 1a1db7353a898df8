import GRDB
import Storage
import Testing

struct InboxTests {
    @Test func cursorStartsAtZeroAndMovesForward() async throws {
        try await withStore { store in
            #expect(try await store.read { try Inbox.cursor(of: "deals", in: $0) } == 0)
            try await store.write { try Inbox.move("deals", to: 7, in: $0) }
            try await store.write { try Inbox.move("deals", to: 9, in: $0) }
            #expect(try await store.read { try Inbox.cursor(of: "deals", in: $0) } == 9)
            #expect(try await store.read { try Inbox.cursor(of: "users", in: $0) } == 0)
        }
    }

    @Test func cursorMayRepeatButNotGoBack() async throws {
        try await withStore { store in
            try await store.write { try Inbox.move("deals", to: 7, in: $0) }
            try await store.write { try Inbox.move("deals", to: 7, in: $0) }
            await #expect(throws: StorageError.cursorMovedBack(source: "deals", from: 7, to: 6)) {
                try await store.write { try Inbox.move("deals", to: 6, in: $0) }
            }
            await #expect(throws: DatabaseError.self) {
                try await store.write { try $0.execute(sql: "UPDATE inbox SET seq = 6") }
            }
            #expect(try await store.read { try Inbox.cursor(of: "deals", in: $0) } == 7)
        }
    }
}
