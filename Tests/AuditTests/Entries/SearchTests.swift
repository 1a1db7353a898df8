import Contracts
import Foundation
import RPC
import Storage
import Testing

@testable import audit

/// A log of five events that differ in everything that is looked for.
private func withLog(_ body: (LogStore) async throws -> Void) async throws {
    let fixture = try Fixture()
    func event(_ type: String, _ subject: EventSubject, _ changes: [FieldChange], _ number: Int) -> Event {
        Event(
            type: type, time: start.advanced(bySeconds: Int64(number)),
            actor: EventActor(kind: "user", id: anna.text, address: "192.0.2.\(number)"), subject: subject,
            changes: changes, requestId: "r-\(number)", traceId: "t-\(number)")
    }
    let user = EventSubject(kind: "user", id: bert.text)
    let deal = EventSubject(kind: "deal", id: "d1", number: "D-2026-0007")
    let events = [
        event(EventType.dealUpdated, deal, [FieldChange("nextStep", before: nil, after: "Rückruf am Montag")], 0),
        event(
            EventType.userCreated, user,
            [
                FieldChange("email", before: nil, after: "Bert.Brecht@firm.example"),
                FieldChange("role", before: nil, after: "banker"),
            ], 1),
        event(EventType.sessionFailed, user, [FieldChange("reason", before: nil, after: "bad_password")], 2),
        event(EventType.dealTeamAdded, deal, [FieldChange("userId", before: nil, after: bert.text)], 3),
        event(EventType.keyRotated, EventSubject(kind: "key", id: "k"), [], 4),
    ]
    try await fixture.log.append(
        events.enumerated().map { SequencedEvent(sequence: Int64($0 + 1), event: $1) }, from: "auth")
    try await body(fixture.log)
    #expect(try await fixture.verify().ok)
    try await fixture.remove()
}

private let searches: [(AuditFilter, [Int64])] = [
    (AuditFilter(q: "ruckruf"), [0]), (AuditFilter(q: "mon RÜCK"), [0]), (AuditFilter(q: "montag freitag"), []),
    (AuditFilter(q: "D-2026-0007"), [0, 3]), (AuditFilter(q: "deal"), [0, 3]), (AuditFilter(q: "bad"), [2]),
    // Personal words are found by the index of their own, alone and beside others.
    (AuditFilter(q: "brecht"), [1]), (AuditFilter(q: "bert.brecht@firm"), [1]), (AuditFilter(q: "bre banker"), [1]),
    // Nothing in a word has a meaning of its own.
    (AuditFilter(q: "a\" OR words:b*"), []), (AuditFilter(q: "NOT x"), []),
    (AuditFilter(subjectKind: "key"), [4]), (AuditFilter(outcome: .failed), [2]),
    (AuditFilter(outcome: .success), [0, 1, 3, 4]), (AuditFilter(address: "192.0.2.3"), [3]),
    (AuditFilter(requestId: "r-1"), [1]), (AuditFilter(traceId: "t-4"), [4]), (AuditFilter(field: "nextStep"), [0]),
    (AuditFilter(field: "step"), []), (AuditFilter(source: "deals"), []),
    (AuditFilter(source: "auth"), [0, 1, 2, 3, 4]),
    (AuditFilter(q: "user", type: "user.", outcome: .success, address: "192.0.2.1"), [1]),
    (AuditFilter(q: "user", address: "192.0.2.2"), []),
]

@Test func searchesFindExactlyWhatFits() async throws {
    try await withLog { log in
        for (filter, expected) in searches {
            #expect(try await log.list(AuditQuery(filter, sort: "seq")) == expected, "\(filter)")
            #expect(try await log.list(AuditQuery(filter)) == expected.reversed(), "\(filter)")
            var query = AuditQuery(filter)
            (query.count, query.limit) = (true, 1)
            let page = try await log.page(LogSearch(query))
            #expect(page.total == expected.count && page.hasMoreThanTotal == nil, "\(filter)")
        }
    }
}

