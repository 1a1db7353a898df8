import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(40)

private func proof(_ index: Int, in size: Int, extra: Data? = nil) throws -> TlogProof {
    var note = try log.signed(size)
    note.add(try witnessKey.cosign(note, at: 1_790_000_000))
    return TlogProof(
        try InclusionProof(of: Int64(index), in: Int64(size), reading: log.read), checkpoint: note, extra: extra)
}

@Test func proofOfEachEntryIsWrittenReadAndVerified() throws {
    for size in [1, 2, 5, 8, 33, 40] {
        for index in 0..<size {
            let bytes = try proof(index, in: size, extra: index.isMultiple(of: 2) ? Data("extra".utf8) : nil).bytes
            let read = try TlogProof(bytes)
            #expect(read.bytes == bytes)
            #expect(read.extra == (index.isMultiple(of: 2) ? Data("extra".utf8) : nil))
            let opened = try read.verify(log.leaves[index], of: trusted)
            #expect(opened.checkpoint.size == Int64(size) && opened.cosignatures.count == 1)
            #expect(throws: TlogProofError.notIncluded) { try read.verify(.leaf(Data("forged".utf8)), of: trusted) }
        }
    }
}

@Test func proofFileLooksAsTheDocumentSays() throws {
    let hash = log.leaves[1].base64
    let checkpoint = String(decoding: try log.signed(2).bytes, as: UTF8.self)
    let inclusion = try InclusionProof(of: 0, in: 2, reading: log.read)
    let plain = TlogProof(inclusion, checkpoint: try log.signed(2))
    #expect(plain.bytes == "c2sp.org/tlog-proof@v1\nindex 0\n\(hash)\n\n\(checkpoint)".bytes)
    let extra = TlogProof(inclusion, checkpoint: try log.signed(2), extra: Data("my-extra".utf8))
    #expect(extra.bytes == "c2sp.org/tlog-proof@v1\nextra bXktZXh0cmE=\nindex 0\n\(hash)\n\n\(checkpoint)".bytes)
}

/// The example of C2SP tlog-proof, but for its checkpoint, whose signatures the document leaves out.
@Test func headOfTheDocumentsExampleIsRead() throws {
    let file = """
        c2sp.org/tlog-proof@v1
        extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ
        index 73894
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
        B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
        EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
        RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
        AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

        example.com/fancylog
        109482
        sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

        — example.com/fancylog hI2DJw==

        """
    let proof = try TlogProof(file.bytes)
    #expect(proof.index == 73_894 && proof.hashes.count == 5)
    #expect(proof.extra?.starts(with: "age-v1.2.1-darwin-arm64.tar.gz".utf8) == true)
    #expect(proof.bytes == file.bytes)
}

/// The cases of filippo.io/torchwood's proof tests.
@Test(arguments: [
    "index 0\n\nC", "wrong-header\nindex 0\n\nC", "c2sp.org/tlog-proof@v1\n\nC",
    "c2sp.org/tlog-proof@v1\nindex notanumber\n\nC", "c2sp.org/tlog-proof@v1\nindex -1\n\nC",
    "c2sp.org/tlog-proof@v1\nindex 00\n\nC", "c2sp.org/tlog-proof@v1\nextra not-valid-base64!!!\nindex 0\n\nC",
    "c2sp.org/tlog-proof@v1\nindex 0\nnot-valid-base64!!!\n\nC",
    "c2sp.org/tlog-proof@v1\nindex 0\nAAAAAAAAAAAAAAAAAAAAAA==\n\nC",
    "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nC", "c2sp.org/tlog-proof@v1\nindex 0\n", "c2sp.org/tlog-proof@v1",
    "",
    "c2sp.org/tlog-proof@v2\nindex 0\n\nC", "c2sp.org/tlog-proof@v1 \nindex 0\n\nC",
])
func whatIsNotAProofFileIsRefused(text: String) {
    #expect(throws: TlogProofError.malformed) { try TlogProof(text.bytes) }
}

@Test func longestProofHas63Hashes() throws {
    let line = MerkleHash.empty.base64 + "\n"
    let head = "c2sp.org/tlog-proof@v1\nindex 0\n"
    #expect(try TlogProof((head + String(repeating: line, count: 63) + "\n").bytes).hashes.count == 63)
    #expect(throws: TlogProofError.malformed) {
        try TlogProof((head + String(repeating: line, count: 64) + "\n").bytes)
    }
}

@Test func everySingleBitOfAProofFileCounts() throws {
    // No signature of a witness: one of an unknown key could be exchanged freely.
    let inclusion = try InclusionProof(of: 6, in: 11, reading: log.read)
    let bytes = TlogProof(inclusion, checkpoint: try log.signed(11)).bytes
    let only = TrustedLog(origin: trusted.origin, keys: trusted.keys)
    var accepted: [Int] = []
    for at in bytes.indices {
        for bit: UInt8 in 0..<8 {
            var changed = bytes
            changed[at] ^= 1 << bit
            if (try? TlogProof(changed).verify(log.leaves[6], of: only)) != nil { accepted.append(at) }
        }
    }
    #expect(accepted.isEmpty)
    #expect(try TlogProof(bytes).verify(log.leaves[6], of: only).checkpoint.size == 11)
}
