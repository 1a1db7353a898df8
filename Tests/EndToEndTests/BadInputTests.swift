import Foundation
import NIOHTTP1
import Testing

/// Every bad request gets its status and a problem that says what is wrong with which field, and leaves nothing behind.
@Test(.timeLimit(.minutes(5)))
func badInputGetsItsProblemAndLeavesNothing() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let admin = try await Browser.root(cluster.url)
        try await admin.addPerson(
            "ana@firm.example", name: "Ana", role: "banker", password: "nineteen purple owls")
        let banker = try await Browser.signIn(cluster.url, "ana@firm.example", "nineteen purple owls")
        let deal = try await banker.post(
            "/api/deals", #"{"codeName":"Project Fern","type":"levfin","clientName":"Moss Ltd"}"#)
        let id = try #require(deal.json["id"].string)

        for bad in BadRequest.all(deal: id) {
            let answer = try await banker.send(bad.method, bad.path, bad.body, headers: bad.headers)
            #expect(answer.status == bad.status, "\(bad.method) \(bad.path) \(bad.body ?? ""): \(answer.text)")
            #expect(
                answer.json["code"].string == bad.code, "\(bad.method) \(bad.path) \(bad.body ?? ""): \(answer.text)")
            #expect(answer.headers["content-type"] == ["application/problem+json"])
            #expect(answer.json["status"].int == bad.status)
            #expect(answer.json["requestId"].string == answer.headers["x-request-id"].first)
            if let field = bad.field {
                #expect(
                    answer.json["errors"].items.contains { $0["field"].string == field },
                    "\(bad.body ?? bad.path): \(answer.text)")
            }
        }
        let after = try await banker.get("/api/deals/\(id)")
        #expect(after.json["version"] == .number(1))
        #expect(try await banker.get("/api/deals?count=true").json["total"] == .number(1))

        try await expectBadTokensRefused(cluster, good: try #require(banker.token))
    }
}

private struct BadRequest {
    var method: HTTPMethod
    var path: String
    var body: String?
    var headers: [(String, String)] = []
    var status: Int
    var code: String
    var field: String?

    static func all(deal id: String) -> [BadRequest] { creations + reads + changes(of: "/api/deals/\(id)") + doors }

    private static let deals = "/api/deals"

