import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import audit

private let secretWord = "zanzibarium"

private func event(
    _ type: String, by actor: EventActor, _ subject: EventSubject, _ changes: [FieldChange]
) -> Event {
    Event(type: type, time: start, actor: actor, subject: subject, changes: changes)
}

extension Fixture {
    /// Bert is made by Anna, signs in, and changes his own name; then Anna does something of her own.
    fileprivate func tellOfBert() async throws {
        let annaHerself = EventActor(kind: "user", id: anna.text, address: "192.0.2.1")
        let him = EventSubject(kind: "user", id: bert.text)
        let events = [
            event(
                EventType.userCreated, by: annaHerself, him,
                [FieldChange("email", before: nil, after: "\(secretWord)@firm.example")]),
            event(
                EventType.sessionStarted, by: EventActor(kind: "anonymous", id: "", address: "192.0.2.77"),
                EventSubject(kind: "session", id: "s"), [FieldChange("user", before: nil, after: bert.text)]),
            event(
                EventType.userUpdated, by: EventActor(kind: "user", id: bert.text, address: "192.0.2.77"), him,
                [FieldChange("name", before: secretWord, after: "Bert")]),
            event(
                EventType.sessionFailed, by: EventActor(kind: "anonymous", id: "", address: "192.0.2.66"), him, []),
            event(EventType.dealUpdated, by: annaHerself, EventSubject(kind: "deal", id: "d"), []),
        ]
        try await log.append(
            events.enumerated().map { SequencedEvent(sequence: Int64($0 + 1), event: $1) }, from: "auth")
    }
}

private func withBert(_ body: (Officer) async throws -> Void) async throws {
    try await withOfficer { officer in
        try await officer.fixture.tellOfBert()
        try await body(officer)
    }
}

extension Officer {
    fileprivate func redact(_ seq: Int64, _ paths: [String]? = nil) async throws -> AuditEntry {
        try await call(
            AuditMethods.redact, AuditRedactionRequest(paths: paths, reason: "asked for"), on: [String(seq)])
    }

    fileprivate func entry(_ seq: Int64) async throws -> AuditEntry? {
        try await fixture.log.store.read { db in try EntryReader.entry(at: seq, in: db) }
    }
}

@Test func redactedValueIsGoneAndTheEntryStillProvesItself() async throws {
    try await withBert { officer in
        let before = try #require(try await officer.entry(2))
        #expect(before.changes == [FieldChange("name", before: secretWord, after: "Bert")])
        let after = try await officer.redact(2, ["changes[0].before"])
        #expect(after.changes == [FieldChange("name", before: nil, after: "Bert")])
        #expect(after.leafHash == before.leafHash && after.unverified == nil)
        let told = try #require(after.redactions?.first)
        #expect(told.path == "changes[0].before" && told.by == anna.text && told.reason == "asked for")
        let entry = try #require(try await officer.entries(EventType.auditEntryRedacted).first)
        #expect(entry.seq == told.seq && entry.subject == EventSubject(kind: "entry", id: "2"))
        #expect(entry.changes.first == FieldChange("paths", before: nil, after: "changes[0].before"))
        // Asked for again, there is nothing to do; but the entry is read.
        #expect(try await officer.redact(2, ["changes[0].before"]) == after)
        #expect(try await officer.entries(EventType.auditEntryRedacted).count == 1)
        let read = try await officer.entries(EventType.auditSearched)
        #expect(read.map(\.subject) == [EventSubject(kind: "entry", id: "2")])
    }
}

@Test func redactedValueIsNotFoundAnyMore() async throws {
    try await withBert { officer in
        let log = officer.fixture.log
        #expect(try await log.list(AuditQuery(AuditFilter(q: "zanzi"), sort: "seq")) == [0, 2])
        #expect(try await log.list(AuditQuery(AuditFilter(address: "192.0.2.77"), sort: "seq")) == [1, 2])
        _ = try await officer.redact(2)
        #expect(try await log.list(AuditQuery(AuditFilter(q: "zanzi"))) == [0])
        #expect(try await log.list(AuditQuery(AuditFilter(address: "192.0.2.77"))) == [1])
    }
}

