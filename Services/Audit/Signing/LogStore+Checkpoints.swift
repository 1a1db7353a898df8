import Foundation
import GRDB
import TransparencyLog

/// The stored checkpoints, read once beside the entries and compared with the tree when it has grown to the size of each.
struct StoredCheckpoints {
    private let rows: RowCursor
    private let log: TrustedLog?
    private var ahead: (size: Int64, root: Data?, note: Data?)?
    private var goodSize: Int64 = 0
    private var newestSize: Int64 = 0

    /// - Parameter log: nil compares roots alone.
    init(_ db: Database, of log: TrustedLog?) throws {
        self.log = log
        rows = try Row.fetchCursor(db, sql: "SELECT size, root, note FROM checkpoint ORDER BY size")
        try advance()
    }

    mutating func compare(_ verifier: inout LogVerifier) throws {
        while let (size, root, note) = ahead, size <= verifier.tree.size {
            let problem: String?
            if let wrong = note.map({ signatureProblem($0, size, root) }) ?? "it cannot be read" {
                problem = "checkpoint of size \(size): \(wrong)"
            } else if size < verifier.tree.size || root != verifier.tree.root.data {
                problem = "checkpoint of size \(size) has another root than the entries make"
            } else {
                problem = nil
                goodSize = size
            }
            if let problem { report(problem, to: &verifier) }
            newestSize = size
            try advance()
        }
    }

    /// What only the end of the log shows.
    mutating func finish(_ verifier: inout LogVerifier, newest: Checkpoint?) throws {
        while let (size, _, _) = ahead {
            report("checkpoint of size \(size) is of entries that are missing", to: &verifier)
            newestSize = size
            try advance()
        }
        if let newest, newest.size > newestSize {
            verifier.report(nil, "checkpoint of size \(newest.size), which was signed last, is missing")
        }
    }

    private func signatureProblem(_ note: Data, _ size: Int64, _ root: Data?) -> String? {
        guard let log else { return nil }
        do throws(CheckpointError) {
            let signed = try log.open(note).checkpoint
            return signed.size == size && signed.root.data == root ? nil : "another size or root is signed"
        } catch { return "\(error)" }
    }

    /// Where each entry has its hash, only the checkpoints tell between which the fault lies.
    private func report(_ problem: String, to verifier: inout LogVerifier) {
        verifier.report(verifier.firstBadSeq == nil ? goodSize : nil, problem)
    }

    private mutating func advance() throws {
        guard let row = try rows.next() else {
            ahead = nil
            return
        }
        let (root, note): (DatabaseValue, DatabaseValue) = (row[1], row[2])
        ahead = (row[0], Data.fromDatabaseValue(root), Data.fromDatabaseValue(note))
    }
}
