import Contracts
import Foundation
import GRDB
import InMemoryLogging
import Logging
import NIOCore
import RPC
import Storage
import Synchronization
import Testing

@testable import Events

/// What a subscriber was sent.
private final class Reader: Sendable {
    let batches = Mutex<[EventBatch]>([])

    var sequences: [Int64] { batches.withLock { $0.flatMap { $0.events.map(\.sequence) } } }
    var heartbeats: [Int64] { batches.withLock { $0.filter { $0.events.isEmpty }.map(\.newest) } }

    func take(_ body: ByteBuffer) throws {
        let batch = try JSONDecoder().decode(EventBatch.self, from: Data(body.readableBytesView))
        batches.withLock { $0.append(batch) }
    }
}

private func follow(
    _ feed: EventFeed, _ subscription: EventSubscription, _ body: (Reader) async throws -> Void
) async throws {
    let reader = Reader()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try? await feed.follow(subscription) { try reader.take($0) } }
        defer { group.cancelAll() }
        try await body(reader)
    }
}

private func fault(_ body: () async throws -> Void) async -> RPCFault? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RPCFault
    }
}

@Suite(.timeLimit(.minutes(2)))
struct EventStreamTests {
    @Test func eventsComeInTheOrderOfTheirCommits() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            try await producer.store.append((1...25).map { event($0) })
            try await follow(producer.feed, EventSubscription(limit: 10)) { reader in
                try await eventually { reader.sequences.count == 25 }
                try await producer.store.append(event(26))
                try await eventually { reader.sequences.count == 26 }
                #expect(reader.sequences == Array(1...26))
                let sizes = reader.batches.withLock { $0.map(\.events.count) }
                #expect(sizes.allSatisfy { $0 <= 10 })
            }
            try await producer.store.close()
        }
    }

    private static let start = Instant(milliseconds: 1_790_000_000_000)
    private static let places: [(EventSubscription, Int64)] = [
        (EventSubscription(after: 4), 5), (EventSubscription(from: start.advanced(bySeconds: 7)), 7),
        (EventSubscription(from: start), 1), (EventSubscription(), 1),
    ]

    @Test func streamGoesOnBehindANumberOrFromAnInstant() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            let start = Self.start
            try await producer.store.append((1...9).map { event($0, at: start.advanced(bySeconds: Int64($0))) })
            for (subscription, first) in Self.places {
                try await follow(producer.feed, subscription) { reader in
                    try await eventually { reader.sequences == Array(first...9) }
                }
            }
            let page = try await producer.feed.read(EventRead(from: start.advanced(bySeconds: 100)))
            let none = try JSONDecoder().decode(EventBatch.self, from: Data(page.readableBytesView))
            #expect(none.events.isEmpty && none.through == 9 && none.newest == 9)
            try await producer.store.close()
        }
    }

    @Test func subscriberOfATopicIsToldHowFarTheOthersGo() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory, beat: .milliseconds(5))
            try await producer.store.append(event(1), event(2, kind: "user"), event(3), event(4, kind: "session"))
            try await follow(producer.feed, EventSubscription(topic: "deals")) { reader in
                try await eventually { reader.batches.withLock { $0.last?.through } == 4 }
                #expect(reader.sequences == [1, 3])
            }
            try await producer.store.close()
        }
    }

    @Test func heartbeatsCarryTheNewestNumber() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory, beat: .milliseconds(5))
            try await producer.store.append(event(1), event(2))
            try await follow(producer.feed, EventSubscription(after: 2)) { reader in
                try await eventually { reader.heartbeats.count >= 3 }
                #expect(reader.heartbeats.allSatisfy { $0 == 2 })
            }
            try await producer.store.close()
        }
    }

    /// The heartbeat and the safety net are far away.
    @Test func commitWakesTheSubscriber() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory, beat: .seconds(3600), safetyNet: .seconds(3600))
            try await follow(producer.feed, EventSubscription()) { reader in
                try await eventually { reader.heartbeats == [0] }
                for number in 1...20 {
                    try await producer.store.append(event(number))
                    try await eventually { reader.sequences.last == Int64(number) }
                }
            }
            try await producer.store.close()
        }
    }

    /// As if a wake-up had been lost: the store does not hear of what another connection writes.
    @Test func safetyNetFindsWhatNobodyToldOf() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory, beat: .seconds(3600), safetyNet: .milliseconds(20))
            try await follow(producer.feed, EventSubscription()) { reader in
                try await eventually { reader.heartbeats == [0] }
                let other = try DatabaseQueue(path: directory + "/p.sqlite")
                try await other.write { try EventFeed.append(event(1), in: $0) }
                try other.close()
                try await eventually { reader.sequences == [1] }
            }
            try await producer.store.close()
        }
    }

    @Test func noMoreIsSentThanCreditAllows() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            try await producer.store.append((1...100).map { event($0) })
            let begun = Mutex(0)
            let feed = producer.feed
            var router = RPCRouter()
            router.on(EventMethods.subscribe) { input, _, writer in
                try await feed.follow(input) { body in
                    begun.withLock { $0 += 1 }
                    try await writer.send(encoded: body)
                }
            }
            let server = try await producer.listen(router: router)
            let client = try Producer.client(port: try #require(server.localPort))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await client.run() }
                defer { group.cancelAll() }
                let stream = try client.stream(EventMethods.subscribe, EventSubscription(limit: 10), window: 2)
                var batches = stream.makeAsyncIterator()
                let first = try await batches.next()
                #expect(first?.events.count == 10)
                // A call that goes and comes back has passed all that was on its way.
                for _ in 0..<3 { _ = try await client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60)) }
                // Two were granted, one more when the first was read; the fourth waits.
                #expect(begun.withLock { $0 } <= 4)
            }
            await server.drain(within: .milliseconds(100))
            try await producer.store.close()
        }
    }

    @Test(arguments: [
        (EventSubscription(after: -1), ["after"]), (EventSubscription(after: 1, from: .now), ["from"]),
        (EventSubscription(limit: 0), ["limit"]), (EventSubscription(limit: 501), ["limit"]),
        (EventSubscription(topic: "audit", group: "A b"), ["topic", "group"]),
        (EventSubscription(group: ""), ["group"]),
    ])
    func whatDoesNotFitIsNamed(_ subscription: EventSubscription, _ fields: [String]) async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            let refused = await fault { try await producer.feed.follow(subscription) { _ in } }
            #expect(refused?.code == "validation_failed")
            #expect(refused?.errors.map(\.field) == fields)
            try await producer.store.close()
        }
    }

    @Test func groupsAreBoundedAndTellTheirLag() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            try await producer.store.append((1...5).map { event($0, at: Instant(milliseconds: 1)) })
            for number in 0..<Outbox.groupsMax { try await producer.feed.hear(of: "group-\(number)", at: 2) }
            let refused = await fault { try await producer.feed.hear(of: "one-more", at: 0) }
            #expect(refused?.code == "too_many_groups")
            _ = try await producer.feed.acknowledge(EventAcknowledgement(group: "group-7", sequence: 5))
            let list = try await producer.feed.groups()
            #expect(list.items.count == Outbox.groupsMax)
            #expect(list.newest == 5)
            let (current, late) = (
                list.items.first { $0.name == "group-7" }, list.items.first { $0.name == "group-8" }
            )
            #expect(current?.behind == 0 && current?.behindMilliseconds == 0)
            #expect(late?.behind == 3 && late?.behindMilliseconds ?? 0 > 0)
            try await producer.store.close()
        }
    }

    @Test func silenceOfAGroupThatHasToReadEverythingIsToldAndDeletesNothing() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            try await producer.store.append((1...5).map { event($0, at: Instant(milliseconds: 1)) })
            try await producer.feed.hear(of: "test", at: 0)
            try await producer.feed.hear(of: "other", at: 5)
            let log = InMemoryLogHandler()
            let retention = EventRetention(
                producer.store.outbox,
                OutboxRetention(keepMilliseconds: 1, groupSilenceMilliseconds: 1000, expectedGroups: ["test"]),
                logger: Logger(label: "test") { _ in log }, now: { Instant.now.advanced(bySeconds: 60) })
            #expect(try await retention.catchUp() == 0)
            #expect(log.entries.map(\.metadata) == [["event.group": "other"], ["event.group": "test"]])
            #expect(log.entries.allSatisfy { $0.level == .warning })
            #expect(log.entries.last?.message.description.contains("start its service") == true)
            #expect(try await producer.feed.groups().items.map(\.holdsEvents) == [false, true])
            try await producer.store.close()
        }
    }

    @Test func whatIsDeletedIsSaidToBeGone() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory)
            try await producer.store.append((1...5).map { event($0, at: Instant(milliseconds: 1)) })
            try await producer.feed.hear(of: "test", at: 3)
            let retention = EventRetention(
                producer.store.outbox,
                OutboxRetention(keepMilliseconds: 1, groupSilenceMilliseconds: .max / 2, expectedGroups: ["test"]),
                logger: quiet)
            #expect(try await retention.catchUp() == 3)
            let refused = await fault { try await producer.feed.follow(EventSubscription(after: 2)) { _ in } }
            #expect(refused?.code == "events_gone")
            #expect(refused?.errors.first?.message == "the first event that there is is 4")
            let pulled = await fault {
                _ = try await producer.feed.page(EventPull(after: 2, limit: 1, waitMilliseconds: 0))
            }
            #expect(pulled?.code == "events_gone")
            try await follow(producer.feed, EventSubscription()) { reader in
                try await eventually { reader.sequences == [4, 5] }
            }
            try await producer.store.close()
        }
    }
}