@Test func erasureOfAPersonLeavesWhatIsOfOthers() async throws {
    try await withBert { officer in
        let done = try await officer.call(
            AuditMethods.eraseUser, AuditErasureRequest(reason: "left"), on: [bert.text])
        // His e-mail, two addresses and two names; not where Anna was, nor who tried his password.
        #expect(done.values == 5 && done.plainEntries == 0)
        let entries = try await officer.fixture.log.entries(AuditQuery(sort: "seq"))
        #expect(entries[0].actor.address == "192.0.2.1" && entries[0].changes.first?.after == nil)
        #expect(entries[1].actor.address == nil && entries[2].actor.address == nil)
        #expect(entries[3].actor.address == "192.0.2.66" && entries[4].actor.address == "192.0.2.1")
        #expect(entries[5].type == EventType.auditUserErased && entries[5].seq == done.seq)
        #expect(entries[1].redactions?.map(\.seq) == [done.seq])
    }
}

@Test func erasedBytesAreInNoFile() async throws {
    let fixture = try Fixture()
    let officer = Officer(fixture)
    let marks = (0..<300).map { "mark\($0)q\(UInt32.random(in: .min ... .max))" }
    let events = (0..<1500).map { number in
        let name = number.isMultiple(of: 5) ? marks[number / 5] : "name\(number)"
        let subject = number.isMultiple(of: 5) ? bert : anna
        return SequencedEvent(
            sequence: Int64(number + 1),
            event: Event(
                type: EventType.userUpdated, time: start, actor: .service("auth"),
                subject: EventSubject(kind: "user", id: subject.text),
                changes: [FieldChange("name", before: nil, after: name)]))
    }
    for page in stride(from: 0, to: events.count, by: 100) {
        try await fixture.log.append(Array(events[page..<page + 100]), from: "auth")
    }
    func found() throws -> Int {
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
        let files = try names.map { try Data(contentsOf: URL(filePath: "\(fixture.directory)/\($0)")) }
        return marks.count { mark in files.contains { $0.range(of: Data(mark.utf8)) != nil } }
    }
    #expect(try found() == marks.count)
    let done = try await officer.call(AuditMethods.eraseUser, AuditErasureRequest(reason: "left"), on: [bert.text])
    #expect(done.values == marks.count)
    #expect(try await fixture.verify().ok)
    // Closing checkpoints.
    try await fixture.log.store.close()
    #expect(try found() == 0)
    try FileManager.default.removeItem(atPath: fixture.directory)
}

@Test func onlyWhatIsKeptApartIsRedacted() async throws {
    try await withBert { officer in
        try await officer.fixture.log.append([deal(1)], from: "deals")
        #expect(await refusal { _ = try await officer.redact(5) } == "nothing_to_redact")
        #expect(await refusal { _ = try await officer.redact(99) } == "not_found")
        let wrong = ["actor.id", "changes[0].after", "changes[0].after"]
        let fault = await #expect(throws: RPCFault.self) { _ = try await officer.redact(0, wrong) }
        #expect(fault?.errors.map(\.field) == ["paths[0]", "paths[2]"])
        let blank = AuditRedactionRequest(reason: " ")
        #expect(
            await refusal { _ = try await officer.call(AuditMethods.redact, blank, on: ["0"]) } == "validation_failed")
    }
}

@Test func valueThatWasExchangedIsNotShownAndIsFound() async throws {
    let fixture = try Fixture()
    var event = deal(1)
    event.event.actor.address = "192.0.2.1"
    try await fixture.log.append([deal(2)], from: "auth")
    try await fixture.log.append([event], from: "deals")
    try fixture.tamper("UPDATE personal SET value = '192.0.2.2'")
    let shown = try #require(try await fixture.log.entries(AuditQuery()).first)
    #expect(shown.actor.address == nil && shown.unverified == ["actor.address"])
    let result = try await fixture.verify()
    #expect(!result.ok && result.firstBadSeq == 1)
    try fixture.tamper("DELETE FROM personal")
    #expect(try await fixture.log.entries(AuditQuery()).first?.unverified == ["actor.address"])
    #expect(try await fixture.verify().firstBadSeq == 1)
    try await fixture.remove()
}

