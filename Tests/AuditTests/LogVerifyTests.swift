import Contracts
import Foundation
import GRDB
import Storage
import Testing
import TransparencyLog

@testable import audit

@Test func intactLogVerifiesWithTheRootOfItsEntries() async throws {
    let fixture = try Fixture()
    #expect(try await fixture.verify().root == MerkleHash.empty.data.base64EncodedString())
    let events = try await fixture.fill(57)
    var tree = MerkleFrontier()
    for event in events {
        _ = tree.append(.leaf(EntryBytes.make(event.event, source: "deals", sequence: event.sequence)))
    }
    let result = try await fixture.verify()
    #expect(result.ok && result.problems.isEmpty && result.firstBadSeq == nil)
    #expect(result.size == 57)
    #expect(result.root == tree.root.data.base64EncodedString())
    try await fixture.remove()
}

@Test(arguments: [
    (
        "UPDATE entry SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Pitch', 'Pitsh') AS BLOB) WHERE seq = 7", 7,
        "does not have the hash"
    ),
    ("UPDATE entry SET bytes = CAST('{' AS BLOB) WHERE seq = 8", 8, "does not have the hash"),
    ("DELETE FROM entry WHERE seq = 5", 5, "entry 5 is missing"),
    ("DELETE FROM entry WHERE seq = 19", 19, "from 19 on"),
    ("DELETE FROM entry WHERE seq = 19; DELETE FROM node WHERE seq = 19", 19, "read up to event 20"),
    ("UPDATE entry SET actor_id = 'x' WHERE seq = 3", 3, "indexed by other values"),
    ("UPDATE entry SET time_ms = time_ms + 1 WHERE seq = 4", 4, "indexed by other values"),
    ("UPDATE entry SET subject_number = NULL WHERE seq = 0", 0, "indexed by other values"),
    ("UPDATE facet SET outcome = 'failed' WHERE seq = 5", 5, "indexed by other values"),
    ("UPDATE facet SET request_id = NULL WHERE seq = 6", 6, "indexed by other values"),
    ("UPDATE entry SET source_seq = 200 WHERE seq = 9", 9, "indexed by other values"),
    ("UPDATE entry SET seq = 4000000000000000000 WHERE seq = 19", 19, "cannot be read"),
    ("UPDATE node SET hashes = zeroblob(32) WHERE seq = 0", 0, "does not have the hash"),
    (
        "UPDATE node SET hashes = CAST(substr(hashes, 1, 64) || substr(hashes, 1, 32) AS BLOB) WHERE seq = 3", 3,
        "not the hash of what lies below"
    ),
    ("UPDATE node SET hashes = zeroblob(64) WHERE seq = 3", 3, "does not have the hash"),
    ("DELETE FROM node WHERE seq = 1", 1, "does not have the hash"),
    ("DELETE FROM node", 0, "does not have the hash"),
    ("DELETE FROM entry", 0, "from 0 on"),
])
func changeBehindTheLogIsFoundAndNamed(sql: String, firstBadSeq: Int64, words: String) async throws {
    let fixture = try Fixture()
    try await fixture.fill(20)
    try fixture.tamper(sql)
    let result = try await fixture.verify()
    #expect(!result.ok)
    #expect(result.firstBadSeq == firstBadSeq)
    #expect(result.problems.contains { $0.contains(words) }, "\(result.problems)")
    #expect(result.problems.count <= LogVerifier.problemsMax)
    try await fixture.remove()
}

@Test func swappedEntriesAreFound() async throws {
    let fixture = try Fixture()
    try await fixture.fill(10)
    try fixture.tamper(
        """
        CREATE TEMP TABLE pair AS SELECT * FROM entry WHERE seq IN (2, 6);
        UPDATE pair SET seq = 8 - seq;
        DELETE FROM entry WHERE seq IN (2, 6);
        INSERT INTO entry SELECT * FROM pair;
        """)
    let result = try await fixture.verify()
    #expect(result.firstBadSeq == 2)
    #expect(result.problems.contains { $0.hasPrefix("entry 6 ") })
    try await fixture.remove()
}

@Test func everySingleByteChangeOfAnEntryIsFound() async throws {
    let fixture = try Fixture()
    try await fixture.fill(12)
    let originals = try await fixture.log.store.read { db in
        try Data.fetchAll(db, sql: "SELECT bytes FROM entry ORDER BY seq")
    }
    try fixture.tamper("SELECT 1")
    let queue = try DatabaseQueue(path: "\(fixture.directory)/audit.sqlite")
    func set(_ bytes: Data, of seq: Int) async throws {
        try await queue.write { db in
            try db.execute(sql: "UPDATE entry SET bytes = ? WHERE seq = ?", arguments: [bytes, seq])
        }
    }
    for _ in 0..<200 {
        let seq = Int.random(in: originals.indices)
        var changed = originals[seq]
        changed[Int.random(in: changed.indices)] ^= UInt8.random(in: 1...255)
        try await set(changed, of: seq)
        let result = try await fixture.verify()
        #expect(!result.ok && result.firstBadSeq == Int64(seq))
        try await set(originals[seq], of: seq)
    }
    #expect(try await fixture.verify().ok)
    try queue.close()
    try await fixture.remove()
}

@Test func manyFaultsMakeAShortReport() async throws {
    let fixture = try Fixture()
    try await fixture.fill(100)
    try fixture.tamper("UPDATE entry SET type = 'x'")
    let result = try await fixture.verify()
    #expect(result.problems.count == LogVerifier.problemsMax)
    #expect(result.firstBadSeq == 0)
    try await fixture.remove()
}
