import Foundation
import NIOCore
import NIOPosix
import Testing

/// The one line that a failed start prints, and its exit code.
private func failure(
    of name: String = "ibpipeline", _ arguments: [String], _ environment: [String: String] = [:]
) async throws -> (Int32, String) {
    let run = try await Child.run(of: name, arguments, environment: environment)
    return (run.code, run.errors.trimmingCharacters(in: .newlines))
}

@Test(.timeLimit(.minutes(5)))
func secondClusterOnTheSameDirectoryIsTurnedAway() async throws {
    try await Cluster.with { cluster in
        let (code, line) = try await failure(["up", "--data-dir", cluster.directory.path, "--listen", "127.0.0.1:0"])
        #expect(code == 75)
        #expect(line.split(separator: "\n").count == 1, "\(line)")
        #expect(line.contains("in use"))
    }
}

@Test(.timeLimit(.minutes(5)))
func takenPortIsOneClearLine() async throws {
    let taken = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0)
        .get()
    let port = try #require(taken.localAddress?.port)
    let place = Cluster.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: place) }
    let (code, line) = try await failure(["up", "--data-dir", place.path, "--listen", "127.0.0.1:\(port)"])
    try await taken.close()
    #expect(code == 1)
    #expect(line.split(separator: "\n").count == 1, "\(line)")
    #expect(line.contains("\(port)"))
}

@Test(.timeLimit(.minutes(5)))
func shortSecretIsOneClearLine() async throws {
    let place = Cluster.temporaryDirectory()
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    try Data("short".utf8).write(to: place.appendingPathComponent("rpc.secret"))
    let (code, line) = try await failure(["up", "--data-dir", place.path, "--listen", "127.0.0.1:0"])
    #expect(code != 0)
    #expect(line.split(separator: "\n").count == 1, "\(line)")
    #expect(line.contains("rpc.secret"))
}

@Test(.timeLimit(.minutes(5)))
func missingSettingIsOneClearLine() async throws {
    let (code, line) = try await failure(of: "deals", [], ["IBP_PEER_AUTH": "127.0.0.1:1"])
    #expect(code == 64)
    #expect(line.hasPrefix("deals: IBP_"))
    #expect(line.split(separator: "\n").count == 1)
}

@Test(.timeLimit(.minutes(5)))
func misspeltSettingIsOneClearLine() async throws {
    let (code, line) = try await failure(
        ["up", "--data-dir", Cluster.temporaryDirectory().path], ["IBP_BOOTSTRP_EMAIL": "x"])
    #expect(code == 64)
    #expect(line.contains("IBP_BOOTSTRP_EMAIL"))
}

@Test(.timeLimit(.minutes(5)))
func dataOutlivesTheCluster() async throws {
    let place = Cluster.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: place) }
    try await Cluster.with(environment: Root.settings, directory: place) { cluster in
        _ = try await Browser.root(cluster.url)
    }
    try await Cluster.with(directory: place) { cluster in
        _ = try await Browser.root(cluster.url)
    }
}

@Test(.timeLimit(.minutes(5)))
func firstAdministratorComesByTheOneTimeLink() async throws {
    try await Cluster.with(ready: "Set up the first administrator:") { cluster in
        let file = cluster.directory.appendingPathComponent("auth/setup-token")
        let token = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let visitor = Browser(url: cluster.url)
        #expect(try await visitor.get("/setup").status == 200)
        let claim =
            #"{"token":"\#(token)","email":"root@firm.example","name":"Root","password":"correct horse battery staple"}"#
        let claimed = try await visitor.post("/api/auth/setup", claim)
        #expect(claimed.status == 201, "\(claimed.text)")
        #expect(claimed.json["user"]["role"] == .string("admin"))
        #expect(try await visitor.post("/api/auth/setup", claim).status == 422)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(!cluster.log.contains(token))
    }
}

@Test(.timeLimit(.minutes(5)))
func fileThatIsNoDatabaseStopsTheClusterWithOneClearLine() async throws {
    let place = Cluster.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: place) }
    try FileManager.default.createDirectory(
        at: place.appendingPathComponent("audit"), withIntermediateDirectories: true)
    try Data(repeating: 7, count: 4096).write(to: place.appendingPathComponent("audit/audit.sqlite"))
    let (code, lines) = try await failure(["up", "--data-dir", place.path, "--listen", "127.0.0.1:0"])
    #expect(code == 1)
    #expect(lines.split(separator: "\n").count { $0.contains("audit.sqlite") && $0.contains("not a database") } == 1)
}
