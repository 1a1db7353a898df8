import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct OutboxPruningTests {
    private static let day: Int64 = 86_400_000
    private static let now: Int64 = 1_790_000_000_000
    private static let retention = OutboxRetention(
        keepMilliseconds: 14 * day, groupSilenceMilliseconds: 30 * day, expectedGroups: ["audit"])

    /// One entry for each age in days, oldest first.
    private func fill(_ store: Store, ages: [Int64]) async throws {
        try await store.write { db in
            for age in ages {
                var entry = newEntry()
                entry.occurredMilliseconds = Self.now - age * Self.day
                try Outbox.append(entry, in: db)
            }
        }
    }

    private func sequences(_ store: Store) async throws -> [Int64] {
        try await store.read { try Int64.fetchAll($0, sql: "SELECT seq FROM outbox ORDER BY seq") }
    }

    @Test func oldEventsGoThatEveryGroupHasRead() async throws {
        try await withStore { store in
            try await fill(store, ages: [20, 19, 18, 17, 3, 2])
            try await store.outbox.hear(of: "audit", at: 6, now: Self.now)
            try await store.outbox.hear(of: "webhooks", at: 2, now: Self.now)
            let first = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(first == Outbox.Pruning(deleted: 2))
            #expect(try await sequences(store) == [3, 4, 5, 6])
            try await store.outbox.hear(of: "webhooks", at: 6, now: Self.now)
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 2)
            #expect(try await sequences(store) == [5, 6])
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 0)
        }
    }

    @Test func nothingGoesBeforeTheExpectedGroupIsKnown() async throws {
        try await withStore { store in
            try await fill(store, ages: [20, 19, 18])
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 0)
            try await store.outbox.hear(of: "webhooks", at: 3, now: Self.now)
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 0)
            try await store.outbox.hear(of: "audit", at: 3, now: Self.now)
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 2)
        }
    }

    @Test func newestEventStaysSoThatNumbersGoOn() async throws {
        try await withStore { store in
            try await fill(store, ages: [20, 19])
            try await store.outbox.hear(of: "audit", at: 2, now: Self.now)
            _ = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(try await sequences(store) == [2])
            try await fill(store, ages: [0])
            #expect(try await sequences(store) == [2, 3])
        }
    }

    @Test func silentGroupIsReleasedOnceAndHoldsAgainWhenItIsBack() async throws {
        try await withStore { store in
            try await fill(store, ages: [40, 39, 38, 37, 36])
            try await store.outbox.hear(of: "audit", at: 2, now: Self.now)
            try await store.outbox.hear(of: "webhooks", at: 0, now: Self.now - 31 * Self.day)
            let first = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(first == Outbox.Pruning(deleted: 2, released: ["webhooks"]))
            try await store.outbox.hear(of: "audit", at: 5, now: Self.now)
            try await store.outbox.hear(of: "webhooks", at: 3, now: Self.now)
            let second = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(second == Outbox.Pruning(deleted: 1))
            #expect(try await sequences(store) == [4, 5])
        }
    }

    @Test func expectedGroupHoldsEventsHoweverLongItIsSilent() async throws {
        try await withStore { store in
            try await fill(store, ages: [40, 39, 38, 37, 36])
            try await store.outbox.hear(of: "audit", at: 2, now: Self.now - 31 * Self.day)
            try await store.outbox.hear(of: "webhooks", at: 5, now: Self.now)
            let first = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(first == Outbox.Pruning(deleted: 2, overdue: ["audit"]))
            let years = Self.now + 2000 * Self.day
            let later = try await store.outbox.prune(Self.retention, now: years)
            #expect(later == Outbox.Pruning(released: ["webhooks"], overdue: ["audit"]))
            #expect(try await sequences(store) == [3, 4, 5])
            try await store.outbox.hear(of: "audit", at: 4, now: years)
            #expect(try await store.outbox.prune(Self.retention, now: years) == Outbox.Pruning(deleted: 2))
        }
    }

    @Test func expectedGroupThatWasReleasedOnceHoldsEventsAgain() async throws {
        try await withStore { store in
            try await fill(store, ages: [40, 39, 38])
            try await store.outbox.hear(of: "audit", at: 1, now: Self.now)
            try await store.write { try $0.execute(sql: "UPDATE event_group SET released_ms = 1") }
            #expect(try await store.outbox.prune(Self.retention, now: Self.now).deleted == 1)
            #expect(try await sequences(store) == [2, 3])
        }
    }

    @Test func stepsAreBounded() async throws {
        try await withStore { store in
            let count = Outbox.pruneRowsMax + 10
            try await fill(store, ages: Array(repeating: 20, count: count))
            try await store.outbox.hear(of: "audit", at: Int64(count), now: Self.now)
            let first = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(first.deleted == Outbox.pruneRowsMax && first.isCut)
            let second = try await store.outbox.prune(Self.retention, now: Self.now)
            #expect(second.deleted == 9 && !second.isCut)
        }
    }

    @Test(arguments: [
        "DELETE FROM outbox", "DELETE FROM outbox WHERE seq = 3", "DELETE FROM outbox WHERE seq > 2",
        "UPDATE outbox_floor SET seq = 5", "UPDATE outbox_floor SET seq = 1", "UPDATE outbox_floor SET id = 2",
        "UPDATE outbox_floor SET seq = 4", "DELETE FROM outbox_floor",
        "INSERT OR REPLACE INTO outbox_floor (id, seq) VALUES (1, 4)",
    ])
    func schemaLetsNothingElseGo(_ sql: String) async throws {
        try await withStore { store in
            try await fill(store, ages: [20, 20, 20, 20])
            try await store.outbox.hear(of: "audit", at: 2, now: Self.now)
            try await store.write { try $0.execute(sql: "UPDATE outbox_floor SET seq = 3") }
            await #expect(throws: DatabaseError.self) { try await store.write { try $0.execute(sql: sql) } }
            #expect(try await sequences(store) == [1, 2, 3, 4])
        }
    }

    @Test func cursorBelowTheFloorIsTold() async throws {
        try await withStore { store in
            try await fill(store, ages: [20, 20, 20])
            try await store.outbox.hear(of: "audit", at: 2, now: Self.now)
            _ = try await store.outbox.prune(Self.retention, now: Self.now)
            await #expect(throws: EventsGone(after: 1, first: 3)) {
                try await store.outbox.batch(after: 1, limit: 1, topic: nil)
            }
            await #expect(throws: EventsGone(after: 1, first: 3)) {
                try await store.outbox.page(after: 1, limit: 1, wait: .zero)
            }
            #expect(try await store.outbox.batch(after: 2, limit: 1, topic: nil).through == 3)
            #expect(try await store.outbox.page(after: 0, limit: 9, wait: .zero).entries.map(\.sequence) == [3])
            #expect(try await store.outbox.beginning() == 2)
        }
    }

    @Test func tooManyGroupsAreRefusedBySchemaToo() async throws {
        try await withStore { store in
            for number in 0..<Outbox.groupsMax {
                try await store.outbox.hear(of: "g\(number)", at: 0, now: Self.now)
            }
            await #expect(throws: Outbox.GroupsFull.self) {
                try await store.outbox.hear(of: "more", at: 0, now: Self.now)
            }
            await #expect(throws: DatabaseError.self) {
                try await store.write { db in
                    try db.execute(sql: "INSERT INTO event_group (name, acked_seq, updated_ms) VALUES ('more', 0, 0)")
                }
            }
            try await store.outbox.hear(of: "g1", at: 0, now: Self.now + 1)
        }
    }
}
