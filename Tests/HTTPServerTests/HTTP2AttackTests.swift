import HTTPServer
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

private typealias Fields = HTTP2Client.Fields

/// A request that must not reach the handler.
struct Malformed: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fields: HTTP2Client.Fields

    init(_ name: String, _ fields: HTTP2Client.Fields) {
        testDescription = name
        self.fields = fields
    }

    /// A GET that would be served without these fields.
    static func get(_ name: String, _ more: HTTP2Client.Fields) -> Malformed {
        Malformed(name, .get("/", more))
    }
}

/// Frames that cost a server more than their sender.
struct Flood: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]

    init(_ name: String, count: Int = 1000, first: [UInt8] = [], _ frame: (UInt32) -> [UInt8]) {
        testDescription = name
        bytes = first + (0..<UInt32(count)).flatMap { frame(2 * $0 + 1) }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct HTTP2AttackTests {
    // MARK: Malformed requests

    static let malformed = [
        Malformed.get("te: gzip", ["te": "gzip"]), .get("connection", ["connection": "close"]),
        .get("keep-alive", ["keep-alive": "timeout=5"]), .get("proxy-connection", ["proxy-connection": "close"]),
        .get("transfer-encoding", ["transfer-encoding": "chunked"]), .get("upgrade", ["upgrade": "h2c"]),
        .get("upper-case name", ["X-User": "1"]), .get("name with space", ["x y": "1"]),
        .get("name with colon", ["x:y": "1"]), .get("name with line break", ["x\r\ny": "1"]),
        .get("name beyond ASCII", ["xé": "1"]), .get("underscore in name", ["x_user_id": "1"]),
        .get("empty name", ["": "1"]), .get("CR in value", ["x": "a\rb"]), .get("LF in value", ["x": "a\nb"]),
        .get("line break in value", ["x": "a\r\ny: b"]), .get("NUL in value", ["x": "a\u{0}b"]),
        .get("DEL in value", ["x": "a\u{7F}b"]), .get("escape in value", ["x": "\u{1B}[0m"]),
        .get("many fields", Fields((0..<101).map { ("x\($0)", "a") })),
        .get("unknown expectation", ["expect": "200-ok"]), .get("two hosts", ["host": "a", "host": "a"]),
        .get("host is not the authority", ["host": "b"]),
        .get("length that is none", ["content-length": "x"]), .get("negative length", ["content-length": "-1"]),
        .get("two lengths", ["content-length": "0", "content-length": "1"]),
    ]

    static let pseudo = [
        Malformed.get("duplicate :path", [":path": "/"]), .get("duplicate :method", [":method": "GET"]),
        .get("duplicate :authority", [":authority": "a"]), .get("duplicate :scheme", [":scheme": "http"]),
        .get("late pseudo-header", ["x": "1", ":path": "/"]), .get("unknown pseudo-header", [":user": "1"]),
        .get(":status", [":status": "200"]), .get(":protocol", [":protocol": "websocket"]), .get(":", [":": "1"]),
        Malformed("late :path", [":method": "GET", ":scheme": "http", ":authority": "a", "x": "1", ":path": "/"]),
        Malformed("no :path", [":method": "GET", ":scheme": "http", ":authority": "a"]),
        Malformed("no :method", [":scheme": "http", ":authority": "a", ":path": "/"]),
        Malformed("no :scheme", [":method": "GET", ":authority": "a", ":path": "/"]),
        Malformed("no :authority", [":method": "GET", ":scheme": "http", ":path": "/"]),
        Malformed("nothing", [:]),
        Malformed(
            ":authority with user", [":method": "GET", ":scheme": "http", ":authority": "u@a", ":path": "/"]),
        Malformed("empty :authority", [":method": "GET", ":scheme": "http", ":authority": "", ":path": "/"]),
        Malformed("empty :path", .get("")), Malformed(":path with space", .get("/a b")),
        Malformed(":path without slash", .get("a")), Malformed(":path is a URI", .get("http://a/")),
        Malformed(":path with fragment", .get("/#a")), Malformed(":path with line break", .get("/\r\nx: y")),
        Malformed(":path with NUL", .get("/\u{0}")), Malformed(":path beyond ASCII", .get("/é")),
        Malformed(":path of another request", .get("/ HTTP/1.1")), Malformed("GET *", .get("*")),
        Malformed("long :path", .get("/" + String(repeating: "a", count: 8 * 1024))),
        Malformed("TRACE", .request("TRACE")), Malformed("CONNECT", [":method": "CONNECT", ":authority": "a:443"]),
        Malformed("CONNECT with :path", .request("CONNECT")), Malformed("unknown method", .request("BREW")),
        Malformed("method in lower case", .request("get")), Malformed("empty method", .request("")),
        Malformed("method with line break", .request("GET / HTTP/1.1\r\nx: y\r\n\r\nGET")),
        Malformed(
            "extended CONNECT",
            [
                ":method": "CONNECT", ":protocol": "websocket", ":scheme": "http", ":authority": "a", ":path": "/",
            ]),
    ]

    @Test(arguments: malformed + pseudo) func malformedRequestIsRefusedUnseen(_ request: Malformed) async throws {
        let handler = RecordingHandler()
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(request.fields, on: 1)
            #expect(try await client.outcome(of: 1).isRefusal)
            #expect(handler.heads.isEmpty)
            try await expectServed(by: server)
            await client.close()
        }
        #expect(handler.heads.count == 1)
    }

    @Test(arguments: [("5", "abc"), ("2", "abc"), ("1", ""), ("0", "a")])
    func bodyOfAnotherLengthIsNeverAnswered(_ length: String, _ body: String) async throws {
        let answered = Mutex<[String]>([])
        let handler = RecordingHandler { request in
            answered.withLock { $0.append(request.head.path) }
            return .text("")
        }
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST", "/wrong", ["content-length": length]), [], on: 1)
            await client.data(body, .endStream, on: 1)
            #expect(try await client.outcome(of: 1).isRefusal)
            try await expectServed(by: server)
            await client.close()
        }
        #expect(answered.withLock { $0 } == ["/served"])
    }

    @Test func announcedBodyThatNeverBeginsIsRefusedUnseen() async throws {
        let handler = RecordingHandler()
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST", "/", ["content-length": "5"]), on: 1)
            #expect(try await client.outcome(of: 1).isRefusal)
            #expect(handler.heads.isEmpty)
            try await expectServed(by: server)
            await client.close()
        }
    }

    // MARK: Floods

    static let floods = [
        Flood("CONTINUATION", first: HTTP2Client.frame(.headers, on: 1, payload: Fields.get().block)) { _ in
            HTTP2Client.frame(.continuation, on: 1)
        },
        Flood("rapid reset", count: 500) { stream in
            HTTP2Client.headers(.get(), on: stream)
                + HTTP2Client.frame(.reset, on: stream, payload: HTTP2Client.bytes(UInt32(8)))
        },
        Flood("malformed requests", count: 500) { HTTP2Client.headers(.get("/", ["te": "gzip"]), on: $0) },
        Flood("SETTINGS") { _ in HTTP2Client.frame(.settings) },
        Flood("SETTINGS acknowledged") { _ in HTTP2Client.frame(.settings, .acknowledge) },
        Flood("PING") { _ in HTTP2Client.frame(.ping, payload: Array(repeating: 0, count: 8)) },
        Flood("PRIORITY") { HTTP2Client.frame(.priority, on: $0, payload: [0, 0, 0, 0, 1]) },
        Flood("empty DATA", first: HTTP2Client.headers(.request("POST"), [], on: 1)) { _ in
            HTTP2Client.frame(.data, on: 1)
        },
    ]

    @Test(arguments: floods) func floodEndsItsConnectionAndNoOther(_ flood: Flood) async throws {
        try await withServer(RecordingHandler()) {
            $0.http2ResetsMax = 20
        } body: { server in
            let other = try await HTTP2Client(server)
            let client = try await HTTP2Client(server)
            await client.send(flood.bytes)
            try await client.end()
            await other.request(.get(), on: 1)
            #expect(try await other.outcome(of: 1).answer?.status == 200)
            try await expectServed(by: server)
            await other.close()
        }
    }

    // MARK: Too much

    static let lists = [
        Flood("one frame above the frame size", count: 1) {
            HTTP2Client.headers(.get("/", ["x": String(repeating: "a", count: 64 * 1024)]), on: $0)
        },
        Flood(
            "continued list", count: 8,
            first: HTTP2Client.frame(.headers, .endStream, on: 1, payload: Fields.get().block)
        ) { _ in
            let fields: Fields = ["x": String(repeating: "a", count: 8 * 1024)]
            return HTTP2Client.frame(.continuation, on: 1, payload: fields.block)
        },
        // RFC 7541 §6.2.1: one entry for the table, then (§6.1) named a thousand times with one byte each.
        Flood("small block, large list", count: 1) { stream in
            let entry = [0x40] + Fields.string("x") + Fields.string(String(repeating: "a", count: 3000))
            return HTTP2Client.frame(
                .headers, [.endStream, .endHeaders], on: stream,
                payload: Fields.get().block + entry + Array(repeating: 0x80 | 62, count: 1000))
        },
    ]

    @Test(arguments: lists) func listAboveTheLimitIsRefusedUnseen(_ list: Flood) async throws {
        let handler = RecordingHandler()
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.send(list.bytes)
            #expect(try await client.outcome(of: 1).isRefusal)
            #expect(handler.heads.isEmpty)
            try await expectServed(by: server)
            await client.close()
        }
    }

    @Test func streamsAboveTheLimitAreRefused() async throws {
        let handler = RecordingHandler { request in
            if request.head.path == "/wait" { await Signal().wait() }
            return .text("")
        }
        try await withServer(handler) {
            $0.http2StreamsMax = 2
        } body: { server in
            let client = try await HTTP2Client(server)
            for stream: UInt32 in [1, 3, 5] { await client.request(.get("/wait"), on: stream) }
            #expect(try await client.outcome(of: 5).isRefusal)
            #expect(handler.heads.count <= 2)
            try await expectServed(by: server)
            await client.close()
        }
    }

    // MARK: Too slow

    @Test func stalledBodyIsRefusedInTime() async throws {
        try await withServer(RecordingHandler()) {
            $0.bodyTimeout = .milliseconds(50)
        } body: { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST"), [], on: 1)
            await client.data("a", on: 1)
            let answer = try #require(try await client.outcome(of: 1).answer)
            #expect(answer.status == 408)
            #expect(answer.body == "timeout")
            await client.request(.get("/next"), on: 3)
            #expect(try await client.outcome(of: 3).answer?.body == "/next")
            await client.close()
        }
    }

    @Test func readerWithoutWindowIsResetInTime() async throws {
        try await withServer(RecordingHandler()) {
            $0.writeStallTimeout = .milliseconds(300)
        } body: { server in
            let initialWindowSize: UInt16 = 4
            let client = try await HTTP2Client(server, settings: [(initialWindowSize, 0)])
            await client.request(.get(), on: 1)
            await client.request(.request("POST"), [], on: 3)
            await client.data(String(repeating: "a", count: 2000), on: 3)
            #expect(try await client.reset(of: 1) != nil)
            #expect(try await client.reset(of: 3) != nil)
            await client.request(.request("HEAD"), on: 5)
            #expect(try await client.outcome(of: 5).answer?.status == 200)
            await client.close()
        }
    }

    @Test func streamedAnswerWithoutAReaderIsResetInTime() async throws {
        let handler = RecordingHandler { _ in
            HTTPResponse(status: .ok, headers: [:]) { writer in
                while true { try await writer.write(ByteBuffer(repeating: 0x61, count: 16 * 1024)) }
            }
        }
        try await withServer(handler) {
            $0.writeStallTimeout = .milliseconds(300)
        } body: { server in
            let initialWindowSize: UInt16 = 4
            let client = try await HTTP2Client(server, settings: [(initialWindowSize, 0)])
            await client.request(.get(), on: 1)
            #expect(try await client.reset(of: 1) != nil)
            await client.close()
        }
    }

    @Test func slowHandlerIsAnsweredFor() async throws {
        let handler = RecordingHandler { _ in
            await Signal().wait()
            return .text("too late")
        }
        try await withServer(handler) {
            $0.requestTimeout = .milliseconds(50)
        } body: { server in
            let client = try await HTTP2Client(server)
            await client.request(.get(), on: 1)
            let answer = try #require(try await client.outcome(of: 1).answer)
            #expect(answer.status == 503)
            #expect(answer.body == "request_timeout")
            await client.close()
        }
    }

    // MARK: Afterwards

    /// What was done to one connection is nothing to the next.
    private func expectServed(by server: HTTPServer) async throws {
        let client = try await HTTP2Client(server)
        await client.request(.get("/served"), on: 1)
        #expect(try await client.outcome(of: 1).answer?.status == 200)
        await client.close()
    }
}
