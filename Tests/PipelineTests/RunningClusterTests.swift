import Foundation
import ServiceKit
import Storage
import Testing

@testable import ibpipeline

struct RunningClusterTests {
    private func withFolder(_ body: (DataDirectory, TemporaryFolder) throws -> Void) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try body(DataDirectory(folder.path), folder)
    }

    @Test func whatUpWritesOtherCommandsRead() throws {
        try withFolder { directory, _ in
            let lock = try directory.lock()
            defer { lock.release() }
            let cluster = RunningCluster(try .sample(host: "0.0.0.0"))
            try cluster.write(to: directory)
            let read = try RunningCluster.read(directory)
            #expect(read == cluster)
            #expect(read.gateway == "http://127.0.0.1:8080")
            #expect(Set(read.peers.keys) == ["auth", "deals", "audit", "health"])
            #expect(try read.address(of: "auth") == Address(host: "127.0.0.1", port: 5006))
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.clusterFile.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func aNewClusterReplacesWhatAKilledOneLeft() throws {
        try withFolder { directory, _ in
            let lock = try directory.lock()
            defer { lock.release() }
            var old = RunningCluster(try .sample())
            old.pid = .max
            try old.write(to: directory)
            let new = RunningCluster(try .sample())
            try new.write(to: directory)
            #expect(try RunningCluster.read(directory) == new)
        }
    }

    @Test func aClusterWhoseProcessIsGoneDoesNotRun() throws {
        try withFolder { directory, folder in
            var cluster = RunningCluster(try .sample())
            cluster.pid = .max
            try cluster.write(to: directory)
            let failure = try #require(throws: CommandFailure.self) { try RunningCluster.read(directory) }
            #expect(
                failure.line
                    == "No cluster runs on \(folder.path); start it with `ibpipeline up --data-dir \(folder.path)`.")
            #expect(failure.code == 1)
        }
    }

    /// After a power cut its number may be that of any process.
    @Test func aClusterThatHoldsNoLockDoesNotRun() throws {
        try withFolder { directory, _ in
            let lock = try directory.lock()
            try RunningCluster(try .sample()).write(to: directory)
            #expect(RunningCluster.runs(on: directory))
            lock.release()
            #expect(!RunningCluster.runs(on: directory))
        }
    }

    @Test func aStoppedClusterLeavesNothing() throws {
        try withFolder { directory, _ in
            let cluster = RunningCluster(try .sample())
            try cluster.write(to: directory)
            cluster.remove(from: directory)
            let failure = try #require(throws: CommandFailure.self) { try RunningCluster.read(directory) }
            #expect(failure.line.hasPrefix("No cluster runs on"))
        }
    }

    @Test(arguments: ["", "{}", #"{"pid":1}"#, "no JSON"])
    func aFileThatIsNoneOfOursIsAClearLine(content: String) throws {
        try withFolder { directory, folder in
            _ = try folder.file("cluster.json", content)
            let failure = try #require(throws: CommandFailure.self) { try RunningCluster.read(directory) }
            #expect(failure.line.contains("cluster.json"))
        }
    }

    @Test func aServiceThatTheClusterDoesNotHaveIsAUsageError() throws {
        let cluster = RunningCluster(try .sample())
        let failure = try #require(throws: CommandFailure.self) { try cluster.address(of: "gateway") }
        #expect(failure.line == "The cluster has no service gateway; it has audit, auth, deals, health.")
        #expect(failure.code == 64)
    }
}
