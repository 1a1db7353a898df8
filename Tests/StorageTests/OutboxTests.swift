import Foundation
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct OutboxTests {
    private struct Refused: Error {}

    private func append(_ payloads: String..., to store: Store) async throws {
        try await store.write { db in
            for payload in payloads { try Outbox.append(newEntry(payload), in: db) }
        }
    }

    private func payloads(_ entries: [Outbox.Entry]) -> [String] {
        entries.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test func pagesComeInOrderWithTheNewestNumber() async throws {
        try await withStore { store in
            try await append("a", "b", "c", to: store)
            let first = try await store.outbox.page(after: 0, limit: 2, wait: .zero)
            #expect(payloads(first.entries) == ["a", "b"])
            #expect(first.entries.map(\.sequence) == [1, 2])
            #expect(first.newest == 3)
            let rest = try await store.outbox.page(after: 2, limit: 2, wait: .seconds(20))
            #expect(payloads(rest.entries) == ["c"])
            #expect(rest.newest == 3)
        }
    }

    @Test func longPollWakesOnCommit() async throws {
        try await withStore { store in
            try await append("a", to: store)
            async let page = store.outbox.page(after: 1, limit: 10, wait: .seconds(30))
            try await until { store.outbox.signal.waiting == 1 }
            try await append("b", to: store)
            #expect(try await payloads(page.entries) == ["b"])
            #expect(store.outbox.signal.waiting == 0)
        }
    }

    @Test func longPollEndsEmptyWhenNothingComes() async throws {
        try await withStore { store in
            try await append("a", to: store)
            let page = try await store.outbox.page(after: 1, limit: 10, wait: .milliseconds(20))
            #expect(page.entries.isEmpty)
            #expect(page.newest == 1)
        }
    }

    @Test func entryThatWasRolledBackWakesNobody() async throws {
        try await withStore { store in
            async let page = store.outbox.page(after: 0, limit: 10, wait: .seconds(30))
            try await until { store.outbox.signal.waiting == 1 }
            await #expect(throws: Refused.self) {
                try await store.write { db in
                    try Outbox.append(newEntry("undone"), in: db)
                    throw Refused()
                }
            }
            #expect(store.outbox.signal.waiting == 1)
            try await append("kept", to: store)
            #expect(try await payloads(page.entries) == ["kept"])
        }
    }

    @Test func cancelledLongPollLeaves() async throws {
        try await withStore { store in
            let page = Task { try await store.outbox.page(after: 0, limit: 10, wait: .seconds(30)) }
            try await until { store.outbox.signal.waiting == 1 }
            page.cancel()
            await #expect(throws: CancellationError.self) { try await page.value }
            #expect(store.outbox.signal.waiting == 0)
        }
    }

    @Test func closingLetsLongPollsGo() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            let page = Task { try await store.outbox.page(after: 0, limit: 10, wait: .seconds(30)) }
            try await until { store.outbox.signal.waiting == 1 }
            try await store.close()
            await #expect(throws: StorageError.closed) { try await page.value }
        }
    }

    @Test func tooManyLongPollsAreRefused() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            await withTaskGroup(of: StorageError?.self) { group in
                for _ in 0...OutboxSignal.waitersMax {
                    group.addTask {
                        do {
                            _ = try await store.outbox.page(after: 0, limit: 1, wait: .seconds(30))
                            return nil
                        } catch {
                            return error as? StorageError
                        }
                    }
                }
                #expect(await group.next() == .busy(waitingMax: OutboxSignal.waitersMax))
                #expect(store.outbox.signal.waiting == OutboxSignal.waitersMax)
                group.cancelAll()
            }
            try await store.close()
        }
    }

    @Test func newestIsKnownAfterReopening() async throws {
        try await withDirectory { directory in
            let store = try openStore(directory)
            try await append("a", to: store)
            try await store.close()
            let again = try openStore(directory)
            let page = try await again.outbox.page(after: 0, limit: 1, wait: .seconds(30))
            #expect(payloads(page.entries) == ["a"])
            try await again.close()
        }
    }

    @Test func pageStopsBeforeItIsTooLargeForAFrame() async throws {
        try await withStore { store in
            let large = String(repeating: "x", count: Outbox.payloadBytesMax)
            try await store.write { db in
                for _ in 0..<9 { try Outbox.append(newEntry(large), in: db) }
            }
            let page = try await store.outbox.page(after: 0, limit: 100, wait: .zero)
            #expect(page.entries.count == Outbox.pageBytesMax / Outbox.payloadBytesMax)
            #expect(page.newest == 9)
        }
    }

    private static let start: Int64 = 1_790_000_000_000
    private static let window = Outbox.timeBeforeCommitMax.components.seconds * 1000

    private static let crossings: [([Int64], Int64)] = [
        ([900, 1500, 1000], 1), ([1500, 900, 1000], 0), ([900, 1000, 1500], 1), ([1500, 1200, 900], 0),
        ([900, 999], 2), ([], 0),
        // After a quiet time as well, and as far as a time may be from its commit, but no further.
        ([900, 1_000_000_000 + window, 1_000_000_000], 1), ([900, 1_000_000_001 + window, 1_000_000_000], 2),
    ]

    @Test(arguments: crossings)
    func placeOfATimeIsBeforeTheLowestNumberOfThatTimeOrLater(_ times: [Int64], _ after: Int64) async throws {
        try await withStore { store in
            try await store.write { db in
                for time in times {
                    var entry = newEntry()
                    entry.occurredMilliseconds = Self.start + time
                    try Outbox.append(entry, in: db)
                }
            }
            #expect(try await store.outbox.position(before: Self.start + 1000) == after)
        }
    }

    @Test func payloadAboveTheLimitIsRefused() async throws {
        try await withStore { store in
            let tooLarge = String(repeating: "x", count: Outbox.payloadBytesMax + 1)
            await #expect(throws: DatabaseError.self) { try await append(tooLarge, to: store) }
        }
    }

    @Test(arguments: [
        "UPDATE outbox SET actor = 'someone else'",
        "DELETE FROM outbox", "DELETE FROM outbox WHERE seq = 1",
        "INSERT OR REPLACE INTO outbox SELECT * FROM outbox",
    ])
    func rowsStayAsTheyAre(_ sql: String) async throws {
        try await withStore { store in
            try await append("a", to: store)
            await #expect(throws: DatabaseError.self) { try await store.write { try $0.execute(sql: sql) } }
            #expect(try await store.outbox.page(after: 0, limit: 2, wait: .zero).entries.count == 1)
        }
    }

    @Test func eventIsTakenOnceAndItsIdIsStoredAsBytes() async throws {
        try await withStore { store in
            let id = UUID()
            try await store.write { _ = try Outbox.append(newEntry(id: id), in: $0) }
            await #expect(throws: DatabaseError.self) {
                try await store.write { _ = try Outbox.append(newEntry(id: id), in: $0) }
            }
            let stored = try await store.read { try Data.fetchOne($0, sql: "SELECT event_id FROM outbox") }
            #expect(stored == withUnsafeBytes(of: id.uuid) { Data($0) })
        }
    }
}
