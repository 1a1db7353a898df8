import Contracts
import Foundation
import GRDB
import Storage
import Testing
import TransparencyLog

@testable import audit

private let oldBytes: [String] = (0..<300).map { seq in
    """
    {"actor":{"address":"192.0.2.1","id":"\(anna.text)","kind":"user"},\
    "changes":[{"after":"Ärger\(seq)","field":"nextStep"}],"id":"018f0000-0000-7000-8000-\(100_000_000_000 + seq)",\
    "requestId":"r-\(seq)","source":"deals","sourceSeq":\(seq + 1),\
    "subject":{"id":"d","kind":"deal","number":"D-2026-0001"},"time":"2026-09-21T14:13:20.125Z",\
    "type":"deal.updated","version":1}
    """
}

/// A file as the release before left it: entries in plain, without `v`, a row for each hash, and none of the tables beside them.
private func withOldFile(_ body: (Fixture) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().text)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let queue = try DatabaseQueue(path: "\(directory)/audit.sqlite")
    try AuditSchema.migrator.migrate(queue, upTo: "audit log")
    try await queue.write { db in
        var tree = MerkleFrontier()
        var index: Int64 = 0
        for (seq, text) in oldBytes.enumerated() {
            let bytes = Data(text.utf8)
            let event = try LoggedEntry(bytes: bytes)
            try db.execute(
                sql: """
                    INSERT INTO entry (seq, bytes, event_id, time_ms, type, actor_id, subject_id, subject_number,
                        source, source_seq, recorded_ms) VALUES (?, ?, ?, ?, ?, ?, 'd', 'D-2026-0001', 'deals', ?, 0)
                    """,
                arguments: [
                    seq, bytes, event.id.text, event.time.milliseconds, event.type, event.actor.id, seq + 1,
                ])
            for hash in tree.append(.leaf(bytes)) {
                try db.execute(sql: "INSERT INTO hash (idx, value) VALUES (?, ?)", arguments: [index, hash.data])
                index += 1
            }
        }
        try Inbox.move("deals", to: Int64(oldBytes.count), in: db)
    }
    try queue.close()
    let fixture = try Fixture(directory)
    try await body(fixture)
    let result = try await fixture.verify()
    #expect(result.ok, "\(result.problems)")
    try await fixture.remove()
}

@Test func entriesOfTheReleaseBeforeVerifyAndAreShown() async throws {
    try await withOldFile { fixture in
        #expect(try await fixture.verify().ok)
        let entry = try #require(try await fixture.log.entries(AuditQuery(sort: "seq")).first)
        #expect(entry.actor.address == "192.0.2.1" && entry.outcome == .success && entry.traceId == nil)
        #expect(entry.leafHash == MerkleHash.leaf(Data(oldBytes[0].utf8)).data.base64EncodedString())
        #expect(entry.redactions == nil && entry.unverified == nil)
        try await fixture.log.append([deal(301)], from: "deals")
    }
}

@Test func entriesOfTheReleaseBeforeAreFound() async throws {
    try await withOldFile { fixture in
        let found = try await fixture.log.list(AuditQuery(AuditFilter(q: "arger7"), sort: "seq"))
        #expect(found == [7] + Array(70...79))
        #expect(try await fixture.log.list(AuditQuery(AuditFilter(requestId: "r-9"))) == [9])
        #expect(try await fixture.log.list(AuditQuery(AuditFilter(address: "192.0.2.1"))).count == 50)
        #expect(try await fixture.log.list(AuditQuery(AuditFilter(field: "nextStep"))).count == 50)
    }
}

@Test func entriesOfTheReleaseBeforeCannotBeErasedButPruned() async throws {
    try await withOldFile { fixture in
        let officer = Officer(fixture)
        let redaction = AuditRedactionRequest(reason: "r")
        #expect(
            await refusal { _ = try await officer.call(AuditMethods.redact, redaction, on: ["0"]) }
                == "nothing_to_redact")
        let erasure = try await officer.call(
            AuditMethods.eraseUser, AuditErasureRequest(reason: "r"), on: [anna.text])
        #expect(erasure.values == 0 && erasure.plainEntries == 300)
        let later = start.advanced(bySeconds: 1_000_000_000)
        #expect(try await RetentionStore(log: fixture.log).prune(before: later, at: later) == 256)
        #expect(try await fixture.log.list(AuditQuery(AuditFilter(q: "arger7"))) == [])
    }
}
