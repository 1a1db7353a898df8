import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing
import TransparencyLog

@testable import audit

private let checkpoints = [100, 256, 300, 600]
private let later = start.advanced(bySeconds: 1_000_000_000)

/// 600 entries that were signed four times, of which 512 are pruned.
private func withPruned(_ body: (Fixture, CheckpointSigner) async throws -> Void) async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    var size = 0
    for end in checkpoints {
        try await fixture.grow(size + 1...end)
        await signer.sign()
        size = end
    }
    #expect(try await RetentionStore(log: fixture.log).prune(before: later, at: later) == 512)
    await signer.sign()
    try await body(fixture, signer)
    try await fixture.remove()
}

extension Fixture {
    fileprivate func verify(of signer: CheckpointSigner) async throws -> AuditVerification {
        try await log.verify(sources: [Peer.deals, LogStore.ownSource], of: signer.trusted, newest: signer.last)
    }

    fileprivate func foundByText() async throws -> Int? {
        try await log.store.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM entry_text WHERE entry_text MATCH 'eee*' AND rowid < 256")
        }
    }
}

@Test func whatWasSignedHoldsWhenItsEntriesArePruned() async throws {
    try await withPruned { fixture, signer in
        #expect(signer.refusal == nil && signer.last?.size == 601)
        let found = try await fixture.verify(of: signer)
        #expect(found.problems == [] && found.minimumIndex == 512 && found.size == 601)
        let reopened = try await fixture.signer()
        #expect(reopened.refusal == nil && reopened.last == signer.last)
    }
}

private let bundles: [(index: Int64, width: Int, isThere: Bool)] = [
    (0, 256, false), (1, 256, false), (1, 44, false), (2, 89, true),
]

@Test func prunedBundlesAreNotServedAndHashesAndProofsAre() async throws {
    try await withPruned { fixture, _ in
        for (index, width, isThere) in bundles {
            let bundle = try #require(Tile(.entries, index: index, width: width))
            let served = try await fixture.log.bundle(of: bundle)
            #expect((served != nil) == isThere, "\(index)")
            let tile = try #require(Tile(.hashes(level: 0), index: index, width: width))
            let hashes = try await fixture.log.hashes(of: tile)
            #expect(hashes != nil)
        }
        for seq in [Int64(0), 511, 512] {
            guard case .proof(let proof) = try await fixture.log.proof(of: seq) else {
                Issue.record("no proof of \(seq)")
                continue
            }
            #expect(proof.index == seq)
        }
    }
}

@Test(arguments: [
    ("UPDATE node SET hashes = zeroblob(32) WHERE seq = 10", "above entry 11"),
    ("DELETE FROM node WHERE seq = 10", "hashes of entry 10"),
    ("UPDATE checkpoint SET root = zeroblob(32) WHERE size = 100", "checkpoint of size 100"),
    ("UPDATE checkpoint SET note = x'41' WHERE size = 300", "checkpoint of size 300"),
    ("UPDATE minimum SET seq = 256", "entry 256 is missing"),
    ("UPDATE minimum SET seq = 768", "hashes of entry 601"),
    ("DELETE FROM entry WHERE seq = 512", "entry 512 is missing"),
    ("UPDATE inbox SET seq = 2 WHERE source = 'audit'", "audit was read up to event 2"),
])
func changeOfAPrunedLogIsFound(sql: String, words: String) async throws {
    try await withPruned { fixture, signer in
        try fixture.tamper(sql)
        let problems = try await fixture.verify(of: signer).problems
        #expect(problems.contains { $0.contains(words) }, "\(problems)")
    }
}

/// Whoever takes out entries in bundles is in the log, once; hashes are read unseen.
@Test func readingBundlesIsAnEntry() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...3)
    await signer.sign()
    let handlers = TreeHandlers(log: fixture.log, signer: signer)
    _ = try await handlers.tile(call(as: .compliance, "0/000.p/3"))
    for path in ["000.p/3", "000.p/2"] { try await handlers.entries(call(as: .compliance, path)) { _ in } }
    _ = try? await handlers.entries(call(as: .compliance, "001")) { _ in }
    let told = try await fixture.log.entries(AuditQuery(type: "audit."))
    #expect(told.map(\.type) == [EventType.auditExported])
    #expect(told.first?.changes == [FieldChange("format", before: nil, after: "bundles")])
    try await fixture.remove()
}

@Test func personalValueOfAnEntryThatIsCutIsTheOneItCommitsTo() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    var long = deal(1, type: EventType.userUpdated)
    long.event.changes =
        (0..<400).map { FieldChange("field\($0)", before: nil, after: String(repeating: "é", count: 300)) }
        + [FieldChange("name", before: nil, after: "zanzibarium " + String(repeating: "n", count: 300))]
    try await fixture.log.append([long], from: Peer.auth, at: start)
    try await fixture.log.append((2...300).map { deal($0) }, from: Peer.deals, at: start)
    await signer.sign()
    let entry = try #require(try await fixture.log.entries(AuditQuery(AuditFilter(q: "zanzi"))).first)
    #expect(entry.seq == 0 && entry.unverified == nil)
    #expect(entry.changes.last?.after == "zanzibarium " + String(repeating: "n", count: 38) + "…")
    let bundle = try #require(Tile(.entries, index: 0, width: 1))
    let bytes = try #require(try await fixture.log.bundle(of: bundle))
    #expect(bytes.range(of: Data("zanzibarium".utf8)) == nil)
    // What was cut is what is taken out of the index again.
    #expect(try await fixture.foundByText() == 1)
    #expect(try await RetentionStore(log: fixture.log).prune(before: later, at: later) == 256)
    #expect(try await fixture.foundByText() == 0)
    let found = try await fixture.log.verify(sources: [Peer.auth, Peer.deals], of: signer.trusted)
    #expect(found.problems == [])
    try await fixture.remove()
}

@Test func wordsFitTheirColumnInAnyScript() {
    let words = PersonalWords.of(String(repeating: "नि", count: 70))
    #expect(words.count == 1 && words.allSatisfy { $0.unicodeScalars.count <= PersonalWords.lettersMax })
}
