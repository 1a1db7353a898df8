import Contracts
import Foundation
import NIOHTTP1
import RPC
import Testing

@testable import gateway

/// Path and method, and the operation.
private func operations(_ document: OpenAPIJSON) -> [(name: String, OpenAPIJSON)] {
    (document["paths"]?.members ?? [:]).flatMap { path, methods in
        methods.members.map { ("\($0) \(path)", $1) }
    }
}

private func statuses(_ operation: OpenAPIJSON?) -> [Int] {
    (operation?["responses"]?.members ?? [:]).keys.compactMap(Int.init).sorted()
}

@Test func everyRouteIsInTheDocumentAndNothingElse() throws {
    let named = Set(operations(try .document()).map(\.name))
    #expect(named == Set(RouteTable.all.map { "\($0.method.rawValue.lowercased()) \($0.path)" }))
}

@Test func everyReferenceLeadsSomewhere() throws {
    let document = try OpenAPIJSON.document()
    let references = Set(document.references)
    #expect(references.count > 50)
    for reference in references { #expect(document.resolved(reference) != nil, "\(reference)") }
}

@Test func everySharedPartIsUsed() throws {
    let document = try OpenAPIJSON.document()
    let references = Set(document.references)
    for kind in ["responses", "headers", "schemas"] {
        for name in (document["components"]?[kind]?.members ?? [:]).keys {
            #expect(references.contains("#/components/\(kind)/\(name)"), "\(kind) \(name)")
        }
    }
}

@Test func operationIDsAreUnique() throws {
    let ids = operations(try .document()).compactMap { $0.1["operationId"]?.text }
    #expect(ids.count == RouteTable.all.count)
    #expect(Set(ids).count == ids.count)
}

@Test func everyOperationHasOneGoodAnswerAndNamesAllOthers() throws {
    let document = try OpenAPIJSON.document()
    for (name, operation) in operations(document) {
        let statuses = statuses(operation)
        #expect(statuses.count == operation["responses"]?.members.count, "\(name)")
        // A browser that is led on has no other good answer.
        #expect(statuses.filter { (200..<303).contains($0) }.count == 1, "\(name)")
        #expect(Set([400, 408, 414, 421, 429, 431, 500, 503]).isSubset(of: statuses), "\(name)")
        #expect(
            Set((operation["x-ibp-problems"]?.members ?? [:]).keys.compactMap(Int.init))
                == Set(statuses.filter { $0 >= 400 }), "\(name)")
    }
}

