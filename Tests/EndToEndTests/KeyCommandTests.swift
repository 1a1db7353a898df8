import Foundation
import Testing

/// Runs `ibpipeline auth …` on a cluster; what it printed, and to standard error.
private func auth(
    _ cluster: Cluster, _ arguments: [String], exitCode: Int32 = 0
) async throws -> (output: String, errors: String) {
    let run = try await Child.run(
        ["auth"] + arguments + ["--data-dir", cluster.directory.path, "--timeout", "30s"])
    #expect(run.code == exitCode, "\(arguments): \(run.errors)")
    return (run.output, run.errors)
}

/// The new key is published before it signs, and nobody is signed out.
@Test(.timeLimit(.minutes(5)))
func operatorRotatesTheKeysAndTheNewOneIsPublished() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let visitor = Browser(url: cluster.url)
        let published = {
            try await visitor.get("/.well-known/jwks.json").json["keys"].items.compactMap { $0["kid"].string }
        }
        let admin = try await Browser.root(cluster.url)
        let first = try #require(try await published().first)

        let rotated = try JSON(text: try await auth(cluster, ["rotate-keys", "--json"]).output)
        let next = try #require(rotated["kid"].string)
        #expect(next != first)
        _ = try await eventually("the new key") { try await published().contains(next) ? true : nil }
        #expect(Set(try await published()) == [first, next])
        #expect(try await admin.get("/api/users/me").status == 200)

        let keys = try JSON(text: try await auth(cluster, ["keys", "--json"]).output)["items"].items
        #expect(keys.map { $0["kid"].string } == [next, first])
        #expect(keys.map { $0["state"].string } == ["next", "active"])
        let table = try await auth(cluster, ["keys"]).output
        #expect(table.hasPrefix("KEY "))
        #expect(table.contains(next))

        let refused = try await auth(cluster, ["rotate-keys"], exitCode: 1)
        #expect(refused.errors.contains("rotation_running"))
        #expect(refused.errors.split(separator: "\n").count == 1, "\(refused.errors)")
    }
}

/// The key of auth's secrets was lost, as after a restore without it; then it is found again; then it is changed.
@Test(.timeLimit(.minutes(5)))
func clusterStartsOnlyWithTheKeyOfItsSecrets() async throws {
    let place = Cluster.temporaryDirectory()
    defer { try? FileManager.default.removeItem(at: place) }
    let refreshToken = try await Cluster.with(environment: Root.settings, directory: place) { cluster in
        try await Browser(url: cluster.url).post(
            "/api/auth/login", #"{"email":"\#(Root.email)","password":"\#(Root.password)"}"#
        ).json["refreshToken"].string
    }
    let (file, kept) = (place.appendingPathComponent("secrets.key"), place.appendingPathComponent("kept.key"))
    try FileManager.default.moveItem(at: file, to: kept)

    let up = try await Child.run(["up", "--data-dir", place.path, "--listen", "127.0.0.1:0"])
    #expect(up.code == 1)
    let lines = up.errors.split(separator: "\n").filter { $0.contains("IBP_SECRETS_KEY") }
    #expect(lines.count == 1, "\(up.errors)")
    #expect(lines.first?.contains("sealed under the key") == true)

    // The one that `up` has just made is as good as any other to change to.
    let changing = ["IBP_SECRETS_KEY_PREVIOUS_FILE": kept.path]
    let changed = try await Cluster.with(environment: changing, directory: place) { $0 }
    #expect(changed.log.split(separator: "\n").count { $0.contains("secrets sealed anew") } == 1)
    try await Cluster.with(directory: place) { cluster in
        let token: String = try #require(refreshToken)
        let refreshed = try await Browser(url: cluster.url).post(
            "/api/auth/refresh", #"{"refreshToken":"\#(token)"}"#)
        #expect(refreshed.status == 200, "\(refreshed.text)")
    }
}
