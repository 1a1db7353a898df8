import Contracts
import Foundation
import GRDB
import Storage
import Testing
import TransparencyLog

@testable import audit

/// A log as it was kept when each hash had a row, and its root.
private func oldLog(in directory: String, count: Int, without missing: Int? = nil) async throws -> MerkleHash {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let queue = try DatabaseQueue(path: "\(directory)/audit.sqlite")
    try AuditSchema.migrator.migrate(queue, upTo: "audit log")
    let root = try await queue.write { db in
        var (tree, index) = (MerkleFrontier(), 0)
        for number in 1...count {
            let event = deal(number).event
            let bytes = EntryBytes.make(event, source: "deals", sequence: Int64(number))
            try db.execute(
                sql: """
                    INSERT INTO entry (seq, bytes, event_id, time_ms, type, actor_id, subject_id, subject_number, source,
                        source_seq, recorded_ms)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'deals', ?, 1)
                    """,
                arguments: [
                    number - 1, bytes, event.id.text, event.time.milliseconds, event.type, event.actor.id,
                    event.subject.id, event.subject.number, number,
                ])
            for hash in tree.append(.leaf(bytes)) {
                try db.execute(sql: "INSERT INTO hash (idx, value) VALUES (?, ?)", arguments: [index, hash.data])
                index += 1
            }
        }
        try Inbox.move("deals", to: Int64(count), in: db)
        if let missing {
            try db.execute(sql: "DROP TRIGGER hash_remains")
            try db.execute(sql: "DELETE FROM hash WHERE idx = ?", arguments: [missing])
        }
        return tree.root
    }
    try queue.close()
    return root
}

private func temporaryDirectory() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().text)").path
}

@Test(arguments: [1, 2, 7, 64, 100])
func hashesOfAnOlderLogAreTakenOver(count: Int) async throws {
    let directory = temporaryDirectory()
    let root = try await oldLog(in: directory, count: count)
    let log = try Fixture.open(directory)
    let found = try await log.verify(sources: ["deals"])
    #expect(found.ok && found.root == root.base64, "\(found.problems)")
    try await log.append([deal(count + 1)], from: "deals")
    #expect(try await log.verify(sources: ["deals"]).ok)
    try await log.store.close()
    try FileManager.default.removeItem(atPath: directory)
}

@Test func damageOfAnOlderLogStaysToBeSeen() async throws {
    let directory = temporaryDirectory()
    _ = try await oldLog(in: directory, count: 20, without: 8)
    let log = try Fixture.open(directory)
    let found = try await log.verify(sources: ["deals"])
    #expect(!found.ok && found.firstBadSeq == 5)
    try await log.store.close()
    try FileManager.default.removeItem(atPath: directory)
}
