import Contracts
import Foundation
import GRDB
import Logging
import NIOCore
import RPC
import Storage
import Testing

@testable import Events

private func withFeed(_ body: (Store, EventFeed) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    var migrator = DatabaseMigrator()
    Outbox.addMigration(to: &migrator)
    let store = try Store.open(
        directory: directory.path, fileName: "e.sqlite", migrator: migrator,
        logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
    try await body(store, EventFeed(store.outbox))
    try await store.close()
}

@Test func eventsArePulledInTheOrderOfTheirCommits() async throws {
    try await withFeed { store, feed in
        let events = (0..<5).map { event($0) }
        for event in events { try await store.write { try EventFeed.append(event, in: $0) } }
        let first = try await feed.pull(EventPull(after: 0, limit: 2, waitMilliseconds: 0))
        let rest = try await feed.pull(EventPull(after: 2, limit: 100, waitMilliseconds: 0))
        #expect((first.events + rest.events).map(\.event) == events)
        #expect(first.newest == 5)
    }
}

@Test func pullWaitsForTheNextCommit() async throws {
    try await withFeed { store, feed in
        async let page = feed.pull(EventPull(after: 0, limit: 10, waitMilliseconds: 20_000))
        try await store.write { try EventFeed.append(event(1), in: $0) }
        let pulled = try await page
        #expect(pulled.events.count == 1)
    }
}

@Test func eventOfAChangeThatFailsIsNotThere() async throws {
    struct Refused: Error {}
    try await withFeed { store, feed in
        await #expect(throws: Refused.self) {
            try await store.write { db in
                try EventFeed.append(event(1), in: db)
                throw Refused()
            }
        }
        let page = try await feed.pull(EventPull(after: 0, limit: 10, waitMilliseconds: 0))
        #expect(page.events.isEmpty)
    }
}

@Test(arguments: [
    EventPull(after: -1, limit: 1, waitMilliseconds: 0), EventPull(after: 0, limit: 0, waitMilliseconds: 0),
    EventPull(after: 0, limit: 501, waitMilliseconds: 0), EventPull(after: 0, limit: 1, waitMilliseconds: 20_001),
])
func pullOutOfRangeNamesTheField(_ pull: EventPull) async throws {
    try await withFeed { _, feed in
        await #expect(throws: RPCFault.self) { try await feed.pull(pull) }
    }
}

extension EventFeed {
    /// As the consumer reads it.
    fileprivate func pull(_ input: EventPull) async throws -> EventPage {
        try JSONDecoder().decode(EventPage.self, from: Data(try await page(input).readableBytesView))
    }
}

@Test(arguments: 0..<30)
func eventIsWrittenAsTheCoderWouldWriteIt(_ seed: Int) throws {
    let pieces = [
        "a", "Ü", "\"", "\\", "/", "\n", "\t", "\r", "\u{8}", "\u{c}", "\u{0}", "\u{1f}", "\u{7f}", "\u{2028}", "😀",
        "</script>",
    ]
    func text() -> String { (0..<Int.random(in: 0...12)).map { _ in pieces.randomElement() ?? "" }.joined() }
    func maybe() -> String? { Bool.random() ? text() : nil }
    let event = Event(
        type: text(), time: Instant(milliseconds: Int64.random(in: 0...4_000_000_000_000)),
        actor: EventActor(kind: text(), id: text(), session: Bool.random() ? UUID() : nil, address: maybe()),
        subject: EventSubject(kind: text(), id: text(), number: maybe()), version: .random(in: 0...9),
        changes: (0..<Int.random(in: 0...3)).map { _ in FieldChange(text(), before: maybe(), after: maybe()) },
        requestId: maybe(), traceId: maybe())
    let expected = String(decoding: try StrictJSON.encode(event), as: UTF8.self)
    #expect(String(decoding: EventJSON.encode(event), as: UTF8.self) == expected)
}
