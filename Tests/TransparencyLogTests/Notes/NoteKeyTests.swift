import Foundation
import Testing

@testable import TransparencyLog

@Test func publicKeyOfTheVectorIsReadAndWritten() throws {
    let key = try VerifierKey(peterPublic)
    #expect(key.name == "PeterNeumann" && key.id == 0xc74f_20a3 && key.algorithm == .ed25519)
    #expect(key.text == peterPublic)
}

@Test func privateKeyOfTheVectorIsReadAndWritten() throws {
    let key = try SignerKey(peterSecret)
    #expect(key.verifier.text == peterPublic)
    #expect(key.secretText == peterSecret)
}

/// As `TestNewVerifier` and `TestNewSigner` of golang.org/x/mod/sumdb/note do.
@Test func piecesAndManglingsOfKeysAreRefused() {
    func isRead(_ text: String) -> Bool { (try? VerifierKey(text)) != nil || (try? SignerKey(text)) != nil }
    // The public form of the private key's bytes would be a key of its own; its ID is another.
    for key in [peterPublic, peterSecret] {
        let bytes = Array(key.utf8)
        for start in 0...bytes.count {
            for end in start...bytes.count where end - start < bytes.count {
                #expect(!isRead(String(decoding: bytes[start..<end], as: UTF8.self)))
            }
        }
        for at in bytes.indices {
            for change: UInt8 in [1, 2, 0x20, 0x80] {
                var mangled = bytes
                mangled[at] ^= change
                #expect(!isRead(String(decoding: mangled, as: UTF8.self)), "\(at)")
            }
        }
    }
}

@Test(arguments: [
    // Another length and another algorithm, each with the ID that fits (note_test.go).
    "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    // github.com/transparency-dev/formats, note_cosigv1_test.go.
    "bananas.sigstore.dev+12344556", "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
    "rekor.sigstore.dev+12345678+AwEB",
    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
])
func otherKeysAreRefused(text: String) {
    #expect(throws: NoteKeyError.self) { try VerifierKey(text) }
}

/// A witness's key in public use: github.com/transparency-dev/formats, note_cosigv1_test.go.
@Test func keyOfAWitnessIsReadWithTheIDOfItsAlgorithm() throws {
    let key = try VerifierKey("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
    #expect(key.algorithm == .cosignature && key.id == 0xda77_ade7)
}

@Test(arguments: ["", "a b", "a+b", "a\u{A0}b", "a\u{2028}b", "a\nb", "a\u{1}b", String(repeating: "a", count: 256)])
func namesThatWouldBreakALineAreRefused(name: String) {
    #expect(throws: NoteKeyError.nameInvalid) { try VerifierKey(name: name, .ed25519, logVerifierKey()) }
}

@Test func secretDoesNotShow() throws {
    let key = try SignerKey(peterSecret)
    #expect("\(key)" == peterPublic && String(reflecting: key) == peterPublic)
    var dumped = ""
    dump(key, to: &dumped)
    #expect(dumped == "- \(peterPublic)\n")
}

@Test func oneSecretSignsNotesAndCosignsUnderTwoIDs() throws {
    let key = try SignerKey(peterSecret)
    let cosigner = try key.cosigner
    #expect(cosigner.verifier.id != key.verifier.id)
    #expect(try SignerKey(cosigner.secretText).verifier.text == cosigner.verifier.text)
    let note = try SignedNote(text: sofaText)
    #expect(throws: NoteKeyError.algorithmWrong) { try key.cosign(note, at: 1) }
    #expect(throws: NoteKeyError.algorithmWrong) { try cosigner.sign(note) }
    #expect(throws: NoteKeyError.algorithmWrong) { try cosigner.cosign(note, at: -1) }
}
