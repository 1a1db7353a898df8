import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import TransparencyLog

@testable import audit

/// A log of eight entries, signed at five and at eight.
private func signedTwice() async throws -> Fixture {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...5)
    await signer.sign()
    try await fixture.grow(6...8)
    await signer.sign()
    return fixture
}

@Test func whatACrashLeftInTheFileAloneIsTakenOver() async throws {
    let fixture = try await signedTwice()
    let notes = try await fixture.notes()
    try fixture.tamper("DELETE FROM checkpoint WHERE size = 8")
    let signer = try await fixture.signer()
    #expect(signer.refusal == nil && signer.last?.size == 8)
    #expect(try await fixture.notes() == notes)
    try await fixture.remove()
}

@Test func aFileThatIsBehindTheTableDoesNotCount() async throws {
    let fixture = try await signedTwice()
    try await fixture.kept.write(try #require(try await fixture.notes().first))
    let signer = try await fixture.signer()
    #expect(signer.refusal == nil && signer.last?.size == 8)
    try await fixture.remove()
}

@Test func aFileThatIsBehindTheTableMustBeOfThisLogAllTheSame() async throws {
    let fixture = try await signedTwice()
    try await fixture.kept.write(try fixture.note(size: 5, root: .empty).bytes)
    #expect(try await fixture.signer().refusal == .rootDiffers(size: 5))
    try await fixture.remove()
}

private let appendedOtherwise: [(sql: String, refusal: SigningRefusal)] = [
    // The one hash that the new root is made of.
    (
        "UPDATE node SET hashes = CAST(substr(hashes, 1, 96) || zeroblob(32) AS BLOB) WHERE seq = 7",
        .rootDiffers(size: 8)
    ),
    ("UPDATE entry SET bytes = CAST('{}' AS BLOB) WHERE seq = 6", .rootDiffers(size: 8)),
    ("DELETE FROM entry WHERE seq = 6", .treeBroken(size: 8)),
]

@Test func whatWasChangedBetweenAppendingAndSigningIsNotSigned() async throws {
    for (sql, refusal) in appendedOtherwise {
        let fixture = try Fixture()
        let signer = try await fixture.signer()
        try await fixture.grow(1...5)
        await signer.sign()
        try await fixture.grow(6...8)
        try fixture.tamper(sql)
        await signer.sign()
        #expect(signer.refusal == refusal && signer.last?.size == 5, "\(sql)")
        #expect(try await fixture.notes().count == 1)
        try await fixture.remove()
    }
}

@Test func aLogThatIsShorterThanWhatWasSignedIsNotSigned() async throws {
    let fixture = try await signedTwice()
    try fixture.tamper(
        "DELETE FROM entry WHERE seq >= 6; DELETE FROM node WHERE seq >= 6; DELETE FROM checkpoint WHERE size = 8")
    let signer = try await fixture.signer()
    #expect(signer.refusal == .logShorter(size: 6, signed: 8))
    #expect(try await fixture.notes().count == 1)
    try await fixture.remove()
}

@Test func aLogWithAnotherPastIsNotSigned() async throws {
    let fixture = try await signedTwice()
    try fixture.tamper("UPDATE node SET hashes = zeroblob(length(hashes)) WHERE seq = 7")
    #expect(try await fixture.signer().refusal == .rootDiffers(size: 8))
    try fixture.tamper("DELETE FROM node WHERE seq = 7")
    #expect(try await fixture.signer().refusal == .treeBroken(size: 8))
    try await fixture.remove()
}

@Test func aChangeUnderTheRunningSignerStopsIt() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...3)
    await signer.sign()
    try fixture.tamper("UPDATE node SET hashes = zeroblob(length(hashes)) WHERE seq = 1")
    try await fixture.grow(4...4)
    await signer.sign()
    #expect(signer.refusal == .rootDiffers(size: 3))
    #expect(signer.last?.size == 3)
    try await fixture.remove()
}

@Test func twoCheckpointsOfOneSizeStopTheSigner() async throws {
    let fixture = try await signedTwice()
    try await fixture.kept.write(try fixture.note(size: 8, root: .empty).bytes)
    #expect(try await fixture.signer().refusal == .twoRoots(size: 8))
    try await fixture.remove()
}

@Test(arguments: ["", "bank.test/audit\n8\n", String(repeating: "x", count: 5000)])
func aFileThatCannotBeReadStopsTheSigner(content: String) async throws {
    let fixture = try await signedTwice()
    try await fixture.kept.write(Data(content.utf8))
    guard case .lastUnreadable(.file, _)? = try await fixture.signer().refusal else {
        Issue.record("it was passed over")
        return
    }
    try await fixture.remove()
}

@Test func aLogOfAnotherNameIsAnotherLog() async throws {
    let fixture = try await signedTwice()
    guard case .lastUnreadable? = try await fixture.signer(["IBP_AUDIT_ORIGIN": "other.test/audit"]).refusal else {
        Issue.record("it was signed")
        return
    }
    try await fixture.remove()
}

@Test func whoRefusesToSignTakesEntriesInAndSaysSo() async throws {
    let fixture = try await signedTwice()
    try await fixture.kept.write(try fixture.note(size: 8, root: .empty).bytes)
    let signer = try await fixture.signer()
    try await fixture.grow(9...9)
    await signer.sign()
    #expect(try await fixture.notes().count == 2)
    let handlers = AuditHandlers(log: fixture.log, sources: ["deals"], signer: signer)
    let found = try await handlers.verify(call(as: .compliance))
    // With the entry that tells of this verification.
    #expect(!found.ok && found.size == 10)
    #expect(found.problems.first?.contains("two different checkpoints") == true)
    try await fixture.remove()
}

@Test func compareAndSwapLetsOneOfTwoSign() async throws {
    let fixture = try await signedTwice()
    let checkpoints = CheckpointStore(store: fixture.log.store)
    let old = try #require(Checkpoint(origin: Fixture.origin, size: 5, root: .empty))
    try await fixture.grow(9...9)
    let tree = try #require(try await checkpoints.tree(after: nil))
    let note = try fixture.note(size: tree.size, root: tree.root)
    let new = SignedCheckpoint(checkpoint: try #require(Checkpoint(note.text)), note: note)
    for stale in [nil, old] {
        await #expect(throws: SigningRefusal.overtaken(size: 8)) {
            try await checkpoints.append(new, after: stale, at: start)
        }
    }
    #expect(try await fixture.notes().count == 2)
    try await fixture.remove()
}

extension SignedNote {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n")[0] + "\n" }
}

@Test(arguments: [
    "UPDATE checkpoint SET root = zeroblob(32)", "DELETE FROM checkpoint WHERE size = 5",
    "INSERT INTO checkpoint VALUES (8, zeroblob(32), x'41', 1)",
    "INSERT OR REPLACE INTO checkpoint VALUES (8, zeroblob(32), x'41', 1)",
    "INSERT INTO checkpoint VALUES (7, zeroblob(32), x'41', 1)",
    "INSERT INTO checkpoint VALUES (9, zeroblob(32), x'41', 1)",
])
func schemaLetsCheckpointsOnlyGrow(sql: String) async throws {
    let fixture = try await signedTwice()
    await #expect(throws: DatabaseError.self) { try await fixture.log.store.write { db in try db.execute(sql: sql) } }
    try await fixture.remove()
}
