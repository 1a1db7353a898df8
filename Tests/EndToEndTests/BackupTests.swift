import Foundation
import Testing

/// Backups of a cluster as an operator takes them, and what comes back.
@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    /// Runs to its end and returns what it printed.
    private func run(_ arguments: [String], expecting code: Int32 = 0) async throws -> String {
        let run = try await Child.run(arguments)
        #expect(run.code == code, "\(arguments): \(run.errors)")
        return run.output + run.errors
    }

    @Test func runningClusterIsBackedUpAndComesBackAsItWas() async throws {
        let places = (0..<3).map { _ in Cluster.temporaryDirectory() }
        defer { for place in places { try? FileManager.default.removeItem(at: place) } }
        let (data, backups, restored) = (places[0], places[1].path, places[2])
        try await Cluster.with(environment: Root.settings, directory: data) { cluster in
            let words = try await run(["backup", "--data-dir", data.path, "--to", backups, "--json"])
            #expect(words.hasPrefix(#"{"services":[{"#))
            for service in ["auth", "deals", "audit", "health"] { #expect(words.contains(service)) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: backups).count == 4)
            #expect(!FileManager.default.fileExists(atPath: data.path + "/deals/outgoing"))
        }
        #expect(try await run(["drill", "--from", backups]).contains("deals"))
        #expect(
            try await run(["restore", "--from", backups, "--to", restored.path])
                .contains("\(restored.path)/secrets.key before the start"))
        _ = try await run(["restore", "--from", backups, "--to", restored.path], expecting: 1)
        // Not in backups, so that they tell no secret.
        for key in ["secrets.key", "audit-signing.key"] {
            try FileManager.default.copyItem(
                at: data.appendingPathComponent(key), to: restored.appendingPathComponent(key))
        }
        try await Cluster.with(directory: restored) { cluster in
            _ = try await Browser.root(cluster.url)
        }
    }

    @Test func clusterThatEncryptsServesAndIsBackedUp() async throws {
        let places = (0..<2).map { _ in Cluster.temporaryDirectory() }
        defer { for place in places { try? FileManager.default.removeItem(at: place) } }
        try await Cluster.with(["--tls"], environment: Root.settings, directory: places[0]) { cluster in
            let words = try await run(["rpc", "ping", "deals", "--data-dir", places[0].path, "--count", "1"])
            #expect(words.contains("ready"))
            // Under the name of a service, with that service's certificate.
            let call = ["rpc", "call", "health", "health.current", "--as", "gateway", "--data-dir", places[0].path]
            #expect(try await run(call).contains("services"))
            _ = try await run(["backup", "--data-dir", places[0].path, "--to", places[1].path])
        }
        #expect(try await run(["drill", "--from", places[1].path]).contains("audit"))
    }
}