@Test func pagesOfOneEntryAreTheWholeList() async throws {
    try await withLog { log in
        for (filter, expected) in searches {
            let lists: [(sort: String, whole: [Int64])] = [("seq", expected), ("-seq", expected.reversed())]
            for (sort, whole) in lists {
                var query = AuditQuery(filter, sort: sort)
                query.limit = 1
                var found: [Int64] = []
                repeat {
                    let page = try await log.page(LogSearch(query))
                    found += page.items.map(\.seq)
                    query.cursor = page.nextCursor
                } while query.cursor != nil
                #expect(found == whole, "\(filter)")
            }
        }
    }
}

/// Or each page would find again what all the others hold.
@Test func wordsAreLookedForWithinThePageAlone() throws {
    var search = try LogSearch(AuditQuery(AuditFilter(q: "anna von-brecht", field: "name"), sort: "seq"))
    (search.after, search.below) = (3, 9)
    let sql = SearchSQL(search, isPage: true).sql
    // The field and two words; of the second word two parts.
    #expect(sql.components(separatedBy: "MATCH ? AND rowid > ? AND rowid < ?").count == 1 + 3)
    #expect(sql.components(separatedBy: "? AND seq > ? AND seq < ?").count == 1 + 3)
}

@Test func entriesTellOutcomeAddressAndTrace() async throws {
    try await withLog { log in
        let entry = try #require(try await log.entries(AuditQuery(AuditFilter(outcome: .failed))).first)
        #expect(entry.outcome == .failed && entry.traceId == "t-2" && entry.actor.address == "192.0.2.2")
        #expect(entry.redactions == nil && entry.unverified == nil)
    }
}

@Test func timelinesTellOfOneDealAndOfOnePerson() async throws {
    try await withLog { log in
        func seqs(_ search: LogSearch) async throws -> [Int64] { try await log.page(search).items.map(\.seq) }
        let all = AuditTimelineQuery(sort: "seq")
        #expect(try await seqs(LogSearch(all, deal: "D-2026-0007")) == [0, 3])
        #expect(try await seqs(LogSearch(all, deal: "d1")) == [0, 3])
        // What was done to him, also where a field names him.
        #expect(try await seqs(LogSearch(all, person: bert.text)) == [1, 2, 3])
        #expect(try await seqs(LogSearch(all, person: anna.text)) == [0, 1, 2, 3, 4])
        let later = AuditTimelineQuery(limit: 1, from: start.advanced(bySeconds: 2))
        let page = try await log.page(LogSearch(later, person: bert.text))
        #expect(page.items.map(\.seq) == [3] && page.nextCursor == "3")
        let next = AuditTimelineQuery(cursor: "3", from: later.from)
        #expect(try await seqs(LogSearch(next, person: bert.text)) == [2])
    }
}

@Test func totalsEndWhereNobodyReadsFurther() async throws {
    let fixture = try Fixture()
    try await fixture.fill(30)
    let search = try LogSearch(AuditQuery(count: true))
    let found = try await fixture.log.store.read { db in try LogStore.count(search, max: 11, in: db) }
    #expect(found == 11)
    try await fixture.remove()
}

@Test(arguments: [
    AuditFilter(q: ""), AuditFilter(q: "@"), AuditFilter(q: "a @"), AuditFilter(q: String(repeating: "a", count: 201)),
    AuditFilter(q: "1 2 3 4 5 6 7 8 9"), AuditFilter(address: ""), AuditFilter(field: "."),
    AuditFilter(traceId: String(repeating: "a", count: 201)),
])
func filtersThatDoNotFitAreRefused(filter: AuditFilter) {
    #expect { try LogSearch(AuditQuery(filter)) } throws: { ($0 as? RPCFault)?.code == "query_invalid" }
}

@Test func longTextsAreCutInTheIndexAndWholeInTheEntry() async throws {
    let fixture = try Fixture()
    var long = deal(1)
    let text = String(repeating: "é", count: 5000) + " needle"
    long.event.changes = [FieldChange("note", before: nil, after: text)]
    #expect(EntryWords(long.event).words.utf8.count <= EntryWords.bytesMax + 3)
    try await fixture.log.append([long], from: "deals")
    #expect(try await fixture.log.list(AuditQuery(AuditFilter(q: "needle"))) == [])
    #expect(try await fixture.log.entries(AuditQuery()).first?.changes.first?.after == text)
    try await fixture.remove()
}
