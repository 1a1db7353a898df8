import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConversationTests {
    @Test func requestSentByteByByteIsUnderstood() async throws {
        let handler = RecordingHandler { .text(String(buffer: $0.body)) }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            let request =
                "POST /a%20b/c?d=%2F HTTP/1.1\r\nhOsT: Example.com:80 \r\nX: \t1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX: 2\r\n\r\n"
            for byte in request.utf8 { try await client.send([byte]) }
            #expect(try await client.response().body == "hello!")
            await client.close()
        }
        let head = try #require(handler.heads.first)
        #expect(head.method == "POST")
        #expect(head.target == "/a%20b/c?d=%2F")
        #expect(head.path == "/a b/c")
        #expect(head.pathSegments == ["a b", "c"])
        #expect(head.query == "d=%2F")
        #expect(head.host == "example.com:80")
        #expect(head.headers["x"] == ["1"])
        #expect(head.remoteAddress == "127.0.0.1")
        #expect(head.keepAlive)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let first = Signal()
        let handler = RecordingHandler { request in
            if request.head.path == "/1" { await first.wait() }
            return .text(request.head.path + String(buffer: request.body))
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 })
            first.fire()
            #expect(try await client.response().body == "/1")
            #expect(try await client.response().body == "/2abc")
            #expect(try await client.response().body == "/3")
            await client.close()
        }
    }

    @Test func thousandPipelinedRequestsAreServedOneByOne() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await RawClient(server)
            let fields = "Host: a\r\nX: \(String(repeating: "x", count: 300))\r\n\r\n"
            let requests = (0..<1000).map { "GET /\($0) HTTP/1.1\r\n" + fields }
            client.channel.writeAndFlush(ByteBuffer(string: requests.joined()), promise: nil)
            for number in 0..<1000 { #expect(try await client.response().body == "/\(number)") }
            await client.close()
        }
    }

    @Test func connectionIsKeptUntilTheClientSaysClose() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await RawClient(server)
            for _ in 0..<3 {
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let response = try await client.response()
                #expect(response.status == 200)
                #expect(response.fields["content-length"] == "1")
                #expect(response.fields["date"]?.hasSuffix(" GMT") == true)
                #expect(response.fields["server"] == nil)
                #expect(response.fields["connection"] != "close")
            }
            #expect(server.openConnections == 1)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await client.response().fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func oldVersionGetsOneAnswerUnlessItAsksForMore() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.response().fields["connection"] == "keep-alive")
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.response().fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func upgradeIsIgnoredAndCostsTheConnection() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await RawClient(server)
            try await client.send("GET /u HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            let response = try await client.response()
            #expect(response.body == "/u")
            #expect(response.fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func headHasTheLengthButNotTheBody() async throws {
        try await withServer(RecordingHandler { _ in .text("hello") }) { server in
            let client = try await RawClient(server)
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response(toHead: true).fields["content-length"] == "5")
            #expect(try await client.response().body == "hello")
            await client.close()
        }
    }

    @Test func bodyOfGetIsReadBeforeTheNextRequest() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await RawClient(server)
            try await client.send(
                "GET /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().body == "/1")
            #expect(try await client.response().body == "/2")
            await client.close()
        }
    }

    @Test func continueIsSentBeforeTheBodyAndOnlyWhenAdmitted() async throws {
        let request = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: "
        try await withServer(RecordingHandler { .text(String(buffer: $0.body)) }) { server in
            let client = try await RawClient(server)
            try await client.send(request + "2\r\n\r\n")
            #expect(try await client.response().status == 100)
            try await client.send("hi")
            #expect(try await client.response().body == "hi")
            try await client.send(request + "1025\r\n\r\n")
            #expect(try await client.response().status == 413)
            #expect(await client.rest().isEmpty)
        }
        try await withServer(RecordingHandler(rejection: .text("no", status: .unauthorized))) { server in
            let client = try await RawClient(server)
            try await client.send(request + "2\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(response.fields["connection"] == "close")
        }
    }

    @Test func rejectedRequestWithoutBodyKeepsTheConnection() async throws {
        try await withServer(RecordingHandler(rejection: .text("no", status: .forbidden))) { server in
            let client = try await RawClient(server)
            try await client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().status == 403)
            #expect(try await client.response().status == 403)
            await client.close()
        }
    }

    @Test func longBodyTravelsBothWays() async throws {
        let handler = RecordingHandler(bodyBytesMax: 4 << 20) { HTTPResponse(status: .ok, body: $0.body) }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            let body = String(repeating: "0123456789abcdef", count: 1 << 16)
            try await client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(try await client.response().body == body)
            await client.close()
        }
    }

    @Test func answerWithALineBreakInAFieldIsNotSent() async throws {
        let handler = RecordingHandler { _ in HTTPResponse(status: .ok, headers: ["location": "/\r\nx: y"]) }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 500)
            #expect(response.fields["x"] == nil)
            await client.close()
        }
    }

    @Test func noContentHasNoLength() async throws {
        try await withServer(RecordingHandler { _ in HTTPResponse(status: .noContent) }) { server in
            let client = try await RawClient(server)
            try await client.send("DELETE / HTTP/1.1\r\nHost: a\r\n\r\nDELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
            for _ in 0..<2 {
                let response = try await client.response()
                #expect(response.status == 204)
                #expect(response.fields["content-length"] == nil)
            }
            await client.close()
        }
    }
}
