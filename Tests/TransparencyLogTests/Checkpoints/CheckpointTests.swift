import Foundation
import Testing

@testable import TransparencyLog

@Test func exampleOfTheCheckpointDocumentIsReadAndWritten() throws {
    let checkpoint = try #require(Checkpoint(sofaText))
    #expect(checkpoint.origin == "example.com/behind-the-sofa" && checkpoint.size == 20_852_163)
    #expect(checkpoint.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    #expect(checkpoint.extensions.isEmpty && checkpoint.text == sofaText)
}

@Test func extensionLinesAreKept() throws {
    let checkpoint = try #require(Checkpoint(sofaText + "first\nsecond\n"))
    #expect(checkpoint.extensions == ["first", "second"])
    #expect(checkpoint.text == sofaText + "first\nsecond\n")
    #expect(checkpoint != Checkpoint(sofaText))
}

@Test(arguments: [
    "", "\n", "log\n", "log\n5\n", "log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
    "\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "log\n05\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n+5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n-5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n5\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
    "log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n", "log\n5\nAAAA\n",
    "log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
    "log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\next\n\n",
])
func whatIsNotACheckpointIsRefused(text: String) { #expect(Checkpoint(text) == nil) }

@Test func sizesUpToTheLargestAreRead() {
    for size in [0, 1, 10, Int64.max] {
        #expect(Checkpoint("log\n\(size)\n\(MerkleHash.empty.base64)\n")?.size == size)
    }
}

@Test func checkpointThatWouldBreakItsLinesIsNotMade() {
    #expect(Checkpoint(origin: "", size: 1, root: .empty) == nil)
    #expect(Checkpoint(origin: "a\nb", size: 1, root: .empty) == nil)
    #expect(Checkpoint(origin: "a", size: -1, root: .empty) == nil)
    #expect(Checkpoint(origin: "a", size: 1, root: .empty, extensions: [""]) == nil)
}

@Test func checkpointNeedsItsLogsKeyAndEnoughWitnesses() throws {
    let log = Log(9)
    let plain = try log.signed(9)
    var note = plain
    func open(_ needed: Int) throws -> OpenedCheckpoint {
        try TrustedLog(
            origin: trusted.origin, keys: trusted.keys, witnesses: trusted.witnesses, witnessesNeeded: needed
        ).open(note.bytes)
    }
    #expect(try open(0).checkpoint == log.checkpoint(9))
    #expect(throws: CheckpointError.witnessesMissing(seenBy: 0, needed: 1)) { try open(1) }
    note.add(try witnessKey.cosign(note, at: 1_790_000_000))
    #expect(try open(1).cosignatures.map(\.time) == [1_790_000_000])
    #expect(throws: CheckpointError.witnessesMissing(seenBy: 1, needed: 2)) { try open(2) }
    note.add(try otherWitnessKey.cosign(note, at: 1_790_000_001))
    #expect(try open(2).cosignatures.count == 2)
    #expect(throws: CheckpointError.witnessesMissing(seenBy: 2, needed: 3)) { try open(3) }

    note = try SignedNote(text: log.checkpoint(9).text)
    note.add(try witnessKey.cosign(note, at: 1))
    #expect(throws: CheckpointError.note(.noKnownSignature)) { try open(0) }
}

@Test func checkpointOfAnotherLogIsRefused() throws {
    var note = try SignedNote(text: Log(3).checkpoint(3, "example.com/other").text)
    note.add(try logKey.sign(note))
    #expect(throws: CheckpointError.otherOrigin) { try trusted.open(note) }
    var poem = try SignedNote(text: "no checkpoint\n")
    poem.add(try logKey.sign(poem))
    #expect(throws: CheckpointError.malformed) { try trusted.open(poem) }
}
