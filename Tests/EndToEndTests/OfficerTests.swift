import Foundation
import NIOHTTP1
import Testing

/// What a compliance officer does with the log, with the real processes and the sample data.
@Test(.timeLimit(.minutes(5)))
func officerSearchesTakesOutErasesAndHolds() async throws {
    try await Cluster.with(["--demo"], environment: ["IBP_AUDIT_RETENTION_YEARS": "7"], ready: "Who can sign in:") {
        cluster in
        let password = try String(
            contentsOf: cluster.directory.appendingPathComponent("demo-password"), encoding: .utf8
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        let officer = try await Browser.signIn(cluster.url, "compliance@demo.ibpipeline.example", password)
        let banker = try await Browser.signIn(cluster.url, "banker@demo.ibpipeline.example", password)

        try await expectReadingsOfSecretDeals(cluster, officer, password)
        try await expectExports(officer)
        try await expectErasure(officer)
        try await expectHold(officer)
        for path in ["export.csv", "hold", "searches", "deals/D-2026-0001/timeline"] {
            #expect(try await banker.get("/api/audit/\(path)").status == 403, "\(path)")
        }
        let verdict = try await officer.get("/api/audit/verify")
        #expect(verdict.json["ok"] == .bool(true), "\(verdict.text)")
    }
}

private func expectReadingsOfSecretDeals(_ cluster: Cluster, _ officer: Browser, _ password: String) async throws {
    var read: String?
    for lead in ["banker2", "banker3", "banker4"] {
        let browser = try await Browser.signIn(cluster.url, "\(lead)@demo.ibpipeline.example", password)
        let deals = try await browser.get("/api/deals?limit=200").json["items"].items
        guard let id = deals.first(where: { $0["confidentiality"] == .string("secret") })?["id"].string else {
            continue
        }
        for _ in 0..<3 { #expect(try await browser.get("/api/deals/\(id)").status == 200) }
        read = id
        break
    }
    let id = try #require(read, "the sample data has a secret deal")
    let entries = try await eventually("the reading in the deal's timeline") {
        let items = try await officer.get("/api/audit/deals/\(id)/timeline?limit=200").json["items"].items
        let readings = items.filter { $0["type"] == .string("deal.read") }
        return readings.isEmpty ? nil : readings
    }
    #expect(entries.count == 1)
    let reader = try #require(entries.first?["actor"]["id"].string)
    let own = try await officer.get("/api/audit/users/\(reader)/timeline").json["items"].items
    #expect(own.contains { $0["type"] == .string("deal.read") })
}

private func expectExports(_ officer: Browser) async throws {
    let lines = try await officer.get("/api/audit/export.ndjson?type=deal.&outcome=success")
    #expect(lines.headers["content-type"] == ["application/x-ndjson"])
    let parts = lines.text.split(separator: "\n")
    #expect(parts.count > 10)
    #expect(parts.last?.contains(#""checkpoint":{"#) == true)
    let table = try await officer.get("/api/audit/export.csv?q=user")
    #expect(table.text.hasPrefix("seq,time,type,outcome,") && table.text.contains(",checkpoint,"))
    let told = try await officer.get("/api/audit?type=audit.exported&count=true").json
    #expect(told["total"].int == 2)
}

private func expectErasure(_ officer: Browser) async throws {
    let made = try #require(try await officer.get("/api/audit?type=user.created&limit=1").json["items"].items.first)
    let seq = try #require(made["seq"].int)
    let redacted = try await officer.post("/api/audit/entries/\(seq)/redact", #"{"reason":"asked for"}"#)
    #expect(redacted.status == 200, "\(redacted.text)")
    #expect(redacted.json["leafHash"] == made["leafHash"])
    #expect(!redacted.json["redactions"].items.isEmpty)
    let user = try #require(made["subject"]["id"].string)
    let erased = try await officer.post("/api/audit/users/\(user)/erase", #"{"reason":"left"}"#)
    #expect(erased.status == 200, "\(erased.text)")
}

private func expectHold(_ officer: Browser) async throws {
    let free = try await officer.get("/api/audit/hold")
    #expect(free.json["held"] == .bool(false) && free.json["retentionYears"].int == 7)
    let tag = try #require(free.headers["etag"].first)
    let held = try await officer.send(
        .PUT, "/api/audit/hold", #"{"reason":"case 17"}"#, headers: [("If-Match", tag)])
    #expect(held.status == 200 && held.json["held"] == .bool(true), "\(held.text)")
    #expect(try await officer.send(.DELETE, "/api/audit/hold", #"{"reason":"over"}"#).status == 428)
    let made = try await officer.post("/api/audit/searches", #"{"name":"Mine","filter":{"outcome":"failed"}}"#)
    #expect(made.status == 201, "\(made.text)")
    let place = try #require(made.headers["location"].first)
    #expect(try await officer.get(place).json["filter"]["outcome"] == .string("failed"))
}
