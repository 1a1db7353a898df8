import ArgumentParser
import Foundation
import GRDB
import Storage

/// How many durable writes a second so many writers get through together, each waiting for its own.
struct CommitRate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit", abstract: "Measure acknowledged writes per second; prints one line of JSON.")

    @Option(help: "Where the file lies; made and deleted when not given.") var directory: String?
    @Option(help: "full or normal.") var durability = Durability.full
    @Option(help: "How many write at once.") var writers = 64
    @Option(help: "How long to measure.") var seconds = 3.0

    private struct Report: Encodable {
        var writers: Int
        var seconds: Double
        var commits: Int
        var commitsPerSecond: Double
    }

    func run() async throws {
        let made = FileManager.default.temporaryDirectory.appendingPathComponent("storage-probe-\(UUID().uuidString)")
        defer { if directory == nil { try? FileManager.default.removeItem(at: made) } }
        let store = try StorageProbe.open(directory ?? made.path, durability)
        let last = try await store.read { try Int.fetchOne($0, sql: "SELECT max(id) FROM entry") ?? 0 }
        let clock = ContinuousClock()
        let begin = clock.now
        let commits = try await commits(to: store, after: last, until: begin + .seconds(seconds))
        let elapsed = begin.duration(to: clock.now) / .seconds(1)
        try await store.close()
        try StorageProbe.print(
            Report(writers: writers, seconds: elapsed, commits: commits, commitsPerSecond: Double(commits) / elapsed))
    }

    private func commits(to store: Store, after last: Int, until end: ContinuousClock.Instant) async throws -> Int {
        let next = Numbers(first: last + 1)
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        let id = next.take()
                        try await store.write { try StorageProbe.insert(id, in: $0) }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
