import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(60)

private func request(_ old: Int, _ new: Int, by key: SignerKey = logKey) throws -> AddCheckpoint {
    let proof = try ConsistencyProof(from: Int64(old), to: Int64(new), reading: log.read)
    return AddCheckpoint(oldSize: Int64(old), proof: proof.hashes, checkpoint: try log.signed(new, by: key))
}

private func decide(_ request: AddCheckpoint, last: Checkpoint?) -> WitnessDecision {
    WitnessDecision.on(request, of: [trusted], last: { _ in last })
}

/// C2SP tlog-witness, example request body.
@Test func exampleOfTheWitnessDocumentIsReadToTheByte() throws {
    let request = try #require(AddCheckpoint(sofaRequest.bytes))
    #expect(request.oldSize == 20_852_014 && request.proof.count == 4)
    #expect(request.checkpoint.signatures.count == 2)
    #expect(request.bytes == sofaRequest.bytes)
}

@Test(arguments: [
    sofaRequest.replacing("old 20852014", with: "old 020852014"), sofaRequest.replacing("old ", with: "old  "),
    sofaRequest.replacing("old ", with: "size "), sofaRequest.replacing("kaw=\n", with: "kaw\n"),
    sofaRequest.replacing("3Kj/0=\n\n", with: "3Kj/0=\n"), String(sofaRequest.dropLast()), "", "old 0\n", "old 0\n\n",
    "old 0\n" + String(repeating: MerkleHash.empty.base64 + "\n", count: 64) + "\n" + sofaText + "\n" + sofaLine,
])
func otherRequestsAreRefused(body: String) { #expect(AddCheckpoint(body.bytes) == nil) }

@Test func longestRequestHas63Hashes() {
    let lines = String(repeating: MerkleHash.empty.base64 + "\n", count: 63)
    #expect(AddCheckpoint(("old 0\n" + lines + "\n" + sofaText + "\n" + sofaLine).bytes)?.proof.count == 63)
}

@Test func witnessFollowsALogThatOnlyGrows() throws {
    var last: Checkpoint?
    for (old, new) in [(0, 1), (1, 1), (1, 7), (7, 8), (8, 60), (60, 60)] {
        let decision = decide(try #require(AddCheckpoint(request(old, new).bytes)), last: last)
        #expect(try decision == .accept(log.checkpoint(new)))
        #expect(decision.status == 200 && decision.body == nil)
        last = try log.checkpoint(new)
    }
}

@Test func witnessTellsItsSizeToALogThatDoesNotKnowIt() throws {
    let decision = decide(try request(0, 30), last: try log.checkpoint(20))
    #expect(decision == .conflict(size: 20) && decision.status == 409 && decision.body == "20\n")
    #expect(try decide(request(10, 30), last: log.checkpoint(20)) == .conflict(size: 20))
    #expect(try decide(request(10, 30), last: nil) == .conflict(size: 0))
    // Older than what was seen.
    #expect(try decide(request(10, 15), last: log.checkpoint(20)) == .conflict(size: 20))
}

@Test func witnessRefusesAnotherHistory() throws {
    let forged = Log((0..<60).map { Data("forged \($0)".utf8) })
    let proof = try ConsistencyProof(from: 20, to: 30, reading: forged.read)
    let request = AddCheckpoint(oldSize: 20, proof: proof.hashes, checkpoint: try forged.signed(30))
    #expect(try decide(request, last: log.checkpoint(20)) == .inconsistent)
    #expect(try decide(request, last: log.checkpoint(20)).status == 422)
    // Another tree of the size that was seen.
    let same = AddCheckpoint(oldSize: 20, proof: [], checkpoint: try forged.signed(20))
    #expect(try decide(same, last: log.checkpoint(20)) == .conflict(size: 20))
}

@Test func proofThatDoesNotFitIsRefused() throws {
    let good = try request(20, 30)
    let last = try log.checkpoint(20)
    let others: [[MerkleHash]] = [
        [], Array(good.proof.dropLast()), good.proof + [.empty], good.proof.map { $0.flipping(9) },
    ]
    for proof in others {
        let bad = AddCheckpoint(oldSize: 20, proof: proof, checkpoint: good.checkpoint)
        #expect(decide(bad, last: last) == .inconsistent)
    }
    // C2SP tlog-witness: from zero, and between equal sizes, the proof is empty.
    let first = AddCheckpoint(oldSize: 0, proof: [.empty], checkpoint: good.checkpoint)
    #expect(decide(first, last: nil) == .inconsistent)
    let again = AddCheckpoint(oldSize: 20, proof: [.empty], checkpoint: try log.signed(20))
    #expect(decide(again, last: last) == .inconsistent)
}

@Test func unknownLogsAndKeysAreTurnedAway() throws {
    let stranger = key("example.com/log", seed: 77)
    #expect(try decide(request(0, 5, by: stranger), last: nil) == .notSigned)
    #expect(try decide(request(0, 5, by: stranger), last: nil).status == 403)
    var note = try SignedNote(text: log.checkpoint(5, "example.com/unknown").text)
    note.add(try logKey.sign(note))
    let unknown = decide(AddCheckpoint(oldSize: 0, proof: [], checkpoint: note), last: nil)
    #expect(unknown == .originUnknown && unknown.status == 404)
    // A known key beside a stranger's is enough.
    var both = try log.signed(5)
    both.add(try stranger.sign(both))
    #expect(try decide(AddCheckpoint(oldSize: 0, proof: [], checkpoint: both), last: nil) == .accept(log.checkpoint(5)))
}

@Test func requestThatContradictsItselfIsMalformed() throws {
    let request = AddCheckpoint(oldSize: 6, proof: [], checkpoint: try log.signed(5))
    #expect(try decide(request, last: log.checkpoint(6)) == .malformed)
    #expect(try decide(request, last: log.checkpoint(6)).status == 400)
    var poem = try SignedNote(text: "no checkpoint\n")
    poem.add(try logKey.sign(poem))
    #expect(decide(AddCheckpoint(oldSize: 0, proof: [], checkpoint: poem), last: nil) == .malformed)
}

@Test func cosignatureMakesTheCheckpointOneThatWasSeen() throws {
    var note = try log.signed(30)
    let answer = try witnessKey.cosign(note, at: 1_790_000_000).line
    for line in try #require(NoteSignature.lines(answer.bytes)) { note.add(line) }
    let policy = TrustedLog(
        origin: trusted.origin, keys: trusted.keys, witnesses: trusted.witnesses, witnessesNeeded: 1)
    #expect(try policy.open(note.bytes).cosignatures.first?.time == 1_790_000_000)
}
