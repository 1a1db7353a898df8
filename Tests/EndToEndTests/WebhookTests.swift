import Crypto
import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// Somebody outside who takes webhooks: a real server in this process.
private final class Taker: HTTPHandler {
    struct Message: Sendable {
        let id, timestamp, signature: String
        let body: Data

        /// As the specification has a receiver check it.
        func isSigned(by secret: String) -> Bool {
            guard let key = Data(base64Encoded: String(secret.dropFirst("whsec_".count))) else { return false }
            let signed = Data("\(id).\(timestamp).".utf8) + body
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
            return signature.split(separator: " ").contains("v1,\(Data(code).base64EncodedString())")
        }

        var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
    }

    private let messages = Mutex<[Message]>([])
    private let refusals = Mutex(0)

    var taken: [Message] { messages.withLock { $0 } }

    /// The next requests are answered by 500.
    func refuse(_ count: Int) { refusals.withLock { $0 = count } }

    static func with(_ body: (Taker, _ url: String) async throws -> Void) async throws {
        let taker = Taker()
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, handler: taker,
            faults: { HTTPResponse(status: $0.status) },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await server.start()
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(taker, "http://127.0.0.1:\(server.localPort)/in")) } catch {
            outcome = .failure(error)
        }
        await server.drain(within: .milliseconds(100))
        try outcome.get()
    }

    func admit(_ head: HTTPHead) -> HTTPAdmission { .read(bodyBytesMax: 64 * 1024) }

    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        let headers = request.head.headers
        messages.withLock {
            $0.append(
                Message(
                    id: headers.first(name: "webhook-id") ?? "",
                    timestamp: headers.first(name: "webhook-timestamp") ?? "",
                    signature: headers.first(name: "webhook-signature") ?? "",
                    body: Data(request.body.readableBytesView)))
        }
        let isRefused = refusals.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        return HTTPResponse(status: isRefused ? .internalServerError : .noContent)
    }
}

private let outside = Root.settings.merging(["IBP_WEBHOOK_PRIVATE_TARGETS": "allow"]) { $1 }

@Test(.timeLimit(.minutes(5)))
func whatHappensReachesAWebhookSignedAndOnceMoreAfterARefusal() async throws {
    try await Taker.with { taker, url in
        try await Cluster.with(environment: outside) { cluster in
            let admin = try await Browser.root(cluster.url)
            let created = try await admin.post(
                "/api/webhooks", #"{"url":"\#(url)","events":["invitation.","deal."],"description":"Directory"}"#)
            try #require(created.status == 201, "\(created.text)")
            let secret = try #require(created.json["secret"].string)
            let id = try #require(created.json["webhook"]["id"].string)
            #expect(created.headers["location"].first == "/api/webhooks/\(id)")

            taker.refuse(1)
            let invited = try await admin.post(
                "/api/admin/invitations", #"{"email":"ana@firm.example","name":"Ana","role":"banker"}"#)
            try #require(invited.status == 201, "\(invited.text)")
            _ = try await eventually("the second attempt", within: .seconds(60)) { taker.taken.count == 2 ? true : nil }
            let taken = taker.taken
            #expect(taken.allSatisfy { $0.isSigned(by: secret) })
            #expect(taken.first?.id == taken.last?.id)
            #expect(taken.first?.json["type"].string == "invitation.created")
            #expect(taken.first?.json["data"]["subject"]["kind"].string == "invitation")

            let log = try await eventually("the delivery in the log") {
                let log = try await admin.get("/api/webhooks/\(id)/deliveries?state=delivered")
                return log.json["items"].items.isEmpty ? nil : log
            }
            let statuses = log.json["items"].items.first?["attempts"].items.map { $0["status"].int }
            #expect(statuses == [500, 204])
            #expect(!log.text.contains(secret))
            let shown = try await admin.get("/api/webhooks/\(id)")
            #expect(shown.headers["etag"].first == "\"1\"" && !shown.text.contains(secret))
            #expect(!cluster.log.contains(secret))
            #expect(!cluster.log.contains(url))
        }
    }
}

/// Of a deal an administrator sees nothing, and so does his webhook: ids alone.
@Test(.timeLimit(.minutes(5)))
func webhookOfDealsHasIdsAloneAndTheLogKnowsWhoMadeIt() async throws {
    try await Taker.with { taker, url in
        try await Cluster.with(environment: outside) { cluster in
            let admin = try await Browser.root(cluster.url)
            let password = "nineteen purple owls"
            try await admin.addPerson("bea@firm.example", name: "Bea", role: "banker", password: password)
            try await admin.addPerson("cleo@firm.example", name: "Cleo", role: "compliance", password: password)
            let created = try await admin.post("/api/webhooks", #"{"url":"\#(url)","events":["deal."]}"#)
            let id = try #require(created.json["webhook"]["id"].string)
            let secret = try #require(created.json["secret"].string)

            let banker = try await Browser.signIn(cluster.url, "bea@firm.example", password)
            #expect(try await banker.get("/api/webhooks").status == 403)
            let deal = try await banker.post(
                "/api/deals", #"{"codeName":"Project Falcon","type":"sell_side_ma","clientName":"Northwind Holdings"}"#)
            try #require(deal.status == 201, "\(deal.text)")
            let told = try await eventually("the deal's event") { taker.taken.first }
            #expect(told.isSigned(by: secret))
            #expect(told.json["type"].string == "deal.created")
            #expect(told.json["data"]["subject"]["id"].string == deal.json["id"].string)
            let text = String(decoding: told.body, as: UTF8.self)
            for word in ["Falcon", "Northwind", "D-20", "changes", "actor"] { #expect(!text.contains(word), "\(word)") }

            let compliance = try await Browser.signIn(cluster.url, "cleo@firm.example", password)
            let entry = try await eventually("the webhook in the log") {
                try await compliance.get("/api/audit?type=webhook.created").json["items"].items.first
            }
            #expect(entry["subject"]["id"].string == id)
            #expect(entry["source"].string == "health")
            let verified = try await compliance.get("/api/audit/verify")
            #expect(verified.json["ok"] == .bool(true), "\(verified.text)")
        }
    }
}
