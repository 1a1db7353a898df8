import Foundation
import NIOHTTP1
import Testing

private let ana = (email: "ana@firm.example", old: "nineteen purple owls", new: "seventeen quiet rivers")

private func credentials(_ password: String) -> String { #"{"email":"\#(ana.email)","password":"\#(password)"}"# }

/// A cluster with an administrator and Ana, whose id is given.
private func withAna(_ body: (_ cluster: Cluster, _ admin: Browser, _ ana: String) async throws -> Void) async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let admin = try await Browser.root(cluster.url)
        let id = try await admin.addPerson(ana.email, name: "Ana", role: "banker", password: ana.old)
        try await body(cluster, admin, id)
    }
}

/// The cookie that a sign-in with a browser's own sets.
private func openSession(_ visitor: Browser, _ password: String, headers: [(String, String)]) async throws -> String {
    let opened = try await visitor.post("/api/session", credentials(password), headers: headers)
    try #require(opened.status == 201, "\(opened.text)")
    return String(try #require(opened.headers["set-cookie"].first).prefix { $0 != ";" })
}

/// Somebody sees where he is signed in, and a browser that signs in again leaves no session behind.
@Test(.timeLimit(.minutes(5)))
func sessionsAreListedByDeviceAndABrowserHasOneOnly() async throws {
    try await withAna { cluster, admin, id in
        let visitor = Browser(url: cluster.url)
        let firefox = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0")
        let first = try await openSession(visitor, ana.old, headers: [firefox])
        let second = try await openSession(visitor, ana.old, headers: [firefox, ("Cookie", first)])
        _ = try await eventually("the end of the first session") {
            try await visitor.send(.GET, "/api/users/me", headers: [("Cookie", first)]).status == 401 ? true : nil
        }
        let list = try await visitor.send(.GET, "/api/users/me/sessions", headers: [("Cookie", second)])
        #expect(list.json["items"].items.map { $0["device"].string } == ["Firefox on Linux"])
        #expect(list.json["items"].items.map { $0["kind"].string } == ["web"])
        #expect(list.json["items"].items.map { $0["current"].bool } == [true])
        #expect(list.json["items"].items.first?["address"].string == "127.0.0.1")

        let program = try await Browser.signIn(cluster.url, ana.email, ana.old)
        let own = [("Cookie", second), ("Sec-Fetch-Site", "same-origin"), ("X-IBP-CSRF", "1")]
        let others = try await visitor.send(.DELETE, "/api/users/me/sessions", headers: own)
        #expect(others.json["ended"].int == 1)
        _ = try await eventually("the end of the other session") {
            try await program.get("/api/users/me").status == 401 ? true : nil
        }
        let ended = try await admin.send(.DELETE, "/api/admin/users/\(id)/sessions")
        #expect(ended.json["ended"].int == 1, "\(ended.text)")
    }
}

/// Who knows the password changes it himself; who has forgotten it gets a link from an administrator, once.
@Test(.timeLimit(.minutes(5)))
func passwordIsChangedAndResetByALinkThatWorksOnce() async throws {
    try await withAna { cluster, admin, id in
        let browser = try await Browser.signIn(cluster.url, ana.email, ana.old)
        let change = #"{"currentPassword":"\#(ana.old)","newPassword":"eleven patient lanterns"}"#
        let changed = try await browser.send(.PUT, "/api/users/me/password", change)
        #expect(changed.status == 204, "\(changed.text)")
        let again = try await browser.send(.PUT, "/api/users/me/password", change)
        #expect(again.status == 422)
        #expect(again.json["errors"][0]["field"].string == "currentPassword")

        let granted = try await admin.send(.POST, "/api/admin/users/\(id)/password-reset")
        #expect(granted.status == 201, "\(granted.text)")
        let token = try #require(granted.json["token"].string)
        let visitor = Browser(url: cluster.url)
        #expect(try await visitor.get("/reset").text.contains("reset.js"))
        let reset = #"{"token":"\#(token)","newPassword":"\#(ana.new)"}"#
        #expect(try await visitor.post("/api/auth/password/reset", reset).status == 204)
        let used = try await visitor.post("/api/auth/password/reset", reset)
        #expect(used.status == 403)
        #expect(used.json["code"].string == "reset_invalid")
        _ = try await eventually("the end of the session") {
            try await browser.get("/api/users/me").status == 401 ? true : nil
        }
        _ = try await Browser.signIn(cluster.url, ana.email, ana.new)
        #expect(!cluster.log.contains(token))
    }
}
