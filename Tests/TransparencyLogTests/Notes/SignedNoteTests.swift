import Foundation
import Testing

@testable import TransparencyLog

private func peter() throws -> VerifierKey { try VerifierKey(peterPublic) }
private func enoch() throws -> VerifierKey { try VerifierKey(enochPublic) }

private func open(_ text: String, _ keys: [VerifierKey]) throws -> OpenedNote {
    try SignedNote(text.bytes).opened(by: keys)
}

@Test func noteOfTheVectorIsSigned() throws {
    var note = try SignedNote(text: peterText)
    note.add(try SignerKey(peterSecret).sign(note))
    // Ed25519 as RFC 8032 has it is deterministic; CryptoKit adds randomness.
    #if os(Linux)
        #expect(note.bytes == (peterText + "\n" + peterLine).bytes)
    #endif
    #expect(try note.opened(by: [peter()]).text == peterText)
}

@Test func knownSignaturesAreVerifiedAndOthersPassedOver() throws {
    let both = peterText + "\n" + peterLine + enochLine
    let one = try open(both, [peter()])
    #expect(one.text == peterText && one.signatures.map(\.key.name) == ["PeterNeumann"])
    #expect(try open(both, [peter(), enoch()]).signatures.map(\.key.name) == ["PeterNeumann", "EnochRoot"])
    #expect(throws: NoteError.noKnownSignature) { try open(both, []) }
    #expect(throws: NoteError.noKnownSignature) { try open(peterText + "\n" + enochLine, [peter()]) }
}

@Test func signatureUnderAKnownNameWithAnotherIDIsPassedOver() throws {
    let stranger = key("PeterNeumann", seed: 9)
    var note = try SignedNote((peterText + "\n" + peterLine).bytes)
    note.add(try stranger.sign(note))
    #expect(try note.opened(by: [peter()]).signatures.count == 1)
    #expect(throws: NoteError.noKnownSignature) { try note.opened(by: [key("Peter", seed: 9).verifier]) }
}

@Test func wrongSignatureOfAKnownKeySpoilsTheNote() throws {
    let line = String(peterLine.dropLast(9)) + "AAAAAAM=\n"
    let note = peterText + "\n" + enochLine + line
    #expect(throws: NoteError.signatureWrong(key: "PeterNeumann")) { try open(note, [peter(), enoch()]) }
    #expect(try open(note, [enoch()]).signatures.count == 1)
    // The second of one key counts as much as the first.
    #expect(throws: NoteError.self) { try open(peterText + "\n" + peterLine + line, [peter()]) }
    // A longer one, as note_test.go has it.
    let longer = String(peterLine.prefix(60)) + "ABCD" + peterLine.dropFirst(60)
    #expect(throws: NoteError.signatureWrong(key: "PeterNeumann")) { try open(peterText + "\n" + longer, [peter()]) }
}

@Test func hundredSignaturesAreReadAndOneMoreIsNot() throws {
    let keys = (0..<16).map { key("key\($0)", seed: UInt8($0 + 20)) }
    var note = try SignedNote(text: peterText)
    for key in keys { note.add(try key.sign(note)) }
    #expect(try SignedNote(note.bytes).opened(by: keys.map(\.verifier)).signatures.count == 16)
    let head = peterText + "\n"
    #expect(try open(head + String(repeating: peterLine, count: 100), [peter()]).text == peterText)
    #expect(throws: NoteError.tooManySignatures) {
        try SignedNote((head + String(repeating: peterLine, count: 101)).bytes)
    }
    let long = String(repeating: "a", count: SignedNote.bytesMax) + "\n"
    #expect(throws: NoteError.tooLong) { try SignedNote((long + "\n" + peterLine).bytes) }
    #expect(throws: NoteError.tooLong) { try SignedNote(text: long) }
}

@Test func addingASignatureReplacesThatOfTheSameKey() throws {
    var note = try SignedNote((peterText + "\n" + peterLine + enochLine).bytes)
    note.add(try SignerKey(peterSecret).sign(note))
    #expect(note.signatures.map(\.name) == ["EnochRoot", "PeterNeumann"])
    #expect(try note.opened(by: [peter(), enoch()]).signatures.count == 2)
}

/// note_test.go, badMsgs, and what base64 and names allow beside.
@Test func whatIsNotANoteIsRefused() {
    let head = peterText + "\n"
    let notes: [Data] = [
        peterText.bytes, head.bytes, (head + peterLine.dropLast()).bytes, ("\u{1}" + head + peterLine).bytes,
        Data([0xFF]) + (head + peterLine).bytes, (head + peterLine + "Unexpected line.\n").bytes, Data(),
        (head + peterLine.replacing("PeterNeumann", with: "Bad Name")).bytes,
        (head + peterLine.replacing("PeterNeumann", with: "Bad\u{A0}Name")).bytes,
        (head + peterLine.replacing("PeterNeumann", with: "Peter+Neumann")).bytes,
        (head + peterLine.replacing("PeterNeumann", with: "")).bytes,
        (head + peterLine.replacing("— ", with: "- ")).bytes,
        (head + peterLine.replacing("— ", with: "—  ")).bytes,
        (head + peterLine.replacing("=\n", with: "\n")).bytes,
        (head + peterLine.replacing("nAM=", with: "nAN=")).bytes,
        (head + peterLine.replacing("\n", with: "\r\n")).bytes,
        (head + peterLine.replacing("=\n", with: "= \n")).bytes, (head + "— PeterNeumann x08gow==\n").bytes,
        (head + peterLine + "\n").bytes,
    ]
    for (number, note) in notes.enumerated() { #expect(throws: NoteError.self, "\(number)") { try SignedNote(note) } }
    #expect(throws: NoteError.malformed) { try SignedNote(text: "abc") }
    #expect(throws: NoteError.malformed) { try SignedNote(text: "a\tb\n") }
}

@Test func textThatOnlyLooksAlikeIsAnotherText() throws {
    let signer = key("é.example", seed: 5)
    var note = try SignedNote(text: "é\n")
    note.add(try signer.sign(note))
    let composed = note.bytes
    let decomposed = String(decoding: composed, as: UTF8.self).replacing("\u{E9}\n", with: "e\u{301}\n").bytes
    #expect(composed != decomposed)
    #expect(try SignedNote(composed).opened(by: [signer.verifier]).text.utf8.count == 3)
    #expect(throws: NoteError.self) { try SignedNote(decomposed).opened(by: [signer.verifier]) }
    let lookalike = try VerifierKey(name: "e\u{301}.example", .ed25519, logVerifierKey())
    #expect(!lookalike.isKey(of: NoteSignature(name: "é.example", keyID: lookalike.id, bytes: Data())))
}

@Test func exampleOfTheDocumentIsReadToTheByte() throws {
    let note = try SignedNote(poem.bytes)
    #expect(String(decoding: note.textBytes, as: UTF8.self).hasSuffix("raggio di sole:\n\ned è subito sera.\n"))
    #expect(note.signatures.map(\.name) == ["quasimodo.example/salvatore"])
    #expect(note.signatures[0].keyID == 0x367b_a04b && note.signatures[0].bytes.count == 64)
    #expect(note.bytes == poem.bytes)
}
