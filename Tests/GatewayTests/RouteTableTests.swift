import Contracts
import Foundation
import NIOCore
import NIOHTTP1
import RPC
import Testing

@testable import gateway

@Test func routeTableStarts() throws { _ = try Router(RouteTable.all) }

@Test func routeOpenToNobodyStopsTheStart() {
    let route = Route.get("/api/x", "x", AuthMethods.me)
    #expect(throws: RouteTableError.self) { try Router([route]) }
}

@Test func callOfNoServiceStopsTheStart() {
    let call = RPCMethod<Nothing, Nothing>(0xFFFF, "clients.list", callers: [Peer.gateway])
    let route = Route.get("/api/x", "x", call).everyone()
    #expect(throws: RouteTableError.self) { try Router([route]) }
}

@Test func routeThatStandsTwiceStopsTheStart() {
    let route = Route.get("/api/x", "x", AuthMethods.me).everyone()
    #expect(throws: RouteTableError.self) { try Router([route, route]) }
}

@Test func routeWithoutDeadlineOrRoomForItsBodyStopsTheStart() {
    let late = Route.get("/api/x", "x", AuthMethods.me).everyone().deadline(.seconds(31))
    let never = Route.get("/api/x", "x", AuthMethods.me).everyone().deadline(.zero)
    let small = Route.post("/api/x", "x", AuthMethods.login).open(.signIn).body(0)
    for route in [late, never, small] { #expect(throws: RouteTableError.self) { try Router([route]) } }
}

@Test func everyRouteCallsAMethodThatTheGatewayMayCall() {
    for route in RouteTable.all {
        guard case .call(_, let method) = route.target else { continue }
        #expect(method.callers.contains(Peer.gateway), "\(route.path)")
        #expect(MethodTable.all.contains(method), "\(route.path)")
    }
}

@Test(arguments: [
    (HTTPMethod.GET, ["api", "deals", "D-2026-0001"], "/api/deals/{id}", ["D-2026-0001"]),
    (.HEAD, ["api", "deals"], "/api/deals", []),
    (.DELETE, ["api", "deals", "1", "team", "2"], "/api/deals/{id}/team/{userId}", ["1", "2"]),
    (.PATCH, ["api", "deals", "1", "tasks", "2"], "/api/deals/{id}/tasks/{childId}", ["1", "2"]),
    (.POST, ["api", "deals", "1", "tasks", "template"], "/api/deals/{id}/tasks/template", ["1"]),
    (.DELETE, ["api", "deals", "1", "activities", "2"], "/api/deals/{id}/activities/{childId}", ["1", "2"]),
    (.GET, ["api", "deals", "tags"], "/api/deals/tags", []),
    (.DELETE, ["api", "deals", "1"], "/api/deals/{id}", ["1"]),
    (.PATCH, ["api", "custom-fields", "tier"], "/api/custom-fields/{key}", ["tier"]),
    (.POST, ["api", "organizations", "1", "publish"], "/api/organizations/{id}/publish", ["1"]),
    (.PATCH, ["api", "organizations", "1", "persons", "2"], "/api/organizations/{id}/persons/{childId}", ["1", "2"]),
    (
        .POST, ["api", "organizations", "1", "merges", "2", "undo"], "/api/organizations/{id}/merges/{childId}/undo",
        ["1", "2"]
    ),
    (.GET, ["api", "persons"], "/api/persons", []),
    (.PUT, ["api", "exchange-rates", "import"], "/api/exchange-rates/import", []),
    (.DELETE, ["api", "deals", "1", "parties", "2"], "/api/deals/{id}/parties/{childId}", ["1", "2"]),
    (.GET, ["api", "deals", "1", "fees", "preview"], "/api/deals/{id}/fees/preview", ["1"]),
    (.PATCH, ["api", "deals", "1", "fees", "2"], "/api/deals/{id}/fees/{childId}", ["1", "2"]),
    (.PATCH, ["api", "deals", "1", "counterparties", "2"], "/api/deals/{id}/counterparties/{childId}", ["1", "2"]),
    (.POST, ["api", "deals", "1", "counterparties", "bulk"], "/api/deals/{id}/counterparties/bulk", ["1"]),
    (.POST, ["api", "deals", "1", "counterparties", "steps"], "/api/deals/{id}/counterparties/steps", ["1"]),
    (.GET, ["api", "deals", "1", "counterparties.csv"], "/api/deals/{id}/counterparties.csv", ["1"]),
    (
        .POST, ["api", "deals", "1", "counterparties", "2", "steps", "3", "void"],
        "/api/deals/{id}/counterparties/{childId}/steps/{stepId}/void", ["1", "2", "3"]
    ),
    (.PATCH, ["api", "deals", "1", "ndas", "2"], "/api/deals/{id}/ndas/{childId}", ["1", "2"]),
    (.GET, ["api", "ndas"], "/api/ndas", []),
    (.GET, ["api", "lists", "watch"], "/api/lists/{list}", ["watch"]),
    (.DELETE, ["api", "lists", "watch", "entries", "2"], "/api/lists/{list}/entries/{childId}", ["watch", "2"]),
    (.POST, ["api", "conflicts", "checks"], "/api/conflicts/checks", []),
    (.POST, ["api", "deals", "1", "conflict", "request"], "/api/deals/{id}/conflict/request", ["1"]),
    (.GET, ["api", "control-room", "queue"], "/api/control-room/queue", []),
    (.PUT, ["api", "control-room", "checks", "1", "claim"], "/api/control-room/checks/{id}/claim", ["1"]),
    (.GET, ["api", "approvals"], "/api/approvals", []),
    (.PATCH, ["api", "deals", "1", "rounds", "2"], "/api/deals/{id}/rounds/{childId}", ["1", "2"]),
    (.PATCH, ["api", "deals", "1", "bids", "2"], "/api/deals/{id}/bids/{childId}", ["1", "2"]),
    (.POST, ["api", "deals", "1", "bids", "2", "withdraw"], "/api/deals/{id}/bids/{childId}/withdraw", ["1", "2"]),
    (.GET, ["api", "deals", "1", "bids", "grid"], "/api/deals/{id}/bids/grid", ["1"]),
    (.GET, ["api", "deals", "1", "bids", "grid.csv"], "/api/deals/{id}/bids/grid.csv", ["1"]),
    (.PUT, ["api", "deals", "1", "credits"], "/api/deals/{id}/credits", ["1"]),
    (.DELETE, ["api", "deals", "1", "tail"], "/api/deals/{id}/tail", ["1"]),
    (.GET, ["api", "tails"], "/api/tails", []),
    (.GET, ["api", "deals", "1", "changes"], "/api/deals/{id}/changes", ["1"]),
    (.GET, ["api", "deals", "1", "timeline"], "/api/deals/{id}/timeline", ["1"]),
    (.PUT, ["api", "pipelines", "ecm_ipo"], "/api/pipelines/{id}", ["ecm_ipo"]),
    (.GET, ["api", "pipelines", "ecm_ipo", "counts"], "/api/pipelines/{id}/counts", ["ecm_ipo"]),
    (.GET, ["api", "board", "totals"], "/api/board/totals", []),
    (.GET, ["api", "views", "1", "deals"], "/api/views/{id}/deals", ["1"]),
    (.GET, ["api", "deals.csv"], "/api/deals.csv", []), (.POST, ["api", "deals", "bulk"], "/api/deals/bulk", []),
    (.GET, ["api", "imports", "1", "errors.csv"], "/api/imports/{id}/errors.csv", ["1"]),
    (.GET, ["api", "reports", "monday"], "/api/reports/monday", []),
    (.GET, ["api", "reports", "win-loss"], "/api/reports/{report}", ["win-loss"]),
    (.GET, ["api", "reports", "win-loss.csv"], "/api/reports/{report}.csv", ["win-loss"]),
    (.GET, ["api", "reports", "win-loss", "deals"], "/api/reports/{report}/deals", ["win-loss"]),
    (.GET, ["api", "audit", "verify"], "/api/audit/verify", []),
    (
        .GET, ["api", "audit", "log", "tile", "0", "x001", "234.p", "8"], "/api/audit/log/tile/{path}",
        ["0/x001/234.p/8"]
    ),
    (.GET, ["api", "audit", "log", "tile", "63", "000"], "/api/audit/log/tile/{path}", ["63/000"]),
    (.HEAD, ["api", "audit", "log", "tile", "entries", "000"], "/api/audit/log/tile/entries/{path}", ["000"]),
    (.GET, ["api", "audit", "entries", "41", "proof"], "/api/audit/entries/{seq}/proof", ["41"]),
    (.POST, ["api", "webhooks", "1", "test"], "/api/webhooks/{id}/test", ["1"]),
    (
        .POST, ["api", "webhooks", "1", "deliveries", "2", "replay"],
        "/api/webhooks/{id}/deliveries/{deliveryId}/replay", ["1", "2"]
    ),
    (.GET, ["api", "audit", "export.ndjson"], "/api/audit/export.ndjson", []),
    (.DELETE, ["api", "audit", "searches", "1"], "/api/audit/searches/{id}", ["1"]),
    (.GET, ["api", "audit", "deals", "1", "timeline"], "/api/audit/deals/{id}/timeline", ["1"]),
    (.POST, ["api", "audit", "entries", "7", "redact"], "/api/audit/entries/{seq}/redact", ["7"]),
    (.DELETE, ["api", "audit", "hold"], "/api/audit/hold", []),
])
func requestsFindTheirRoute(_ method: HTTPMethod, _ segments: [String], _ path: String, _ ids: [String]) throws {
    guard case .found(let route, let found) = try Router(RouteTable.all).match(method.rawValue, segments) else {
        Issue.record("no route")
        return
    }
    #expect(route.route.path == path)
    #expect(found == ids)
}

@Test func otherMethodsAreNamed() throws {
    guard case .otherMethods(let methods) = try Router(RouteTable.all).match("PUT", ["api", "deals", "1"]) else {
        Issue.record("expected the allowed methods")
        return
    }
    #expect(methods == [.GET, .HEAD, .PATCH, .DELETE])
}

@Test(arguments: [
    ["api", "deals", ""], ["api"], ["api", "deals", "1", "nothing"], ["API", "deals"], ["api", "audit", "log", "tile"],
    ["api", "audit", "log", "tile", "0", ""], ["api", "audit", "log", "tile"] + (0...8).map(String.init),
])
func otherPathsDoNotExist(_ segments: [String]) throws {
    guard case .none = try Router(RouteTable.all).match("GET", segments) else {
        Issue.record("matched")
        return
    }
}

@Test func queriesBecomeTheJSONInput() throws {
    let json = try QueryParameter.json("limit=5&q=Project%20%22Falcon%22+x&count=true", .deals)
    #expect(String(decoding: json, as: UTF8.self) == #"{"limit":5,"q":"Project \"Falcon\" x","count":true}"#)
}

@Test func aListTakesItsParameterSeveralTimes() throws {
    let json = try QueryParameter.json("status=won&limit=5&type=ecm_ipo&status=lost", .deals)
    #expect(String(decoding: json, as: UTF8.self) == #"{"limit":5,"status":["won","lost"],"type":["ecm_ipo"]}"#)
}

@Test(arguments: ["limit=x", "limit=1&limit=2", "nothing=1", "count=1", "type=merger", "q=%zz", "q=%00"])
func badQueriesNameTheParameter(_ query: String) {
    let fault = #expect(throws: RPCFault.self) { try QueryParameter.json(query, .deals) }
    #expect(fault?.code == "query_invalid")
    #expect(fault?.errors.first?.field == query.split(separator: "=").first.map(String.init))
}

@Test(arguments: RouteTable.all) func queryIsTheInputOfTheCall(route: Route) {
    guard case .object(let properties)? = route.querySchema else { return }
    let (asked, known) = (Set(route.query.map(\.name)), Set(properties.map(\.name)))
    // What the gateway answers itself puts members together from elsewhere, too.
    if case .call = route.target { #expect(asked == known) } else { #expect(asked.isSubset(of: known)) }
}

@Test func literalBesideACaptureNamesEachMethodOnce() throws {
    let deals = try Router([
        .get("/api/deals/board", "", DealMethods.list).everyone(),
        .get("/api/deals/{id}", "", DealMethods.get).everyone(),
        .patch("/api/deals/{id}", "", DealMethods.update).everyone(),
    ])
    #expect(deals.methods(["api", "deals", "board"]) == [.GET, .HEAD, .PATCH])
}

@Test func schemasComeFromTheTypes() throws {
    guard case .object(let properties) = JSONSchema.of(NewDeal.self) else {
        Issue.record("not an object")
        return
    }
    #expect(properties.filter(\.isRequired).map(\.name) == ["codeName", "type", "clientName"])
    #expect(properties.first { $0.name == "value" }?.schema == .money)
    #expect(properties.first { $0.name == "originatedOn" }?.schema == .string(format: "date"))
    guard case .object(let page) = JSONSchema.of(DealPage.self), case .array(.object(let deal)) = page.first?.schema
    else {
        Issue.record("a page holds a list of deals")
        return
    }
    #expect(deal.contains { $0.name == "number" && $0.isRequired })
}

@Test func openAPIDescribesEveryRoute() throws {
    let bytes = try OpenAPIDocument.make(RouteTable.all)
    let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes.readableBytesView)) as? [String: Any])
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    for route in RouteTable.all {
        #expect(paths[route.path]?[route.method.rawValue.lowercased()] != nil, "\(route.path)")
    }
}
