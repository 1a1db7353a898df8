import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// All that must be seen by nobody but who sent or received it, by what it is.
private final class Secrets: Sendable {
    private let known = Mutex<[String: String]>([:])

    @discardableResult
    func add(_ name: String, _ secret: String?) throws -> String {
        let secret: String = try #require(secret, "\(name)")
        known.withLock { $0[name] = secret }
        return secret
    }

    /// What is in there that should not be.
    func found(in content: Data) -> [String] {
        known.withLock { $0.filter { content.range(of: Data($0.value.utf8)) != nil }.map(\.key).sorted() }
    }

    func found(in text: String) -> [String] { found(in: Data(text.utf8)) }
}

private let root = (email: "root@firm.example", password: "seventeen-quiet-herons")
private let officer = (email: "officer@firm.example", password: "nineteen-purple-owls")

/// Whatever is done with passwords and tokens, also by mistake, none of them gets into a log, an error, a metric, the audit log
/// or a file.
@Test(.timeLimit(.minutes(5)))
func secretsStayWithThoseTheyAreFor() async throws {
    let (place, secrets) = (Cluster.temporaryDirectory(), Secrets())
    let accessLog = place.appendingPathExtension("access.log")
    defer { for url in [place, accessLog] { try? FileManager.default.removeItem(at: url) } }
    let environment = [
        "IBP_BOOTSTRAP_EMAIL": root.email, "IBP_BOOTSTRAP_PASSWORD": root.password, "IBP_ACCESS_LOG": accessLog.path,
        "IBP_RATE_SIGNIN": "1000/s:1000", "IBP_RATE_SIGNIN_ACCOUNT": "1000/s:1000",
    ]
    let cluster = try await Cluster.with(["--log-level", "trace"], environment: environment, directory: place) {
        cluster in
        for name in ["secrets.key", "rpc.secret", "audit-signing.key"] {
            let text = try String(contentsOf: place.appendingPathComponent(name), encoding: .utf8)
            try secrets.add(name, text.trimmingCharacters(in: .newlines))
        }
        let holder = try await Holder(cluster, secrets)
        for answer in try await holder.mistakes() {
            #expect(answer.status >= 400 && answer.status < 500, "\(answer.text)")
            let head = answer.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            #expect(secrets.found(in: head + answer.text) == [], "\(answer.text)")
        }
        try await holder.revokeByTheTokenItself()
        #expect(secrets.found(in: try await holder.auditLog()) == [])
        for service in ["auth", "deals", "audit", "health", "gateway"] {
            let metrics = try await cluster.metrics(of: service)
            #expect(metrics.contains("# TYPE"))
            #expect(secrets.found(in: metrics) == [], "metrics of \(service)")
            let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(cluster.pid(of: service))/cmdline"))
            #expect(secrets.found(in: line) == [], "command line of \(service)")
        }
        return cluster
    }
    #expect(cluster.log.contains("token refused"))
    #expect(secrets.found(in: cluster.log) == [], "the services' output")
    let lines = try String(contentsOf: accessLog, encoding: .utf8)
    #expect(lines.contains(#""url.path":"/api/users/me/tokens/ibp_*""#))
    #expect(secrets.found(in: lines) == [], "the access log")
    try expectNothingInFiles(of: place, secrets)
}

/// The three files are where their secrets are kept.
private func expectNothingInFiles(of place: URL, _ secrets: Secrets) throws {
    let names = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
    #expect(names.contains("auth/auth.sqlite") && names.contains("audit/audit.sqlite"))
    for name in names where !["secrets.key", "rpc.secret", "audit-signing.key"].contains(name) {
        let content = FileManager.default.contents(atPath: place.appendingPathComponent(name).path) ?? Data()
        #expect(secrets.found(in: content) == [], "\(name)")
    }
}

/// Somebody with one of each: password, access and refresh token, session cookie, personal token.
private struct Holder {
    let cluster: Cluster
    let secrets: Secrets
    private let visitor: Browser
    private let officerNow: Browser
    private let accessToken: String
    private let refreshToken: String
    private let cookie: String
    private let personalToken: String

