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
        let statuses = operation.statuses
        #expect(statuses.count == operation["responses"]?.members.count, "\(name)")
        // A browser that is led on has no other good answer.
        #expect(statuses.filter { (200..<303).contains($0) }.count == 1, "\(name)")
        #expect(Set([400, 408, 414, 421, 429, 431, 500, 503]).isSubset(of: statuses), "\(name)")
        #expect(
            Set((operation["x-ibp-problems"]?.members ?? [:]).keys.compactMap(Int.init))
                == Set(statuses.filter { $0 >= 400 }), "\(name)")
    }
}

@Test func problemsOfServicesBelongToRoutes() {
    let methods = RouteTable.all.compactMap { route in
        switch route.target {
        case .call(_, let method): method.name
        case .openWebSession: AuthMethods.openWebSession.entry.name
        case .download: DealMethods.documentContent.entry.name
        case .csv(let file): file.method.name
        case .mondayPage: DealMethods.monday.entry.name
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
    let others = [
        "/api/organizations", "/api/organizations/{id}/persons", "/api/views", "/api/custom-fields", "/api/imports",
    ]
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
