import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import TransparencyLog

@testable import audit

@Test func appendedEventsAreListedNewestFirst() async throws {
    let fixture = try Fixture()
    let events = try await fixture.fill(3)
    let page = try await fixture.log.page(LogSearch(AuditQuery()))
    #expect(page.items.map(\.seq) == [2, 1, 0])
    #expect(page.items.map(\.id) == events.reversed().map(\.event.id))
    #expect(page.nextCursor == nil)
    let last = try #require(page.items.last)
    #expect(last.sourceSeq == 1 && last.source == "deals" && last.changes == events[0].event.changes)
    let bytes = EntryBytes.make(events[0].event, source: "deals", sequence: 1)
    #expect(last.leafHash == MerkleHash.leaf(bytes).data.base64EncodedString())
    try await fixture.remove()
}

@Test func pagesJoinWithoutGapOrOverlapInBothDirections() async throws {
    let fixture = try Fixture()
    try await fixture.fill(25)
    for sort in ["seq", "-seq"] {
        var query = AuditQuery(limit: 10, sort: sort)
        var seen: [Int64] = []
        repeat {
            let page = try await fixture.log.page(LogSearch(query))
            #expect(page.items.count <= 10)
            seen += page.items.map(\.seq)
            query.cursor = page.nextCursor
        } while query.cursor != nil
        #expect(seen == (sort == "seq" ? Array(0..<25) : Array(0..<25).reversed()))
    }
    try await fixture.remove()
}

@Test func filtersNarrowTheList() async throws {
    let fixture = try Fixture()
    let log = fixture.log
    let events = [
        deal(1), deal(2, type: EventType.dealStageChanged), deal(3, type: "dealer.added"),
        deal(4, type: EventType.dealUpdated),
    ]
    try await log.append(events, from: "deals")
    #expect(try await log.list(AuditQuery(sort: "seq", type: "deal.created")) == [0])
    #expect(try await log.list(AuditQuery(sort: "seq", type: "deal.")) == [0, 1, 3])
    #expect(try await log.list(AuditQuery(sort: "seq", type: "deal")) == [])
    #expect(try await log.list(AuditQuery(sort: "seq", actor: anna.text)) == [0, 2])
    #expect(try await log.list(AuditQuery(subject: "D-2026-1002")) == [1])
    #expect(try await log.list(AuditQuery(subject: events[3].event.subject.id)) == [3])
    #expect(
        try await log.list(AuditQuery(sort: "seq", from: events[1].event.time, to: events[3].event.time)) == [1, 2])
    #expect(try await log.list(AuditQuery(type: "deal.", actor: bert.text, to: events[2].event.time)) == [1])
    try await fixture.remove()
}

@Test func pageEndsEarlyWhereEntriesAreLarge() async throws {
    let fixture = try Fixture()
    let events = (1...60).map { number in
        var event = deal(number)
        event.event.changes = [FieldChange("note", before: nil, after: String(repeating: "x", count: 60_000))]
        return event
    }
    try await fixture.log.append(events, from: "deals")
    let page = try await fixture.log.page(LogSearch(AuditQuery(limit: 60, sort: "seq")))
    #expect(page.items.count == 34)
    #expect(page.nextCursor == "33")
    try await fixture.remove()
}

@Test(arguments: [
    AuditQuery(limit: 0), AuditQuery(limit: 201), AuditQuery(sort: "time"), AuditQuery(type: ""),
    AuditQuery(actor: String(repeating: "a", count: 201)),
])
func queriesThatDoNotFitAreRefused(query: AuditQuery) {
    #expect { try LogSearch(query) } throws: { ($0 as? RPCFault)?.code == "query_invalid" }
}

@Test(arguments: ["", "x", "-1", "+1", "01", "9223372036854775808"])
func foreignCursorsAreRefused(cursor: String) {
    #expect { try LogSearch(AuditQuery(cursor: cursor)) } throws: { ($0 as? RPCFault)?.code == "cursor_invalid" }
}

@Test func pageThatComesTwiceIsLoggedOnce() async throws {
    let fixture = try Fixture()
    let events = try await fixture.fill(5)
    #expect(try await fixture.log.append(events, from: "deals") == 0)
    #expect(try await fixture.log.append(Array(events[3...]) + [deal(6)], from: "deals") == 1)
    #expect(try await fixture.log.cursor(of: "deals") == 6)
    #expect(try await fixture.verify().size == 6)
    try await fixture.remove()
}

@Test func sourcesCountByThemselvesAndMayLeaveNumbersOut() async throws {
    let fixture = try Fixture()
    try await fixture.log.append([deal(1), deal(4)], from: "deals")
    try await fixture.log.append([deal(2)], from: "auth")
    try await fixture.log.append([deal(9)], from: "deals")
    #expect(try await fixture.log.cursor(of: "deals") == 9)
    #expect(try await fixture.log.cursor(of: "auth") == 2)
    #expect(try await fixture.verify().ok)
    try await fixture.remove()
}

@Test func numbersThatGoBackAreRefusedAndNothingIsKept() async throws {
    let fixture = try Fixture()
    await #expect(throws: LogError.sequenceNotIncreasing(source: "deals", sequence: 2)) {
        try await fixture.log.append([deal(1), deal(3), deal(2)], from: "deals")
    }
    #expect(try await fixture.log.cursor(of: "deals") == 0)
    try await fixture.fill(3)
    await #expect(throws: LogError.sequenceReused(source: "deals", sequence: 3)) {
        try await fixture.log.append([deal(3), deal(4)], from: "deals")
    }
    #expect(try await fixture.verify().size == 3)
    try await fixture.remove()
}

@Test(arguments: [
    "UPDATE entry SET type = 'x'", "DELETE FROM entry WHERE seq = 2", "UPDATE node SET hashes = zeroblob(32)",
    "DELETE FROM node", "INSERT OR REPLACE INTO node (seq, hashes) VALUES (0, zeroblob(32))",
    "INSERT INTO node (seq, hashes) VALUES (99, zeroblob(32))",
])
func schemaRefusesAllButAppending(sql: String) async throws {
    let fixture = try Fixture()
    try await fixture.fill(3)
    await #expect(throws: DatabaseError.self) { try await fixture.log.store.write { db in try db.execute(sql: sql) } }
    #expect(try await fixture.verify().ok)
    try await fixture.remove()
}

@Test func brokenTreeIsNotBuiltUpon() async throws {
    let fixture = try Fixture()
    try await fixture.fill(4)
    try fixture.tamper("DELETE FROM node WHERE seq = 3")
    await #expect(throws: LogError.hashMissing(index: 6)) { try await fixture.log.append([deal(5)], from: "deals") }
    try await fixture.remove()
}
