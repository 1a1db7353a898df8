import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage
import Synchronization
import Testing

@testable import audit

private let later = start.advanced(bySeconds: 100_000_000)

extension Officer {
    /// 1300 entries with an address each.
    fileprivate func fill() async throws {
        let events = (1...1300).map { number in
            var event = deal(number)
            event.event.actor.address = "192.0.2.\(number % 250)"
            event.event.time = start
            return event
        }
        try await fixture.log.append(events, from: "deals", at: start)
    }

    fileprivate func prune(before cutoff: Instant = later) async throws -> Int64 {
        try await RetentionStore(log: fixture.log).prune(before: cutoff, at: later)
    }
}

@Test func oldEntriesGoInWholeBundlesAndTheRestVerifies() async throws {
    try await withOfficer { officer in
        try await officer.fill()
        let root = try await officer.fixture.verify().root
        let all = try await officer.fixture.log.store.read { db in
            try Data.fetchAll(db, sql: "SELECT hashes FROM node ORDER BY seq")
        }
        #expect(try await officer.prune() == 1024)
        #expect(try await officer.prune() == 256)
        // Less than a bundle, and the newest, stay.
        #expect(try await officer.prune() == 0)

        let result = try await officer.fixture.verify()
        #expect(result.ok && result.minimumIndex == 1280 && result.size == 1302, "\(result.problems)")
        #expect(result.root != root)
        #expect(try await officer.fixture.log.list(AuditQuery(limit: 1, sort: "seq")) == [1280])
        #expect(try await officer.fixture.log.list(AuditQuery(subject: "D-2026-1001")) == [])
        let told = try await officer.entries(EventType.auditPruned)
        #expect(told.map(\.changes.first?.after) == ["1024", "1280"])
        let (hashes, left) = try await officer.fixture.log.store.read { db in
            let counts = try ["personal", "personal_word", "facet", "entry"].map { table in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table) WHERE seq < 1280")
            }
            let words = "SELECT count(*) FROM entry_text WHERE entry_text MATCH 'pitch*' AND rowid < 1280"
            let hashes = try Data.fetchAll(db, sql: "SELECT hashes FROM node ORDER BY seq")
            return (hashes, counts + [try Int.fetchOne(db, sql: words)])
        }
        #expect(hashes.starts(with: all))
        #expect(left == [0, 0, 0, 0, 0])
        // The log goes on.
        try await officer.fixture.log.append([deal(1301)], from: "deals")
    }
}

@Test func youngEntriesStay() async throws {
    try await withOfficer { officer in
        try await officer.fill()
        #expect(try await officer.prune(before: start) == 0)
        #expect(RetentionKeeper.cutoff(years: 7, at: later) < start)
        #expect(try await officer.fixture.verify().minimumIndex == 0)
    }
}

@Test func changeAboveTheMinimumIsFoundAfterPruning() async throws {
    let fixture = try Fixture()
    let officer = Officer(fixture)
    try await officer.fill()
    _ = try await officer.prune()
    try fixture.tamper("UPDATE entry SET type = 'x' WHERE seq = 1100")
    #expect(try await fixture.verify().firstBadSeq == 1100)
    try fixture.tamper("DELETE FROM entry WHERE seq = 1024")
    #expect(try await fixture.verify().firstBadSeq == 1024)
    try await fixture.remove()
}

@Test func minimumThatNoEntryTellsOfIsFound() async throws {
    let fixture = try Fixture()
    let officer = Officer(fixture)
    try await officer.fill()
    #expect(try await officer.prune() == 1024)
    #expect(try await fixture.verify().problems == [])
    try fixture.tamper(
        ["personal", "personal_word", "facet", "entry"].map { "DELETE FROM \($0) WHERE seq < 1280;" }.joined()
            + "UPDATE minimum SET seq = 1280")
    let found = try await fixture.verify()
    #expect(!found.ok && found.firstBadSeq == 1024)
    #expect(found.problems.contains { $0.contains("pruned to 1024") }, "\(found.problems)")
    try await fixture.remove()
}

