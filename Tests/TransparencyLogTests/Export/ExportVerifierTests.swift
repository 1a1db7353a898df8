import Foundation
import Testing

@testable import TransparencyLog

private let log = Log(60)
private let sizes = [0, 1, 10, 10, 25, 40, 60]

private func intactExport(_ sizes: [Int] = sizes) throws -> Export { try Export(log, checkpoints: sizes) }

/// A checkpoint of any size and root that the log's key has signed.
private func signed(_ size: Int64, _ root: MerkleHash) throws -> Data {
    var note = try SignedNote(text: #require(Checkpoint(origin: trusted.origin, size: size, root: root)).text)
    note.add(try logKey.sign(note))
    return note.bytes
}

@Test func intactExportIsGood() throws {
    let report = try intactExport().verify()
    #expect(report.isGood && report.firstBad == nil)
    #expect(report.size == 60 && report.root == log.roots[60])
    #expect(report.checkpoints == 7 && report.signedSize == 60)
    var plain = try intactExport()
    plain.hashes = nil
    #expect(try plain.verify() == report)
}

@Test func entriesBehindTheLastCheckpointAreCountedAsUnsigned() throws {
    let report = try intactExport([10, 25]).verify()
    #expect(report.isGood && report.signedSize == 25 && report.size == 60)
}

@Test func emptyLogIsGoodWithItsEmptyCheckpoint() throws {
    #expect(try Export(Log(0), checkpoints: [0]).verify().isGood)
    #expect(try Export(Log(0), checkpoints: []).verify().problems == [.noCheckpoint])
    #expect(try intactExport([]).verify().problems == [.noCheckpoint])
}

@Test(arguments: [0, 1, 9, 10, 33, 59])
func changedEntryIsNamed(index: Int) throws {
    var export = try intactExport()
    export.entries[index][0] ^= 1
    let report = try export.verify()
    #expect(report.problems == [.entryWrong(index: Int64(index))])
    #expect(report.firstBad == Int64(index)..<Int64(index) + 1)
    // What the hashes vouch for goes on: the checkpoints behind fit again.
    #expect(report.checkpoints == 7 && report.root == log.roots[60])
}

@Test func changedEntryWithoutHashesIsSoughtBetweenTwoCheckpoints() throws {
    var export = try intactExport()
    export.hashes = nil
    export.entries[17][0] ^= 1
    let report = try export.verify()
    #expect(report.problems.first == .rootWrong(number: 5, size: 25, entries: 10..<25))
    #expect(report.firstBad == 10..<25 && report.checkpoints == 4)
}

@Test func rewrittenHistoryIsFoundByItsSignatures() throws {
    // Entry and all hashes agree; only the signed roots do not.
    var entries = log.entries
    entries[30] = Data("rewritten".utf8)
    var export = try intactExport()
    let forged = Log(entries)
    (export.entries, export.hashes) = (forged.entries, forged.stored)
    let report = try export.verify()
    #expect(report.problems.first == .rootWrong(number: 6, size: 40, entries: 25..<40))
    #expect(report.firstBad == 25..<40)
}

@Test func changedHashesAreToldFromChangedEntries() throws {
    var export = try intactExport()
    let leaf = Int(StoredHashIndex.at(level: 0, offset: 12))
    export.hashes?[leaf] = .empty
    #expect(try export.verify().problems == [.leafHashWrong(entry: 12)])
    #expect(try export.verify().firstBad == nil)

    export = try intactExport()
    let node = Int(StoredHashIndex.at(level: 2, offset: 3))
    export.hashes?[node] = .empty
    #expect(try export.verify().problems == [.nodeHashWrong(index: Int64(node))])
}

@Test func missingAndSurplusPartsAreFound() throws {
    var export = try intactExport()
    export.entries.removeLast(5)
    #expect(try export.verify().problems == [.entriesMissing(from: 55, to: 60), .hashesLeftOver])
    #expect(try export.verify().firstBad == 55..<56)

    export = try intactExport()
    export.hashes?.removeLast()
    #expect(try export.verify().problems == [.hashMissing(index: StoredHashIndex.count(ofLeaves: 60) - 1)])

    export = try intactExport()
    export.entries.remove(at: 33)
    #expect(try export.verify().firstBad == 33..<34)
    export = try intactExport()
    export.entries.swapAt(41, 45)
    #expect(try export.verify().problems == [.entryWrong(index: 41), .entryWrong(index: 45)])
}

@Test func everyCheckpointIsOpenedAndCompared() throws {
    var export = try intactExport()
    export.checkpoints[3] = try log.signed(10, by: key("example.com/log", seed: 50)).bytes
    export.checkpoints[5] = Data("not a note".utf8)
    let report = try export.verify()
    #expect(
        report.problems == [
            .checkpointRefused(number: 4, .note(.noKnownSignature)), .checkpointRefused(number: 6, .note(.malformed)),
        ])
    #expect(report.checkpoints == 5 && report.signedSize == 60)

    export = try intactExport()
    export.checkpoints.swapAt(4, 5)
    #expect(try export.verify().problems == [.checkpointGoesBack(number: 6, size: 25, after: 40)])
    export = try intactExport()
    export.checkpoints.append(try signed(60, .empty))
    #expect(try export.verify().problems == [.otherTree(number: 8, size: 60)])
    export.checkpoints.append(try signed(70, .empty))
    export.checkpoints.append(Data())
    #expect(
        try export.verify().problems == [
            .otherTree(number: 8, size: 60), .entriesMissing(from: 60, to: 70),
            .checkpointRefused(number: 10, .note(.malformed)),
        ])
}

@Test func prunedEntriesAreStoodForByTheirHashes() throws {
    var export = try intactExport()
    export.minimumIndex = 30
    export.entries.removeFirst(30)
    #expect(try export.verify().isGood)
    export.entries[3][0] ^= 1
    #expect(try export.verify().problems == [.entryWrong(index: 33)])
    export = try intactExport()
    export.minimumIndex = 30
    export.hashes = nil
    export.entries.removeFirst(30)
    #expect(try !export.verify().isGood)
}

@Test func manyFaultsMakeAShortReport() throws {
    var export = try intactExport(Array(0...60))
    for index in export.entries.indices { export.entries[index][0] ^= 1 }
    let report = try export.verify()
    #expect(report.problems.count == ExportVerifier.problemsMax && report.firstBad == 0..<1)
}

@Test func everyRandomChangeOfAnyPartIsFound() throws {
    var random = Seeded(state: 41)
    let intact = try intactExport()
    for _ in 0..<300 {
        var export = intact
        let index = Int.random(in: 0..<60, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: export.entries[index] = random.mutated(export.entries[index])
        case 1: export.hashes?.swapAt(index, Int.random(in: 0..<60, using: &random))
        case 2: export.hashes?[index] = intact.entries[index].isEmpty ? .empty : .leaf(intact.entries[(index + 1) % 60])
        case 3: export.entries.swapAt(index, Int.random(in: 0..<60, using: &random))
        default: export.entries.remove(at: index)
        }
        let isChanged = export.entries != intact.entries || export.hashes != intact.hashes
        let report = try export.verify()
        #expect(report.isGood == !isChanged)
        if export.entries != intact.entries {
            let firstChanged = zip(export.entries, intact.entries).enumerated().first { $1.0 != $1.1 }?.offset
            #expect(report.firstBad?.contains(Int64(firstChanged ?? export.entries.count)) == true)
        }
    }
}
