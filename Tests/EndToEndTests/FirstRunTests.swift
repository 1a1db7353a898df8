import Foundation
import Glibc
import NIOHTTP1
import Testing

/// The way of a new user, with the real processes and the sample data: sign in, move a deal, see it in the log.
@Test(.timeLimit(.minutes(5)))
func bankerMovesADealAndTheLogShowsIt() async throws {
    try await Cluster.with(["--demo"], environment: ["IBP_PROBE_INTERVAL": "500ms"], ready: "Who can sign in:") {
        cluster in
        let password = try String(
            contentsOf: cluster.directory.appendingPathComponent("demo-password"), encoding: .utf8
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        let signIn = { (who: String) in
            try await Browser.signIn(cluster.url, "\(who)@demo.ibpipeline.example", password)
        }
        let banker = try await signIn("banker")
        let compliance = try await signIn("compliance")

        let deals = try await banker.get("/api/deals?limit=5&count=true").json
        #expect(deals["items"].items.count == 5)
        #expect(try #require(deals["total"].int) > 5)
        #expect(deals["nextCursor"].string != nil)

        let id = try await moveToMandated(banker, compliance)
        try await expectInTheLog(compliance, deal: id)
        try await expectSecretStaysSecret(cluster, banker, signIn)
        try await expectNoDealLostByAKill(cluster, banker)
        try await expectTooManyRequestsToBeRefused(banker)
    }
}

/// Refused with everything that is missing, then mended and moved.
private func moveToMandated(_ banker: Browser, _ compliance: Browser) async throws -> String {
    let made = try await banker.post(
        "/api/deals",
        #"{"codeName":"Project Tamarind","type":"sell_side_ma","clientName":"Thistlewood Packaging","value":{"amount":"1250000000.00","currency":"USD"}}"#
    )
    #expect(made.status == 201, "\(made.text)")
    let id = try #require(made.json["id"].string)
    #expect(made.headers["location"] == ["/api/deals/\(id)"])
    #expect(made.headers["etag"] == [#""1""#])
    #expect(made.json["value"]["amount"] == .string("1250000000.00"))

    let asked = try await banker.send(
        .PATCH, "/api/deals/\(id)", #"{"conflictStatus":"pending","nextStep":"Pitch on Monday"}"#,
        headers: [("If-Match", #""1""#)])
    #expect(asked.status == 200, "\(asked.text)")
    #expect(try await banker.post("/api/deals/\(id)/transitions", #"{"toStage":"pitch"}"#).status == 200)

    let refused = try await banker.post("/api/deals/\(id)/transitions", #"{"toStage":"mandated"}"#)
    #expect(refused.status == 422)
    #expect(refused.json["code"] == .string("rules_unmet"))
    #expect(
        Set(refused.json["errors"].items.compactMap { $0["field"].string }) == [
            "conflictStatus", "engagementLetterSignedOn",
        ])
    let options = try await banker.get("/api/deals/\(id)/transitions").json["targets"].items
    #expect(options.first { $0["toStage"] == .string("mandated") }?["unmet"].items.count == 2)

    let cleared = try await compliance.post("/api/deals/\(id)/conflict", #"{"decision":"cleared"}"#)
    #expect(cleared.status == 200, "\(cleared.text)")
    let moved = try await banker.post(
        "/api/deals/\(id)/transitions",
        #"{"toStage":"mandated","fields":{"engagementLetterSignedOn":"2026-01-15"},"reason":"Letter signed"}"#)
    #expect(moved.status == 200, "\(moved.text)")
    #expect(moved.json["stage"] == .string("mandated"))
    #expect(moved.json["probability"] == .number(30))

    let history = try await banker.get("/api/deals/\(id)/history").json["items"].items
    #expect(history.map { $0["toStage"].string } == ["origination", "pitch", "mandated"])
    return id
}

private func expectInTheLog(_ compliance: Browser, deal id: String) async throws {
    let entries = try await eventually("the move in the audit log") {
        let items = try await compliance.get("/api/audit?subject=\(id)&type=deal.stage.").json["items"].items
        return items.count == 2 ? items : nil
    }
    #expect(
        entries.allSatisfy { $0["type"] == .string("deal.stage.changed") && $0["actor"]["kind"] == .string("user") })
    let verdict = try await compliance.get("/api/audit/verify")
    #expect(verdict.json["ok"] == .bool(true), "\(verdict.text)")
    #expect(try #require(verdict.json["size"].int) > 100)
}

/// The deal exists for its team, and for nobody else by any way of asking.
private func expectSecretStaysSecret(_ cluster: Cluster, _ banker: Browser, _ signIn: (String) async throws -> Browser)
    async throws
{
    var secret: JSON?
    for lead in ["banker2", "banker3", "banker4"] {
        let deals = try await signIn(lead).get("/api/deals?limit=200").json["items"].items
        secret = secret ?? deals.first { $0["confidentiality"] == .string("secret") }
    }
    let deal = try #require(secret, "the sample data has a secret deal")
    let id = try #require(deal["id"].string)
    let number = try #require(deal["number"].string)
    let name = try #require(deal["codeName"].string)

    let absent = try await banker.get("/api/deals/01900000-0000-7000-8000-000000000000")
    for reference in [id, number] {
        for path in ["", "/transitions", "/history", "/team", "/counterparties"] {
            let answer = try await banker.get("/api/deals/\(reference)\(path)")
            #expect(answer.status == 404)
            #expect(answer.json["detail"] == absent.json["detail"])
        }
    }
    let word = try #require(name.split(separator: " ").last)
    let found = try await banker.get("/api/deals?count=true&q=\(word)")
    #expect(found.json["total"] == .number(0))
    #expect(!found.text.contains(name))
    #expect(try await !banker.get("/api/deals?limit=200").text.contains(name))
}

/// What was acknowledged is there after the process was killed; health sees it go and come back.
private func expectNoDealLostByAKill(_ cluster: Cluster, _ banker: Browser) async throws {
    var made: [String] = []
    for number in 1...20 {
        let answer = try await banker.post(
            "/api/deals", #"{"codeName":"Project Kestrel \#(number)","type":"levfin","clientName":"Ambleside Mills"}"#)
        made.append(try #require(answer.json["id"].string, "\(answer.text)"))
    }
    kill(try cluster.pid(of: "deals"), SIGKILL)
    let state = { try await Browser(url: cluster.url).get("/api/health").json["services"]["deals"]["status"].string }
    _ = try await eventually("deals going down") { try await state() == "down" ? true : nil }
    _ = try await eventually("deals coming back") { try await state() == "up" ? true : nil }
    for id in made {
        let answer = try await banker.get("/api/deals/\(id)")
        #expect(answer.status == 200, "\(answer.text)")
    }
}

private func expectTooManyRequestsToBeRefused(_ banker: Browser) async throws {
    let answers = try await withThrowingTaskGroup(of: Browser.Answer.self) { tasks in
        for _ in 0..<200 { tasks.addTask { try await banker.get("/api/users/me") } }
        return try await tasks.reduce(into: []) { $0.append($1) }
    }
    let refused = answers.filter { $0.status == 429 }
    #expect(!refused.isEmpty)
    #expect(answers.allSatisfy { [200, 429].contains($0.status) })
    #expect(refused.allSatisfy { (Int($0.headers["retry-after"].first ?? "") ?? 0) >= 1 })
    #expect(refused.allSatisfy { $0.headers["content-type"] == ["application/problem+json"] })
}
