import Foundation
import GRDB
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct DeadLettersTests {
    private static let box = DeadLetters.Box(group: "audit", source: "deals")

    private func letter(_ sequence: Int64, of aggregate: String = "a") -> DeadLetters.Letter {
        DeadLetters.Letter(
            sequence: sequence, aggregate: aggregate, attempts: 5, error: "broken", firstMilliseconds: 1,
            payload: Data("{}".utf8))
    }

    @Test func lettersAreListedInOrderAndPartedByAggregate() async throws {
        try await withStore { store in
            try await store.write { db in
                for (sequence, aggregate) in [(3, "a"), (5, "b"), (9, "a")] {
                    try Self.box.add(letter(Int64(sequence), of: aggregate), in: db)
                }
            }
            let (all, one, ofA) = try await store.read { db in
                (
                    try Self.box.letters(after: 0, limit: 9, in: db).map(\.sequence),
                    try Self.box.letters(after: 3, limit: 1, in: db).map(\.sequence),
                    try Self.box.letters(after: 0, aggregate: "a", limit: 9, in: db).map(\.sequence)
                )
            }
            #expect(all == [3, 5, 9] && one == [5] && ofA == [3, 9])
            let (head, none, last) = try await store.read { db in
                (
                    try Self.box.head(of: "a", in: db), try Self.box.head(of: "c", in: db),
                    try Self.box.last(in: db)
                )
            }
            #expect(head == 3 && none == nil && last == 9)
            let others = try await store.read { db in
                try DeadLetters.Box(group: "other", source: "deals").count(in: db)
            }
            #expect(others == 0)
        }
    }

    @Test func settledLetterIsGoneAndRemembered() async throws {
        try await withStore { store in
            try await store.write { db in
                for sequence in 1...3 { try Self.box.add(letter(Int64(sequence)), in: db) }
                let outcomes = [
                    try Self.box.settle(1, .redriven, reason: "", now: 7, in: db),
                    try Self.box.settle(2, .skipped, reason: "why", now: 7, in: db),
                    try Self.box.settle(2, .skipped, reason: "why", now: 7, in: db),
                ]
                #expect(outcomes == [true, true, false])
                let (count, redriven) = (try Self.box.count(in: db), try Self.box.redriven(in: db))
                #expect(count == 1 && redriven == [1])
            }
        }
    }

    @Test func longErrorIsCutAndAttemptsCountUp() async throws {
        try await withStore { store in
            try await store.write { db in
                var long = letter(1)
                long.error = String(repeating: "é", count: 5000)
                try Self.box.add(long, in: db)
                try Self.box.failedAgain(1, error: "", in: db)
            }
            let stored = try await store.read { try Self.box.letters(after: 0, limit: 1, in: $0) }
            #expect(stored.map(\.attempts) == [6])
            #expect(stored.map(\.error) == ["unknown"])
        }
    }

    @Test(arguments: [
        "UPDATE dead_letter SET payload = x'00'", "UPDATE dead_letter SET aggregate = 'b'",
        "DELETE FROM settled_letter", "UPDATE settled_letter SET reason = 'none'",
    ])
    func whatHappenedIsNeverChanged(_ sql: String) async throws {
        try await withStore { store in
            try await store.write { db in
                for sequence in 1...2 { try Self.box.add(letter(Int64(sequence)), in: db) }
                _ = try Self.box.settle(1, .skipped, reason: "why", now: 7, in: db)
            }
            await #expect(throws: DatabaseError.self) { try await store.write { try $0.execute(sql: sql) } }
        }
    }
}
