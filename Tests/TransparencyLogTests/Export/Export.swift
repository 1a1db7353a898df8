import Foundation
import Testing

@testable import TransparencyLog

/// An export in memory, to be damaged.
struct Export {
    var checkpoints: [Data]
    var entries: [Data]
    var hashes: [MerkleHash]?
    var minimumIndex: Int64 = 0

    init(_ log: Log, checkpoints sizes: [Int]) throws {
        checkpoints = try sizes.map { try log.signed($0).bytes }
        entries = log.entries
        hashes = log.stored
    }

    func verify(by log: TrustedLog = trusted) throws -> ExportReport {
        try ExportVerifier.verify(
            ExportParts(
                nextCheckpoint: iterator(checkpoints), nextEntry: iterator(entries), nextHash: hashes.map(iterator),
                minimumIndex: minimumIndex), of: log)
    }

    private func iterator<T>(_ items: [T]) -> () throws -> T? {
        var rest = items[...]
        return { rest.popFirst() }
    }
}
