import HTTPServer
import Testing

/// A request that must be refused, and how.
struct Attack: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: String
    var status: Int

    init(_ name: String, _ bytes: String, _ status: Int = 400) {
        testDescription = name
        self.bytes = bytes
        self.status = status
    }

    static func get(_ name: String, _ fields: String, _ status: Int = 400) -> Attack {
        Attack(name, "GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n", status)
    }

    static func post(_ name: String, _ fields: String, _ body: String = "", _ status: Int = 400) -> Attack {
        Attack(name, "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)", status)
    }

    static func target(_ target: String, _ status: Int = 400) -> Attack {
        Attack("target \(target.prefix(30))", "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", status)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct StrictnessTests {
    static let lines = [
        Attack("HTTP/0.9", "GET /\r\n\r\n"),
        Attack("HTTP/0.9 with version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        Attack("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        Attack("broken HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSMX", 505),
        Attack("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        Attack("HTTP/1.32", "GET / HTTP/1.32\r\nHost: a\r\n\r\n"),
        Attack("lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Attack("TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}"),
        Attack("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        Attack("QUERY", "QUERY / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        Attack("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501),
        Attack("unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Attack("method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Attack("method with junk", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("tab instead of space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("NUL in target", "GET /\u{0} HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("letters beyond ASCII in target", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("bare LF after request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        Attack("bare CR in request line", "GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n"),
        Attack("long target", "GET /\(String(repeating: "a", count: 8 * 1024)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        Attack("endless target", "GET /\(String(repeating: "a", count: 9 * 1024))", 414),
    ]

    static let fields = [
        Attack("no Host", "GET / HTTP/1.1\r\n\r\n"),
        .get("two Hosts", "Host: a"), .get("two Hosts in other case", "hOST: b"),
        Attack("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Attack("Host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Attack("Host with user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        Attack("two hosts in one Host", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        Attack("Host with port out of range", "GET / HTTP/1.1\r\nHost: a:70000\r\n\r\n"),
        Attack("Host with open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        Attack("space before first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        .get("obs-fold", "X: a\r\n b"), .get("obs-fold with tab", "X: a\r\n\tb"),
        .get("bare LF in fields", "X: a\nY: b"), .get("bare CR in value", "X: a\rb"),
        .get("bare CR before line end", "X: a\r\r\nY: b"),
        Attack("bare LF ends head", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        .get("space before colon", "X : a"), .get("tab before colon", "X\t: a"), .get("no colon", "X"),
        .get("empty name", ": a"), .get("NUL in name", "X\u{0}: a"), .get("NUL in value", "X: a\u{0}b"),
        .get("DEL in value", "X: a\u{7F}b"), .get("escape in value", "X: \u{1B}[0m"),
        .get("letters beyond ASCII in name", "Xé: a"), .get("underscore in name", "x_user_id: 1"),
        .get("parentheses in name", "X(1): a"), .get("unknown expectation", "Expect: 200-ok", 417),
        .get("two expectations", "Expect: 100-continue\r\nExpect: 100-continue", 417),
        .get("long head", "X: \(String(repeating: "a", count: 16 * 1024))", 431),
        .get("many fields", (0..<100).map { "x\($0): a" }.joined(separator: "\r\n"), 431),
    ]

    static let bodies =
        [
            Attack.post("CL and TE", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .post("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
            .post("two CL", "Content-Length: 5\r\nContent-Length: 6", "hello"),
            .post("two equal CL", "Content-Length: 5\r\nContent-Length: 5", "hello"),
            .post("two TE", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            Attack("TE in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            .post("body too long", "Content-Length: 1025", "", 413),
            .post(
                "chunked body too long", "Transfer-Encoding: chunked",
                "800\r\n\(String(repeating: "a", count: 2048))", 413),
        ]
        + ["5, 5", "+5", "-5", "0x5", "5_0", "", " ", "5 5", "18446744073709551616", "٥"].map {
            .post("CL '\($0)'", "Content-Length: \($0)", "hello")
        }
        + [
            "chunked, identity", "identity", "xchunked", "chunked, chunked", ",chunked", "gzip, chunked",
            "\"chunked\"", "",
        ].map {
            .post("TE '\($0)'", "Transfer-Encoding: \($0)", "0\r\n\r\n")
        }
        + [
            "0x1\r\na", "+1\r\na", "1 \r\na", " 1\r\na", "\r\na", "g\r\n", "1\na", "1\r\na0\r\n",
            "1;x\u{0}\r\na", "1;x\ny\r\na", "1;a=\(String(repeating: "a", count: 5000))", "0\r\nX y\r\n\r\n",
            "0\r\n\nx", "1\r\na\r0\r\n\r\n",
        ].map { .post("chunk \(String(reflecting: $0.prefix(12)))", "Transfer-Encoding: chunked", $0) }
        + [.post("chunk of 17 digits", "Transfer-Encoding: chunked", "00000000000000001\r\na", 413)]

    static let targets: [Attack] =
        [
            "/a/../b", "/..", "/.", "/a/./b", "/%2e%2e/a", "/a/%2E", "/a/.%2e/", "//", "//a", "/a//b", "/a%2fb",
            "/a%2Fb", "/a%5cb", "/a\\b", "/%00", "/a%0d%0ab", "/%7f", "/%c2%80", "/%", "/%2", "/%zz", "/%c0%ae%c0%ae/",
            "/%e0%80%af", "/%ff", "/%ed%a0%80", "/a#b", "/a?b#c", "a", "*", "http://b/", "https://a@b/", "ftp://a/",
            "http:///", "/a<b", "/\"",
        ].map { .target($0) }

    @Test(arguments: lines + fields + bodies + targets)
    func isRefusedAndReachesNobody(_ attack: Attack) async throws {
        let handler = RecordingHandler()
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send(attack.bytes)
            // A second request behind the first must not be served either; the server may have closed by now.
            try? await client.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == attack.status)
            #expect(response.fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
            await client.close()
        }
        #expect(handler.heads.allSatisfy { $0.method == "POST" && $0.path == "/" })
    }

    @Test func refusedRequestIsNotAnswered() async throws {
        let handler = RecordingHandler { _ in
            Issue.record("The handler ran.")
            return .text("")
        }
        try await withServer(handler) { server in
            for attack in Self.bodies {
                let client = try await RawClient(server)
                try await client.send(attack.bytes)
                _ = await client.rest()
            }
        }
    }
}