@Test(arguments: [
    ("/api/deals/{id}", "get", [200, 304, 400, 401, 403, 404, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    (
        "/api/deals/{id}", "patch",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/deals/{id}/changes", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/deals/{id}/timeline", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/deals", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/admin/users", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/admin/users/{id}", "get", [200, 304, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/admin/users/{id}", "patch",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/admin/users/{id}/status", "put",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/admin/invitations", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/admin/invitations", "post",
        [201, 400, 401, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/admin/invitations/{id}", "delete", [204, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/users/me", "patch",
        [200, 400, 401, 403, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/auth/invitations/look", "post",
        [200, 400, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/auth/invitations/accept", "post",
        [201, 400, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/team/{userId}", "delete",
        [204, 400, 401, 403, 404, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/deals/{id}/activities", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/deals/{id}/activities/{childId}", "patch",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/tasks/{childId}", "delete",
        [204, 400, 401, 403, 404, 408, 412, 414, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/tasks/template", "post",
        [200, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/tasks", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/deals/{id}/documents", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/deals/{id}/documents", "post",
        [201, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/documents/{childId}/content", "put",
        [200, 400, 401, 403, 404, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/documents/{childId}/content", "get",
        [200, 304, 400, 401, 403, 404, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/documents/{childId}", "delete",
        [204, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/access", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/break-glass", "post",
        [201, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/wall-crossings", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/wall-crossings", "post",
        [201, 400, 401, 403, 404, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/wall-crossings/{childId}/decision", "post",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/wall-crossings/{childId}", "delete",
        [200, 400, 401, 403, 404, 408, 412, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/organizations", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/organizations", "post",
        [201, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/organizations/{id}", "get", [200, 304, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/organizations/{id}/publish", "post",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 421, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/organizations/{id}/merge", "post",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/organizations/{id}/deals", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/organizations/{id}/persons/{childId}", "delete",
        [204, 400, 401, 403, 404, 408, 412, 414, 421, 428, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/deals/{id}/parties", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/deals/{id}/parties", "post",
        [201, 400, 401, 403, 404, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/parties/{childId}", "patch",
        [200, 400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/approvals", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/approvals", "post",
        [201, 400, 401, 403, 404, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/deals/{id}/approvals/{childId}/decision", "post",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/deals.csv", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    (
        "/api/deals/bulk", "post",
        [200, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/webhooks", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/webhooks", "post",
        [201, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/webhooks/{id}", "get", [200, 304, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/webhooks/{id}", "patch",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/webhooks/{id}", "delete",
        [204, 400, 401, 403, 404, 408, 412, 414, 421, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/webhooks/{id}/deliveries", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/imports", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/imports", "post",
        [201, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/imports/{id}", "get", [200, 304, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/imports/{id}/content", "put",
        [200, 400, 401, 403, 404, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/imports/{id}/mapping", "put",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/imports/{id}/validate", "post",
        [200, 400, 401, 403, 404, 408, 412, 413, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/imports/{id}/errors.csv", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/auth/login", "post", [200, 400, 401, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/auth/setup", "post", [201, 400, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/users/me/factors", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/users/me/factors/totp", "post",
        [201, 400, 401, 403, 408, 413, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/users/me/factors/totp/confirm", "post",
        [200, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/users/me/factors/totp", "delete",
        [204, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/users/me/factors/recovery-codes", "post",
        [201, 400, 401, 403, 408, 413, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/admin/users/{id}/factors", "delete",
        [204, 400, 401, 403, 404, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/auth/password/reset", "post", [204, 400, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]),
    (
        "/api/users/me/password", "put",
        [204, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/users/me/sessions", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/users/me/sessions", "delete", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/users/me/sessions/{id}", "delete", [204, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/admin/users/{id}/sessions", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/admin/users/{id}/sessions", "delete",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/admin/users/{id}/password-reset", "post",
        [201, 400, 401, 403, 404, 408, 413, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/auth/passkeys/options", "post",
        [200, 400, 408, 413, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/users/me/passkeys/options", "post",
        [200, 400, 401, 403, 408, 413, 414, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/users/me/passkeys", "post",
        [201, 400, 401, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/users/me/passkeys", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/users/me/passkeys/{id}", "delete",
        [204, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/auth/methods", "get", [200, 400, 401, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/auth/oidc/start", "get", [302, 303, 400, 408, 414, 421, 422, 429, 431, 500, 503]),
    ("/api/auth/oidc/callback", "get", [200, 303, 400, 408, 414, 421, 429, 431, 500, 503]),
    ("/api/deals/search", "post", [200, 400, 401, 403, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/views", "post", [201, 400, 401, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]),
    (
        "/api/views/{id}", "patch",
        [200, 400, 401, 403, 404, 408, 409, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/views/{id}", "delete",
        [204, 400, 401, 403, 404, 408, 412, 414, 421, 428, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/search", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/board", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/board/totals", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/views/{id}/deals", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/log/checkpoint", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/log/vkey", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/log/tile/{path}", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/audit/log/tile/entries/{path}", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/entries/{seq}/proof", "get",
        [200, 400, 401, 403, 404, 408, 409, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/events", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 503]),
    ("/api/audit/export.csv", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/searches", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/audit/searches", "post",
        [201, 400, 401, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/entries/{seq}/redact", "post",
        [200, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/hold", "put",
        [200, 400, 401, 403, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
    ("/.well-known/jwks.json", "get", [200, 400, 401, 408, 414, 421, 429, 431, 500, 503]),
])
func statusesAreThoseThatTheRouteCanAnswer(_ path: String, _ method: String, _ expected: [Int]) throws {
    #expect(statuses(try OpenAPIJSON.document()["paths"]?[path]?[method]) == expected)
}

@Test func problemsOfServicesBelongToRoutes() {
    let methods = RouteTable.all.compactMap { route in
        switch route.target {
        case .call(_, let method): method.name
        case .openWebSession: AuthMethods.openWebSession.entry.name
        case .download: DealMethods.documentContent.entry.name
        case .csv(let file): file.method.name
        case .logFile(let file): file.method.name
        case .keySet, .openAPI, .events, .startOpenID, .finishOpenID: nil as String?
        }
    }
    for name in RouteProblems.ofServices.keys { #expect(methods.contains(name), "\(name)") }
}

@Test func credentialsAreAskedForWhereARoleIs() throws {
    let document = try OpenAPIJSON.document()
    #expect(
        Set((document["components"]?["securitySchemes"]?.members ?? [:]).keys)
            == ["bearer", "personalAccessToken", "session"])
    let paths = document["paths"]
    #expect(paths?["/api/auth/login"]?["post"]?["security"]?.items == [])
    #expect(paths?["/api/health"]?["get"]?["security"]?.items.first == .object([:]))
    let deal = paths?["/api/deals/{id}"]?["get"]
    #expect(deal?["security"]?.items.map { $0.members.keys.first } == ["bearer", "session", "personalAccessToken"])
    let tokens = paths?["/api/users/me/tokens"]?["post"]?["security"]?.items.map { $0.members.keys.first }
    #expect(tokens == ["bearer", "session"])
    #expect(deal?["x-ibp-roles"]?.items.compactMap(\.text) == ["banker", "compliance", "observer"])
    #expect(deal?["x-ibp-limit"]?.text == "standard")
    #expect(deal?["x-ibp-deadline-ms"]?.integer == 5000)
}

@Test func refusalsSayWhenToTryAgainAndWhatCredentialsAreWanted() throws {
    let responses = try OpenAPIJSON.document()["components"]?["responses"]
    for name in ["TooManyRequests", "BadGateway", "Unavailable", "GatewayTimeout"] {
        #expect(responses?[name]?["headers"]?["Retry-After"] != nil, "\(name)")
    }
    #expect(responses?["Unauthenticated"]?["headers"]?["WWW-Authenticate"] != nil)
    for (name, response) in responses?.members ?? [:] {
        #expect(response["headers"]?["X-Request-Id"] != nil, "\(name)")
    }
}

@Test func newResourcesSayWhereTheyAre() throws {
    let create = try OpenAPIJSON.document()["paths"]?["/api/deals"]?["post"]
    let headers = create?["responses"]?["201"]?["headers"]?.members ?? [:]
    #expect(Set(headers.keys) == ["ETag", "Location", "RateLimit", "RateLimit-Policy", "X-Request-Id"])
}

/// What makes or does something takes a key: the one that answers it knows it by that.
@Test func everyPostOfDealsTakesAnIdempotencyKey() throws {
    let document = try OpenAPIJSON.document()
    let others = ["/api/organizations", "/api/views", "/api/custom-fields", "/api/imports"]
    #expect(Set(RouteTable.all.filter { $0.method == .POST }.map(\.path)).isSuperset(of: others))
    for route in RouteTable.all where route.method == .POST {
        guard route.path.hasPrefix("/api/deals") || others.contains(route.path),
            case .call(_, let method) = route.target, !method.isIdempotent
        else { continue }
        let operation = document["paths"]?[route.path]?["post"]
        let names = operation?["parameters"]?.items.compactMap { $0["name"]?.text } ?? []
        #expect(names.contains("Idempotency-Key") && route.isIdempotent, "\(route.path)")
        let problems = operation?["x-ibp-problems"]?["422"]?.items.compactMap(\.text) ?? []
        #expect(problems.contains("idempotency_key_reused"), "\(route.path)")
    }
}