    init(_ cluster: Cluster, _ secrets: Secrets) async throws {
        self.cluster = cluster
        self.secrets = secrets
        visitor = Browser(url: cluster.url)
        try secrets.add("password", root.password)
        let signedIn = try await visitor.post("/api/auth/login", Self.signIn(root)).json
        let first = try secrets.add("first refresh token", signedIn["refreshToken"].string)
        try secrets.add("first access token", signedIn["accessToken"].string)
        let refreshed = try await visitor.post("/api/auth/refresh", #"{"refreshToken":"\#(first)"}"#).json
        refreshToken = try secrets.add("refresh token", refreshed["refreshToken"].string)
        accessToken = try secrets.add("access token", refreshed["accessToken"].string)

        try secrets.add("officer's password", officer.password)
        let admin = Browser(url: cluster.url, token: accessToken)
        let id = try await admin.addPerson(
            officer.email, name: "Olga", role: "compliance", password: officer.password)
        let reset = try await admin.send(.POST, "/api/admin/users/\(id)/password-reset")
        try secrets.add("reset token", reset.json["token"].string)
        let invited = try await admin.post(
            "/api/admin/invitations", #"{"email":"ina@firm.example","name":"Ina","role":"banker"}"#)
        try secrets.add("invitation token", invited.json["token"].string)
        officerNow = try await Browser.signIn(cluster.url, officer.email, officer.password)
        try secrets.add("officer's access token", officerNow.token)
        let opened = try await visitor.post("/api/session", Self.signIn(officer))
        let field = try #require(opened.headers["set-cookie"].first?.prefix { $0 != ";" })
        cookie = try secrets.add("cookie", field.split(separator: "=").last.map(String.init))
        let device = try #require(opened.headers["set-cookie"].last?.prefix { $0 != ";" })
        try secrets.add("device cookie", device.split(separator: "=").last.map(String.init))
        let app = try await officerNow.send(.POST, "/api/users/me/factors/totp")
        try secrets.add("secret of an authenticator app", app.json["secret"].string)
        #expect(try await visitor.send(.GET, "/api/users/me", headers: [("Cookie", String(field))]).status == 200)
        let made = try await officerNow.post(
            "/api/users/me/tokens", #"{"name":"export","scopes":["readAudit"],"expiresInDays":1}"#)
        personalToken = try secrets.add("personal token", made.json["secret"].string)
        #expect(try await Browser(url: cluster.url, token: personalToken).get("/api/audit").status == 200)
    }

    private static func signIn(_ who: (email: String, password: String)) -> String {
        #"{"email":"\#(who.email)","password":"\#(who.password)"}"#
    }

    /// Each is refused; the answers.
    func mistakes() async throws -> [Browser.Answer] {
        var answers: [Browser.Answer] = []
        for body in try bodies() {
            for path in ["/api/auth/login", "/api/session", "/api/auth/refresh", "/api/auth/setup"] {
                answers.append(try await visitor.post(path, body))
            }
            answers.append(try await Browser(url: cluster.url, token: accessToken).post("/api/admin/users", body))
        }
        for secret in [accessToken, refreshToken, cookie, personalToken] {
            for name in ["access_token", "token", "q"] {
                answers.append(try await visitor.get("/api/users/me?\(name)=\(secret)"))
                answers.append(try await officerNow.get("/api/users/me?\(name)=\(secret)"))
            }
            for headers in wrongHeaders(secret) {
                answers.append(try await visitor.send(.GET, "/api/users/me", headers: headers))
            }
            try await expectNothingInAnswer(
                to: "GET /api/users/me HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer \(secret)")
            try await expectNothingInAnswer(
                to: "GET /api/users/me HTTP/1.1\r\nHost: a\r\nAuthorization: \u{1} \(secret)")
            try await expectNothingInAnswer(to: "\(secret) /api/users/me HTTP/1.1\r\nHost: a")
        }
        return answers
    }

    /// Sign-ins, refreshes and people that are not quite right.
    private func bodies() throws -> [String] {
        let wrong = try secrets.add("wrong password", "eighteen-noisy-herons")
        let short = try secrets.add("short password", "sh0rt-0ne")
        return [
            Self.signIn((root.email, wrong)), Self.signIn(("nobody@firm.example", wrong)),
            Self.signIn((root.password, root.email)), Self.signIn((root.email, String(root.password.dropLast()))),
            #"{"email":"\#(root.email)","password":"\#(root.password)""#,
            #"{"email":"\#(root.email)","password":["\#(root.password)"]}"#,
            #"{"email":"\#(root.email)","pasword":"\#(root.password)"}"#,
            #"{"email":"\#(root.email)","password":"\#(root.password)","mfa":"\#(root.password)"}"#,
            #"{"email":"new@firm.example","name":"New","role":"banker","password":"\#(short)"}"#,
            #"{"email":"\#(root.email)","name":"Ruth","role":"\#(root.password)","password":"\#(root.password)"}"#,
            #"{"refreshToken":"\#(accessToken)"}"#, #"{"refreshToken":"\#(personalToken)"}"#,
            #"{"refreshToken":{"value":"\#(refreshToken)"}}"#, #"{"refresh_token":"\#(refreshToken)"}"#,
            #"{"token":"\#(accessToken)","email":"a@firm.example","name":"A","password":"\#(wrong)"}"#,
        ]
    }

    private func wrongHeaders(_ secret: String) -> [[(String, String)]] {
        [
            [("X-Access-Token", secret)], [("X-Api-Key", secret)], [("Authorization", secret)],
            [("Authorization", "Token \(secret)")], [("Authorization", "Bearer \(secret)x")],
            [("Authorization", "Bearer  \(secret)")], [("Authorization", "Bearer \(secret) \(secret)")],
            [("Authorization", "Basic \(Data("\(root.email):\(secret)".utf8).base64EncodedString())")],
            [("Cookie", "session=\(secret)")], [("Cookie", "ibp=\(secret); __Host-ibp=\(secret)x")],
            [("Cookie", "__Host-ibp=\(cookie)"), ("Authorization", "Bearer \(secret)")],
            [("Referer", "https://a.example/?token=\(secret)"), ("User-Agent", secret)],
            [("traceparent", secret), ("If-Match", secret), ("Authorization", "Bearer x")],
        ]
    }

    /// Not HTTP as it should be: refused before it is a request.
    private func expectNothingInAnswer(to head: String) async throws {
        let url = try #require(URL(string: cluster.url))
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: try #require(url.host()), port: try #require(url.port)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let answer = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head + "\r\nConnection: close\r\n\r\n"))
            return try await inbound.reduce(into: "") { $0 += String(buffer: $1) }
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 ") || answer.hasPrefix("HTTP/1.1 501 "), "\(answer)")
        #expect(secrets.found(in: answer) == [])
    }

    /// The token stands where its id should. The answer tells the sender his own path.
    func revokeByTheTokenItself() async throws {
        #expect(try await officerNow.send(.DELETE, "/api/users/me/tokens/\(personalToken)").status == 404)
    }

    /// All of it, once the last that was done is in it.
    func auditLog() async throws -> String {
        #expect(try await Browser(url: cluster.url, token: accessToken).send(.POST, "/api/auth/logout").status == 204)
        return try await eventually("the end of the session in the audit log") {
            var (text, cursor) = ("", "")
            repeat {
                let page = try await officerNow.get("/api/audit?limit=200\(cursor)")
                text += page.text
                cursor = page.json["nextCursor"].string.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            let isAll = ["session.failed", "token.created", "session.revoked"].allSatisfy(text.contains)
            return isAll ? text : nil
        }
    }
}

extension Cluster {
    /// What the service's own admin port tells; it stands in its environment.
    fileprivate func metrics(of service: String) async throws -> String {
        let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid(of: service))/environ"))
        let variables = String(decoding: environment, as: UTF8.self).split(separator: "\0")
        let name = "IBP_ADMIN_LISTEN="
        let address = try #require(variables.first { $0.hasPrefix(name) }?.dropFirst(name.count))
        return try await Browser(url: "http://\(address)").get("/metrics").text
    }
}