@Test func legalHoldStopsPruning() async throws {
    try await withOfficer { officer in
        try await officer.fill()
        let free = try await officer.call(AuditMethods.hold, Nothing())
        #expect(!free.held && free.version == 0 && free.reason == nil && free.retentionYears == 7)
        func set(_ method: RPCMethod<AuditHoldRequest, AuditHold>, _ version: Int64?) async throws -> AuditHold {
            try await officer.call(method, AuditHoldRequest(reason: "case 17"), ifMatch: version)
        }
        #expect(await refusal { _ = try await set(AuditMethods.placeHold, nil) } == "version_required")
        #expect(await refusal { _ = try await set(AuditMethods.liftHold, 0) } == "not_held")
        let held = try await set(AuditMethods.placeHold, 0)
        #expect(held.held && held.version == 1 && held.reason == "case 17" && held.by == anna.text)
        #expect(await refusal { _ = try await set(AuditMethods.placeHold, 1) } == "already_held")
        #expect(await refusal { _ = try await set(AuditMethods.liftHold, 0) } == "version_mismatch")
        #expect(try await officer.prune() == 0)
        await #expect(throws: DatabaseError.self) {
            try await officer.fixture.log.store.write { db in try db.execute(sql: "UPDATE minimum SET seq = 256") }
        }
        _ = try await set(AuditMethods.liftHold, 1)
        #expect(try await officer.prune() == 1024)
        #expect(try await officer.call(AuditMethods.hold, Nothing()).minimumIndex == 1024)
        #expect(try await officer.entries("audit.hold.").map(\.type) == ["audit.hold.placed", "audit.hold.lifted"])
    }
}

@Test(arguments: [
    "UPDATE minimum SET seq = 100", "UPDATE minimum SET seq = 256", "UPDATE minimum SET seq = 1536",
    // Within the log, but not what the newest entry tells.
    "UPDATE minimum SET seq = 1280",
    "UPDATE minimum SET seq = 0", "DELETE FROM minimum", "INSERT OR REPLACE INTO minimum (id, seq) VALUES (1, 0)",
    "DELETE FROM entry WHERE seq = 1024", "DELETE FROM node WHERE seq = 0", "DELETE FROM hold",
    "INSERT OR REPLACE INTO hold (id, is_held, version) VALUES (1, 0, 0)", "UPDATE hold SET version = 9",
    "DELETE FROM personal WHERE seq = 1024", "UPDATE saved_search SET version = 9; DELETE FROM entry",
])
func schemaLetsNothingElseGo(sql: String) async throws {
    try await withOfficer { officer in
        try await officer.fill()
        _ = try await officer.prune()
        await #expect(throws: DatabaseError.self) {
            try await officer.fixture.log.store.write { db in try db.execute(sql: sql) }
        }
    }
}

@Test func keeperPrunesStepByStepUntilNothingIsOld() async throws {
    try await withOfficer { officer in
        try await officer.fill()
        let pauses = Mutex<[Duration]>([])
        let (paused, pause) = AsyncStream.makeStream(of: Void.self)
        let keeper = RetentionKeeper(
            retention: RetentionStore(log: officer.fixture.log), years: 1,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { later },
            pause: { duration in
                pauses.withLock { $0.append(duration) }
                guard duration == RetentionKeeper.pauseAfterAll else { return }
                pause.yield()
                try await Task.sleep(for: .seconds(3600))
            })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await keeper.run() }
            for await _ in paused { break }
            group.cancelAll()
        }
        #expect(
            pauses.withLock { $0 } == [
                RetentionKeeper.pauseAfterStep, RetentionKeeper.pauseAfterStep, RetentionKeeper.pauseAfterAll,
            ])
        #expect(try await officer.fixture.verify().minimumIndex == 1280)
    }
}