/// All three values of entry 2 were erased, as entry 5 tells; these would have it otherwise.
private let forgeries = [
    "DELETE FROM personal WHERE seq = 0 AND path = 'actor.address'", "DELETE FROM redaction",
    "DELETE FROM redaction WHERE path = 'changes[0].after'", "UPDATE redaction SET told_by = 4",
    "UPDATE redaction SET told_by = 99", "UPDATE redaction SET reason = 'x'", "UPDATE redaction SET at_ms = at_ms + 1",
    "UPDATE redaction SET actor_id = 'x'",
    "UPDATE redaction SET path = 'changes[9].after' WHERE path = 'actor.address'",
    "UPDATE personal SET path = 'changes[0' WHERE seq = 0 AND path = 'actor.address'",
    "UPDATE personal SET path = 'changes[-1].after' WHERE seq = 0 AND path = 'actor.address'",
    // An erasure that tells of another entry.
    """
    INSERT INTO redaction SELECT 0, path, told_by, at_ms, actor_id, reason FROM redaction WHERE path = 'actor.address';
    DELETE FROM personal WHERE seq = 0 AND path = 'actor.address'
    """,
]

@Test(arguments: forgeries)
func valueThatIsGoneWithoutItsErasureIsFound(sql: String) async throws {
    let fixture = try Fixture()
    try await fixture.tellOfBert()
    _ = try await Officer(fixture).redact(2)
    #expect(try await fixture.verify().problems == [])
    try fixture.tamper(sql)
    let found = try await fixture.verify()
    #expect(!found.ok && found.firstBadSeq == (sql.contains("seq = 0") ? 0 : 2), "\(found.problems)")
    try await fixture.remove()
}

@Test func erasureOfAPersonTellsOfNobodyElse() async throws {
    let fixture = try Fixture()
    try await fixture.tellOfBert()
    let request = AuditErasureRequest(reason: "left")
    _ = try await Officer(fixture).call(AuditMethods.eraseUser, request, on: [bert.text])
    #expect(try await fixture.verify().problems == [])
    try fixture.tamper(
        """
        INSERT INTO redaction SELECT 4, path, told_by, at_ms, actor_id, reason FROM redaction WHERE seq = 1;
        DELETE FROM personal WHERE seq = 4
        """)
    #expect(try await fixture.verify().firstBadSeq == 4)
    try await fixture.remove()
}

@Test(arguments: [
    (EventType.dealPartyAdded, "personName"), (EventType.dealActivityAdded, "participants"),
    (EventType.dealActivityChanged, "subject"), (EventType.dealActivityChanged, "text"),
    (EventType.tokenCreated, "name"),
])
func namesOfContactsAreKeptApart(type: String, field: String) async throws {
    try await withOfficer { officer in
        let told = event(
            type, by: .service("deals"), EventSubject(kind: "deal", id: "d"),
            [FieldChange(field, before: nil, after: "Dr. \(secretWord)")])
        try await officer.fixture.log.append([SequencedEvent(sequence: 1, event: told)], from: "deals")
        let stored = try await officer.fixture.log.store.read { db in
            try Data.fetchOne(db, sql: "SELECT bytes FROM entry")
        }
        let bytes = try #require(stored)
        #expect(bytes.range(of: Data(secretWord.utf8)) == nil)
        #expect(try await officer.entry(0)?.changes.first?.after == "Dr. \(secretWord)")
        #expect(try await officer.fixture.log.list(AuditQuery(AuditFilter(q: "zanzi"))) == [0])
        #expect(try await officer.redact(0).changes == [FieldChange(field, before: nil, after: nil)])
    }
}

@Test(arguments: [
    "UPDATE personal SET value = 'x'", "DELETE FROM personal", "DELETE FROM redaction",
    "INSERT INTO personal (seq, path, salt, value) VALUES (0, 'changes[9].after', zeroblob(16), 'x')",
    "UPDATE redaction SET reason = 'x'",
    "INSERT INTO redaction (seq, path, told_by, at_ms, actor_id, reason) VALUES (0, 'x', 9, 0, 'a', 'r')",
    // No entry, one of something else, and one that tells of another entry.
    "INSERT INTO redaction (seq, path, told_by, at_ms, actor_id, reason) VALUES (0, 'actor.address', 9, 0, 'a', 'r')",
    "INSERT INTO redaction (seq, path, told_by, at_ms, actor_id, reason) VALUES (0, 'actor.address', 4, 0, 'a', 'r')",
    "INSERT INTO redaction (seq, path, told_by, at_ms, actor_id, reason) VALUES (0, 'actor.address', 5, 0, 'a', 'r')",
])
func schemaLetsValuesGoByARedactionOnly(sql: String) async throws {
    try await withBert { officer in
        _ = try await officer.redact(2, ["changes[0].after"])
        await #expect(throws: DatabaseError.self) {
            try await officer.fixture.log.store.write { db in try db.execute(sql: sql) }
        }
    }
}
