import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(40)

private func seeds() throws -> [Data] {
    var note = try log.signed(30)
    note.add(try witnessKey.cosign(note, at: 1_790_000_000))
    let inclusion = try InclusionProof(of: 11, in: 30, reading: log.read)
    let consistency = try ConsistencyProof(from: 20, to: 30, reading: log.read)
    return [
        note.bytes, TlogProof(inclusion, checkpoint: note, extra: Data("extra".utf8)).bytes,
        AddCheckpoint(oldSize: 20, proof: consistency.hashes, checkpoint: note).bytes, poem.bytes, sofaRequest.bytes,
        peterPublic.bytes, peterSecret.bytes, "tile/0/x001/x234/067.p/9".bytes,
        EntryBundle.encode([Data("a".utf8), Data("bc".utf8)]) ?? Data(), sofaResponse.bytes,
    ]
}

/// Reads the bytes as everything they might be; what is read must be written again as it was.
private func readAsAll(_ bytes: Data) throws {
    if let note = try? SignedNote(bytes) {
        #expect(note.bytes == bytes)
        let last = try log.checkpoint(20)
        _ = WitnessDecision.on(
            AddCheckpoint(oldSize: 20, proof: [], checkpoint: note), of: [trusted], last: { _ in last })
    }
    if let proof = try? TlogProof(bytes) { #expect(proof.bytes == bytes) }
    if let request = AddCheckpoint(bytes) { #expect(request.bytes == bytes) }
    if let lines = NoteSignature.lines(bytes) { #expect(lines.map(\.line).joined().bytes == bytes) }
    for width in [1, 2, 3] {
        if let entries = EntryBundle.decode(bytes, width: width) { #expect(EntryBundle.encode(entries) == bytes) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let checkpoint = Checkpoint(text) { #expect(checkpoint.text.isSame(as: text)) }
    if let key = try? VerifierKey(text) { #expect(key.text.isSame(as: text)) }
    if let key = try? SignerKey(text) { #expect(key.secretText.isSame(as: text)) }
    if let tile = Tile(path: text) { #expect(tile.path.isSame(as: text)) }
}

@Test func whateverIsReadIsWrittenAgainTheSame() throws {
    for seed in try seeds() { try readAsAll(seed) }
}

@Test func randomBytesBreakNoParser() throws {
    var random = Seeded(state: 1)
    for _ in 0..<3000 {
        let count = Int.random(in: 0...200, using: &random)
        try readAsAll(Data((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
    }
}

@Test func mutationsBreakNoParser() throws {
    var random = Seeded(state: 2)
    let seeds = try seeds()
    for round in 0..<6000 { try readAsAll(random.mutated(seeds[round % seeds.count])) }
}

@Test func cutsAndJoinsBreakNoParser() throws {
    let seeds = try seeds()
    for seed in seeds {
        for end in seed.indices { try readAsAll(seed[..<end]) }
        for other in seeds { try readAsAll(seed + other) }
    }
}

@Test func mutationNeverPassesForTheNoteThatWasSigned() throws {
    var random = Seeded(state: 3)
    let note = try log.signed(30)
    let text = try log.checkpoint(30).text
    var accepted = 0
    for _ in 0..<6000 {
        let changed = random.mutated(note.bytes)
        guard changed != note.bytes, let opened = try? SignedNote(changed).opened(by: [logKey.verifier]) else {
            continue
        }
        // Signature lines of others, or the same one twice, may be added by anyone; the text stays what was signed.
        #expect(opened.text.isSame(as: text))
        accepted += 1
    }
    #expect(accepted < 600)
}
