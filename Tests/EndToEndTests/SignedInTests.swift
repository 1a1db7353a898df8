import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

private let ana = (email: "ana@firm.example", password: "nineteen purple owls")

/// A cluster with an administrator and a banker.
private func withBanker(_ body: (_ cluster: Cluster, _ admin: Browser, _ banker: Browser) async throws -> Void)
    async throws
{
    try await Cluster.with(environment: Root.settings) { cluster in
        let admin = try await Browser.root(cluster.url)
        try await admin.addPerson(ana.email, name: "Ana", role: "banker", password: ana.password)
        try await body(cluster, admin, try await Browser.signIn(cluster.url, ana.email, ana.password))
    }
}

private let newDeal = #"{"codeName":"Project Fern","type":"levfin","clientName":"Moss Ltd"}"#

/// A browser signs in by a cookie that scripts cannot read, and only pages of ours may write with it.
@Test(.timeLimit(.minutes(5)))
func browserSignsInByACookieThatOtherSitesCannotUse() async throws {
    try await withBanker { cluster, _, banker in
        let stranger = Browser(url: cluster.url)
        let signIn = #"{"email":"\#(ana.email)","password":"\#(ana.password)"}"#
        let elsewhere = try await stranger.post("/api/session", signIn, headers: [("Origin", "https://evil.example")])
        #expect(elsewhere.status == 403)
        #expect(elsewhere.json["code"].string == "cross_site")

        let opened = try await stranger.post("/api/session", signIn)
        #expect(opened.status == 201, "\(opened.text)")
        #expect(opened.json["user"]["email"].string == ana.email)
        #expect(opened.json["accessToken"].string == nil)
        let set = try #require(opened.headers["set-cookie"].first)
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] { #expect(set.contains(attribute)) }
        #expect(!set.contains("Domain"))
        let device = try #require(opened.headers["set-cookie"].last)
        #expect(device.hasPrefix("__Host-ibp-device=") && device.contains("Max-Age=15552000"))
        let cookie = ("Cookie", String(set.prefix { $0 != ";" }))

        #expect(try await stranger.send(.GET, "/api/users/me", headers: [cookie]).json["email"].string == ana.email)
        let own = [cookie, ("Sec-Fetch-Site", "same-origin")]
        #expect(try await stranger.post("/api/deals", newDeal, headers: [cookie]).status == 403)
        let crossSite = [cookie, ("Sec-Fetch-Site", "cross-site")]
        #expect(try await stranger.post("/api/deals", newDeal, headers: crossSite).status == 403)
        #expect(try await stranger.post("/api/deals", newDeal, headers: own).status == 201)
        #expect(try await banker.send(.GET, "/api/users/me", headers: [cookie]).status == 400)

        #expect(try await stranger.send(.DELETE, "/api/session", headers: own).status == 403)
        let closed = try await stranger.send(.DELETE, "/api/session", headers: own + [("X-IBP-CSRF", "1")])
        #expect(closed.status == 204, "\(closed.text)")
        #expect(closed.headers["set-cookie"].first?.contains("Max-Age=0") == true)
        let dead = try await eventually("the end of the session") {
            let answer = try await stranger.send(.GET, "/api/users/me", headers: [cookie])
            return answer.status == 401 ? answer : nil
        }
        #expect(dead.headers["set-cookie"].first?.contains("Max-Age=0") == true)
        #expect(try await stranger.send(.GET, "/api/health", headers: [cookie]).status == 200)
    }
}

/// A program uses a token that does what it was made for and nothing else, until its owner revokes it.
@Test(.timeLimit(.minutes(5)))
func personalTokenDoesWhatItWasMadeForUntilItIsRevoked() async throws {
    try await withBanker { cluster, _, banker in
        let made = try await banker.post(
            "/api/users/me/tokens", #"{"name":"night report","scopes":["readDeals"],"expiresInDays":30}"#)
        #expect(made.status == 201, "\(made.text)")
        let secret = try #require(made.json["secret"].string)
        let id = try #require(made.json["token"]["id"].string)
        let program = Browser(url: cluster.url, token: secret)

        #expect(try await program.get("/api/deals").status == 200)
        let refused = try await program.post("/api/deals", newDeal)
        #expect(refused.status == 403)
        #expect(refused.json["code"].string == "insufficient_scope")
        #expect(refused.headers["www-authenticate"].first?.contains("scope=\"createDeals\"") == true)
        let another = #"{"name":"more","scopes":["createDeals"],"expiresInDays":1}"#
        #expect(try await program.post("/api/users/me/tokens", another).json["code"].string == "session_required")
        #expect(try await program.send(.POST, "/api/auth/logout").json["code"].string == "session_required")

        let list = try await banker.get("/api/users/me/tokens")
        #expect(list.json["items"].items.map { $0["id"].string } == [id])
        #expect(list.json["items"].items.first?["lastUsedAt"].string != nil)
        #expect(!list.text.contains(secret))

        #expect(try await banker.send(.DELETE, "/api/users/me/tokens/\(id)").status == 204)
        _ = try await eventually("the end of the token") {
            try await program.get("/api/deals").status == 401 ? true : nil
        }
    }
}

/// Who watches is told of a deal's changes as they happen, only of deals on whose team he is, and no longer than he is
/// signed in.
@Test(.timeLimit(.minutes(5)))
func eventsReachTheTeamUntilTheSessionEnds() async throws {
    try await withBanker { cluster, admin, banker in
        try await admin.addPerson("bo@firm.example", name: "Bo", role: "banker", password: ana.password)
        let outsider = try await Browser.signIn(cluster.url, "bo@firm.example", ana.password)
        var request = HTTPClientRequest(url: cluster.url + "/api/events")
        request.headers.add(name: "Authorization", value: "Bearer \(try #require(banker.token))")
        let stream = try await HTTPClient.shared.execute(request, timeout: .seconds(90))
        #expect(stream.status == .ok)
        #expect(stream.headers["content-type"] == ["text/event-stream; charset=utf-8"])

        var text = ""
        var id: String?
        for try await part in stream.body {
            text += String(buffer: part)
            if id == nil, text.contains(": open") {
                #expect(try await outsider.post("/api/deals", newDeal).status == 201)
                let deal = try await banker.post(
                    "/api/deals", newDeal.replacing("Project Fern", with: "Project Moss"))
                let made: String = try #require(deal.json["id"].string)
                id = made
            }
            if let id, text.contains("\"dealId\":\"\(id)\"") { _ = try await banker.send(.POST, "/api/auth/logout") }
        }
        #expect(text.contains("event: deal.created\n"))
        #expect(text.components(separatedBy: "event: deal.created\n").count == 2)
        #expect(!text.contains("Moss"))
    }
}
