import Contracts
import Foundation
import RPC
import Testing

/// What `ibpipeline rpc …` printed, once the words are among it: the end of a process may be seen before its output is.
private func rpc(
    _ cluster: Cluster, _ arguments: [String], exitCode: Int32 = 0, says words: String
) async throws -> (lines: [String], errors: String) {
    let child = try Child(
        "ibpipeline", ["rpc"] + arguments + ["--data-dir", cluster.directory.path, "--timeout", "30s"])
    defer { child.kill() }
    let code = try await child.exitCode(within: .seconds(60))
    #expect(code == exitCode, "rpc \(arguments): \(child.errorOutput)")
    return try await eventually("“\(words)”", orSay: { child.errorOutput }) {
        let (lines, errors) = (child.lines, child.errorOutput)
        return (lines + [errors]).contains { $0.contains(words) } ? (lines, errors) : nil
    }
}

@Test(.timeLimit(.minutes(5)))
func operatorAsksTheServicesOfARunningCluster() async throws {
    try await Cluster.with { cluster in
        for service in ["auth", "deals", "audit", "health"] {
            let ping = try await rpc(
                cluster, ["ping", service, "--count", "2", "--interval", "10ms"], says: "min/avg/max")
            #expect(ping.lines.first?.hasPrefix("\(service) 127.0.0.1:") == true)
            #expect(ping.lines.contains("2 calls, 2 ready, 0 without an answer"))
        }
        for service in Peer.servers {
            let table = try await rpc(cluster, ["describe", service], says: "that of this build")
            let served = table.lines.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("\(service).") }
            let declared = MethodTable.all.map(\.name).filter { $0.hasPrefix("\(service).") }
            #expect(Set(served.map(String.init)) == Set(declared), "\(service) serves what the contracts say")
        }

        let current = ["call", "health", "health.current"]
        let health = try await rpc(cluster, current + ["--as", "gateway", "--json"], says: "status")
        #expect(try JSON(text: health.lines.first ?? "")["body"]["services"].keys.contains("deals"))
        _ = try await rpc(cluster, current, exitCode: 1, says: "try --as gateway")
        _ = try await rpc(cluster, ["call", "deals", "deals.lst"], exitCode: 64, says: "did you mean deals.list")
        let watched = try await rpc(cluster, ["call", "auth", "rpc.watch", "--limit", "1"], says: "isReady")
        #expect(try JSON(text: watched.lines.first ?? "")["isReady"].bool == true)

        let bench = try await rpc(cluster, ["bench", "deals", "--seconds", "0.2", "--json"], says: "callsPerSecond")
        #expect(try JSON(text: bench.lines.first ?? "")["failures"].int == 0)
        let stats = try JSON(
            text: try await rpc(cluster, ["stats", "deals", "--json"], says: "methods").lines.first ?? "")
        let calls = stats["methods"].items.first { $0["name"].string == "rpc.health" }?["calls"].int
        #expect(calls ?? 0 > 2)
    }
}

@Test(.timeLimit(.minutes(5)))
func stoppedClusterIsToldFromOneThatRuns() async throws {
    let place = Cluster.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: place) }
    let file = place.appendingPathComponent("cluster.json")
    try await Cluster.with(directory: place) { cluster in
        let told = try JSON(text: String(contentsOf: file, encoding: .utf8))
        #expect(told["gateway"].string == cluster.url)
    }
    #expect(!FileManager.default.fileExists(atPath: file.path))
    let child = try Child("ibpipeline", ["rpc", "ping", "deals", "--data-dir", place.path])
    #expect(try await child.exitCode(within: .seconds(30)) == 1)
    _ = try await eventually("the way to start it", orSay: { child.errorOutput }) {
        child.errorOutput.contains("ibpipeline up --data-dir \(place.path)") ? true : nil
    }
}
