import ArgumentParser
import GRDB
import Storage
import Synchronization

/// Appends entries for ever; prints `+ID` when one is acknowledged and `-ID` when one was refused.
struct Append: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Append entries until something ends the process.")

    @Option(help: "Where the file lies.") var directory: String
    @Option(help: "full or normal.") var durability = Durability.full
    @Option(help: "How many write at once.") var writers = 8
    @Option(help: "The number of the first entry.") var first = 1
    @Option(help: "Checkpoint after so many pages of log; few, so that crashes meet checkpoints too.")
    var checkpointPages = 40

    func run() async throws {
        let store = try StorageProbe.open(directory, durability)
        let pages = checkpointPages
        try await store.write { try $0.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)") }
        let next = Numbers(first: first)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<writers {
                group.addTask { while true { try await append(next.take(), to: store) } }
            }
            try await group.waitForAll()
        }
    }

    private func append(_ id: Int, to store: Store) async throws {
        do {
            // Of different sizes, up to several pages.
            try await store.write { try StorageProbe.insert(id, bytes: id % 7 == 0 ? 9000 : id % 300, in: $0) }
            StorageProbe.say("+\(id)")
        } catch let error as StorageError where error.errorCode == 75 {
            StorageProbe.say("-\(id)")
            try await Task.sleep(for: .milliseconds(20))  // an outage lasts a second; do not fill the pipe meanwhile
        }
    }
}

final class Numbers: Sendable {
    private let next: Atomic<Int>

    init(first: Int) { next = Atomic(first) }

    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
