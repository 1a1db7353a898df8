import Foundation
import NIOHTTP1
import Testing

/// What a policy file says holds while it runs, and what is broken in it changes nothing.
@Test(.timeLimit(.minutes(5)))
func policyFileIsTakenOverWhileTheGatewayRuns() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("ibp-policy-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    func write(_ text: String) throws { try Data(text.utf8).write(to: file, options: .atomic) }
    try write(#"{"trustedProxies":["127.0.0.1"]}"#)

    try await Cluster.with(environment: ["IBP_POLICY_FILE": file.path]) { cluster in
        let browser = Browser(url: cluster.url)
        func health(_ headers: [(String, String)] = []) async throws -> Browser.Answer {
            try await browser.send(.GET, "/api/health", headers: headers)
        }
        #expect(try await health([("X-Forwarded-Proto", "https")]).headers.contains(name: "strict-transport-security"))
        #expect(try await health([("Origin", "https://app.example")]).headers["access-control-allow-origin"].isEmpty)

        // Three requests and no more, for each client that the proxy names.
        try write(
            #"{"trustedProxies":["127.0.0.1"],"corsOrigins":["https://app.example"],"rates":{"address":"1/h:3"}}"#)
        let client = ("X-Forwarded-For", "203.0.113.7")
        let limited = try await eventually("the new rate") {
            let answer = try await health([client, ("Origin", "https://app.example")])
            return answer.status == 429 ? answer : nil
        }
        #expect(limited.headers["access-control-allow-origin"] == ["https://app.example"])
        #expect(limited.headers["retry-after"].first.flatMap { Int($0) }.map { (1...3600).contains($0) } == true)
        #expect(try await health([("X-Forwarded-For", "203.0.113.8")]).status == 200)
        #expect(try await health([("X-Forwarded-For", "203.0.113.8, 203.0.113.7")]).status == 429)

        let preflight = try await browser.send(
            .OPTIONS, "/api/deals",
            headers: [
                ("X-Forwarded-For", "203.0.113.9"), ("Origin", "https://app.example"),
                ("Access-Control-Request-Method", "POST"),
            ])
        #expect(preflight.status == 204)
        #expect(preflight.headers["access-control-allow-methods"] == ["GET, HEAD, POST"])

        // Broken: what was stays.
        try write(#"{"rates":{"address":"lots"}}"#)
        _ = try await eventually("the complaint") { cluster.log.contains("the old one stays") ? true : nil }
        #expect(try await health([client]).status == 429)

        try write(#"{"publicHosts":["deals.example"]}"#)
        let misdirected = try await eventually("the new hosts") {
            let answer = try await health()
            return answer.status == 421 ? answer : nil
        }
        #expect(misdirected.json["code"].string == "misdirected_request")
        #expect(try await health([("Host", "deals.example")]).status == 200)

        // Asked for by signal, with the same file.
        kill(try cluster.pid(of: "gateway"), SIGHUP)
        _ = try await eventually("the answer to the signal") {
            cluster.log.components(separatedBy: "new policy").count > 3 ? true : nil
        }
        #expect(try await health([("Host", "deals.example")]).status == 200)
    }
}
