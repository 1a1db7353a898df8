import Foundation
import NIOHTTP1
import Testing

@Test(.timeLimit(.minutes(5)))
func invitedPersonComesByTheLinkAndSignsIn() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let admin = try await Browser.root(cluster.url)
        let invited = try await admin.post(
            "/api/admin/invitations", #"{"email":"ana@firm.example","name":"Ana","role":"banker"}"#)
        #expect(invited.status == 201, "\(invited.text)")
        let token = try #require(invited.json["token"].string)
        let list = try await admin.get("/api/admin/invitations")
        #expect(list.json["items"].items == [invited.json["invitation"]])
        #expect(!list.text.contains(token))

        let visitor = Browser(url: cluster.url)
        #expect(try await visitor.get("/invitation").text.contains("/invitation.js"))
        let greeting = try await visitor.post("/api/auth/invitations/look", #"{"token":"\#(token)"}"#)
        #expect(greeting.json["email"].string == "ana@firm.example", "\(greeting.text)")
        let acceptance = #"{"token":"\#(token)","name":"Ana Ash","password":"nineteen purple owls"}"#
        let accepted = try await visitor.post("/api/auth/invitations/accept", acceptance)
        #expect(accepted.status == 201, "\(accepted.text)")
        #expect(accepted.json["name"].string == "Ana Ash")
        #expect(accepted.headers["set-cookie"].isEmpty)
        let again = try await visitor.post("/api/auth/invitations/accept", acceptance)
        #expect(again.status == 403)
        #expect(again.json["code"].string == "invitation_invalid")
        #expect(try await admin.post("/api/admin/users", acceptance).status == 405)

        let ana = try await Browser.signIn(cluster.url, "ana@firm.example", "nineteen purple owls")
        let me = try await ana.get("/api/users/me")
        let renamed = try await ana.send(
            .PATCH, "/api/users/me", #"{"name":"Ana Oak"}"#,
            headers: [("If-Match", try #require(me.headers["etag"].first))])
        #expect(renamed.json["name"].string == "Ana Oak", "\(renamed.text)")
        let id = try #require(me.json["id"].string)
        let promoted = try await admin.send(.PATCH, "/api/admin/users/\(id)", #"{"role":"compliance"}"#)
        #expect(promoted.json["role"].string == "compliance", "\(promoted.text)")
        #expect(try await admin.get("/api/admin/users/\(id)").json["version"].int == 3)
        _ = try await eventually("the end of the session") {
            try await ana.get("/api/users/me").status == 401 ? true : nil
        }
        #expect(!cluster.log.contains(token))
    }
}