    private static var creations: [BadRequest] {
        [
            .init(method: .POST, path: deals, body: #"{"codeName":"#, status: 400, code: "json_invalid"),
            .init(method: .POST, path: deals, body: "", status: 400, code: "json_invalid"),
            .init(method: .POST, path: deals, body: "[]", status: 422, code: "validation_failed"),
            .init(
                method: .POST, path: deals, body: "{}", headers: [("Content-Type", "text/plain")], status: 415,
                code: "unsupported_media_type"),
            .init(
                method: .POST, path: deals, body: #"{"codeName":7,"type":"levfin","clientName":"x"}"#, status: 422,
                code: "validation_failed", field: "codeName"),
            .init(
                method: .POST, path: deals, body: #"{"codeName":"A1","type":"merger","clientName":"x"}"#, status: 422,
                code: "validation_failed", field: "type"),
            .init(
                method: .POST, path: deals,
                body: #"{"codeName":"A1","type":"levfin","clientName":"x","stage":"closed"}"#, status: 422,
                code: "validation_failed", field: "stage"),
            .init(
                method: .POST, path: deals,
                body:
                    #"{"codeName":"A1","type":"levfin","clientName":"x","value":{"amount":"1.005","currency":"USD"}}"#,
                status: 422, code: "validation_failed", field: "value.amount"),
            .init(
                method: .POST, path: deals,
                body: #"{"codeName":"A1","type":"levfin","clientName":"x","expectedCloseOn":"2026-02-30"}"#,
                status: 422,
                code: "validation_failed", field: "expectedCloseOn"),
            .init(
                method: .POST, path: deals,
                body: #"{"codeName":"A1","type":"levfin","clientName":"\#(String(repeating: "x", count: 1_100_000))"}"#,
                status: 413,
                code: "body_too_large"),
        ]
    }

    private static var reads: [BadRequest] {
        [
            .init(method: .GET, path: deals + "/not-an-id", status: 404, code: "not_found"),
            .init(method: .GET, path: deals + "/D-2026-9999", status: 404, code: "not_found"),
            .init(method: .GET, path: deals + "?limit=0", status: 400, code: "query_invalid", field: "limit"),
            .init(method: .GET, path: deals + "?limit=many", status: 400, code: "query_invalid", field: "limit"),
            .init(method: .GET, path: deals + "?cursor=zzz", status: 400, code: "cursor_invalid"),
            .init(method: .GET, path: deals + "?owner=me", status: 400, code: "query_invalid", field: "owner"),
        ]
    }

    /// - Parameter one: the path of a deal with version 1.
    private static func changes(of one: String) -> [BadRequest] {
        let match = [("If-Match", "\"1\"")]
        return [
            .init(method: .PATCH, path: one, body: #"{"sector":"Energy"}"#, status: 428, code: "version_required"),
            .init(
                method: .PATCH, path: one, body: #"{"sector":"Energy"}"#, headers: [("If-Match", "\"9\"")], status: 412,
                code: "version_mismatch"),
            .init(
                method: .PATCH, path: one, body: #"{"sector":"Energy"}"#, headers: [("If-Match", "W/\"1\"")],
                status: 400, code: "if_match_invalid"),
            .init(
                method: .PATCH, path: one, body: #"{"number":"D-1"}"#, headers: match, status: 422,
                code: "validation_failed", field: "number"),
            .init(
                method: .PATCH, path: one, body: #"{"probability":101}"#, headers: match, status: 422,
                code: "validation_failed", field: "probability"),
            .init(
                method: .PATCH, path: one, body: #"{"codeName":null}"#, headers: match, status: 422,
                code: "validation_failed", field: "codeName"),
            .init(
                method: .POST, path: one + "/transitions", body: #"{"toStage":"nowhere"}"#, status: 422,
                code: "rules_unmet", field: "toStage"),
            .init(
                method: .POST, path: one + "/transitions", body: #"{"toStage":"lost"}"#, status: 422,
                code: "rules_unmet", field: "reason"),
        ]
    }

    /// What is not there, or not for a banker.
    private static var doors: [BadRequest] {
        [
            .init(method: .GET, path: "/api/nothing", status: 404, code: "not_found"),
            .init(method: .GET, path: "/nothing", status: 404, code: "not_found"),
            .init(method: .PUT, path: deals, body: "{}", status: 405, code: "method_not_allowed"),
            .init(method: .GET, path: "/api/audit", status: 403, code: "forbidden"),
            .init(method: .GET, path: "/api/admin/users", status: 403, code: "forbidden"),
            .init(method: .GET, path: "/api/deals/..%2fusers", status: 400, code: "bad_request"),
        ]
    }
}

private func expectBadTokensRefused(_ cluster: Cluster, good: String) async throws {
    let parts = good.split(separator: ".").map(String.init)
    let none = Data(#"{"alg":"none","typ":"at+jwt"}"#.utf8).base64EncodedString().replacing("=", with: "")
    for token in [
        "x", good + "x", "\(parts[0]).\(parts[1]).", "\(none).\(parts[1]).", "\(parts[0]).\(parts[1]).\(parts[1])",
    ] {
        let answer = try await Browser(url: cluster.url, token: token).get("/api/users/me")
        #expect(answer.status == 401, "\(token)")
        #expect(answer.headers["www-authenticate"].first?.hasPrefix("Bearer") == true)
    }
    #expect(try await Browser(url: cluster.url).get("/api/users/me").status == 401)
    #expect(try await Browser(url: cluster.url, token: "").get("/api/users/me").status == 400)
    let wrong = try await Browser(url: cluster.url).post(
        "/api/auth/login", #"{"email":"ana@firm.example","password":"wrong password!"}"#)
    let nobody = try await Browser(url: cluster.url).post(
        "/api/auth/login", #"{"email":"no@firm.example","password":"wrong password!"}"#)
    #expect(wrong.status == 401 && nobody.status == 401)
    #expect(wrong.json["detail"] == nobody.json["detail"])
}
