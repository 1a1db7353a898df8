import Foundation
import Testing

@testable import TransparencyLog

/// C2SP tlog-cosignature, Ed25519 signed message.
@Test func whatAWitnessSignsIsTheMessageOfTheDocument() {
    let message = """
        cosignature/v1
        time 1679315147
        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        """
    #expect(Cosignature.message(sofaText.utf8, at: 1_679_315_147) == message.bytes)
}

/// The example of C2SP tlog-cosignature; its time is that of the message.
@Test func timeIsReadFromTheSignatureOfTheDocument() throws {
    let note = try SignedNote((sofaText + "\n" + sofaLine + sofaCosignature).bytes)
    #expect(note.signatures.map(\.name) == ["example.com/behind-the-sofa", "witness.example.com/w1"])
    #expect(Cosignature.time(of: note.signatures[1].bytes) == 1_679_315_147)
    #expect(Cosignature.time(of: note.signatures[0].bytes) == nil)
    #expect(Checkpoint(String(decoding: note.textBytes, as: UTF8.self))?.size == 20_852_163)
}

/// github.com/transparency-dev/formats, note_cosigv1_test.go, TestCosignatureTimestamp.
@Test func timeOfTheVectorIsRead() throws {
    let text =
        "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
    let line = try #require(NoteSignature(line: "— test \(text)".utf8))
    #expect(Cosignature.time(of: line.bytes) == 1_727_964_367)
}

@Test func cosignatureHoldsForItsTextAndTimeAlone() throws {
    let note = try Log(5).signed(5)
    let signature = try witnessKey.cosign(note, at: 1_790_000_000)
    let witness = witnessKey.verifier
    #expect(witness.verifies(signature.bytes, over: note.textBytes))
    #expect(!witness.verifies(signature.bytes, over: note.textBytes + Array("extension\n".utf8)))
    #expect(!otherWitnessKey.verifier.verifies(signature.bytes, over: note.textBytes))
    for at in signature.bytes.indices {
        for bit: UInt8 in 0..<8 {
            var bytes = signature.bytes
            bytes[at] ^= 1 << bit
            #expect(!witness.verifies(bytes, over: note.textBytes))
        }
    }
    #expect(!witness.verifies(signature.bytes.dropLast(), over: note.textBytes))
    // A signature of the text without a time is none, and the other way round.
    #expect(!witness.verifies(Data(signature.bytes.dropFirst(8)), over: note.textBytes))
}

@Test func cosignatureIsNoSignatureOfTheSameSecretsNoteKey() throws {
    let both = try SignerKey(peterSecret)
    var note = try SignedNote(text: sofaText)
    note.add(try both.cosigner.cosign(note, at: 7))
    #expect(throws: NoteError.noKnownSignature) { try note.opened(by: [both.verifier]) }
    let opened = try note.opened(by: [both.cosigner.verifier])
    #expect(opened.signatures.first?.time == 7)
}

@Test func timeOverTheLargestSignedNumberIsRefused() {
    #expect(Cosignature.time(of: Data([0x80]) + Data(count: 71)) == nil)
    #expect(Cosignature.time(of: Data([0x7F]) + Data(repeating: 0xFF, count: 71)) == .max)
}

/// C2SP tlog-witness, example response body.
@Test func answerOfAWitnessIsSignatureLines() throws {
    let lines = try #require(NoteSignature.lines(sofaResponse.bytes))
    #expect(lines.map(\.name) == ["witness.example/w1", "witness.example/w1", "witness.example/w2"])
    #expect(lines.map(\.line).joined() == sofaResponse)
    for body in ["", "x\n", String(sofaResponse.dropLast()), sofaResponse + "\n"] {
        #expect(NoteSignature.lines(body.bytes) == nil)
    }
}
