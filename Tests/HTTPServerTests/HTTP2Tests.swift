import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTP2Tests {
    // MARK: Conversation

    @Test func getAndPostAreAnsweredOnOneConnection() async throws {
        let handler = RecordingHandler { .text($0.head.path + String(buffer: $0.body)) }
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.get("/a%20b?c=d", ["x": " 1 ", "te": "trailers"]), on: 1)
            let got = try #require(try await client.outcome(of: 1).answer)
            #expect(got.status == 200)
            #expect(got.body == "/a b")
            #expect(got.fields["content-length"] == "4")
            #expect(got.fields["date"]?.hasSuffix(" GMT") == true)
            #expect(got.fields["connection"] == nil)
            await client.request(.request("POST", "/", ["content-length": "6"]), [], on: 3)
            await client.data("hel", on: 3)
            await client.data("lo!", .endStream, on: 3)
            #expect(try await client.outcome(of: 3).answer?.body == "/hello!")
            await client.close()
        }
        let head = try #require(handler.heads.first)
        #expect(handler.heads.map(\.method) == ["GET", "POST"])
        #expect(handler.heads.map(\.hasBody) == [false, true])
        #expect(head.target == "/a%20b?c=d")
        #expect(head.query == "c=d")
        #expect(head.host == "a")
        #expect(head.version == "2")
        #expect(head.headers["x"] == ["1"])
        #expect(head.headers.allSatisfy { !$0.name.hasPrefix(":") })
    }

    @Test func slowAnswerHoldsUpNoOther() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { request in
            if request.head.path == "/slow" { await mayAnswer.wait() }
            return .text(request.head.path)
        }
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.get("/slow"), on: 1)
            await client.request(.get("/fast"), on: 3)
            #expect(try await client.outcome(of: 3).answer?.body == "/fast")
            mayAnswer.fire()
            #expect(try await client.outcome(of: 1).answer?.body == "/slow")
            await client.close()
        }
    }

    @Test func headHasTheLengthButNotTheBody() async throws {
        try await withServer(RecordingHandler { _ in .text("hello") }) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("HEAD"), on: 1)
            let answer = try #require(try await client.outcome(of: 1).answer)
            #expect(answer.fields["content-length"] == "5")
            #expect(answer.body.isEmpty)
            await client.close()
        }
    }

    @Test func cookiesOfSeveralFieldsAreOneForTheHandler() async throws {
        let handler = RecordingHandler()
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.get("/", ["cookie": "a=1", "x": "y", "cookie": "b=2"]), on: 1)
            #expect(try await client.outcome(of: 1).answer?.status == 200)
            await client.close()
        }
        #expect(handler.heads.first?.headers["cookie"] == ["a=1; b=2"])
    }

    @Test func bodyIsAskedForAndItsTrailersAreNotRead() async throws {
        let handler = RecordingHandler { .text(String(buffer: $0.body)) }
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST", "/", ["expect": "100-continue"]), [], on: 1)
            await client.data("hello", on: 1)
            await client.request(["x": "y"], .endStream, on: 1)
            #expect(try await client.outcome(of: 1).answer?.body == "hello")
            #expect(client.interim == [100])
            await client.close()
        }
        #expect(handler.heads.first?.headers["x"] == [])
    }

    @Test func answerLargerThanTheWindowArrivesWhole() async throws {
        let body = String(repeating: "0123456789", count: 30_000)
        try await withServer(RecordingHandler { _ in .text(body) }) { server in
            let client = try await HTTP2Client(server)
            await client.request(.get(), on: 1)
            #expect(try await client.outcome(of: 1).answer?.body == body)
            await client.close()
        }
    }

    @Test func streamedAnswerArrivesPieceByPiece() async throws {
        let handler = RecordingHandler { _ in
            HTTPResponse(status: .ok, headers: [:]) { writer in
                for piece in ["a", "b", "c"] { try await writer.write(ByteBuffer(string: piece)) }
            }
        }
        try await withServer(handler) { server in
            let client = try await HTTP2Client(server)
            await client.request(.get(), on: 1)
            #expect(try await client.outcome(of: 1).answer?.body == "abc")
            await client.close()
        }
    }

    // MARK: Bodies that are not wanted

    @Test func tooLongBodyIsAnsweredBeforeTheResetAndCostsOneStreamOnly() async throws {
        try await withServer(RecordingHandler(bodyBytesMax: 4)) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST"), [], on: 1)
            await client.data("hello", on: 1)
            let answer = try #require(try await client.outcome(of: 1).answer)
            #expect(answer.status == 413)
            #expect(answer.body == "body_too_large")
            #expect(try await client.reset(of: 1) == 0)
            await client.request(.request("POST", "/", ["content-length": "5"]), [], on: 3)
            #expect(try await client.outcome(of: 3).answer?.body == "body_too_large")
            await client.request(.get("/next"), on: 5)
            #expect(try await client.outcome(of: 5).answer?.body == "/next")
            await client.close()
        }
    }

    @Test func rejectionLargerThanTheWindowArrivesWhole() async throws {
        let reasons = String(repeating: "because ", count: 20_000)
        try await withServer(RecordingHandler(rejection: .text(reasons, status: .forbidden))) { server in
            let client = try await HTTP2Client(server)
            await client.request(.request("POST"), [], on: 1)
            let answer = try #require(try await client.outcome(of: 1).answer)
            #expect(answer.status == 403)
            #expect(answer.body == reasons)
            #expect(try await client.reset(of: 1) == 0)
            await client.close()
        }
    }

    // MARK: Ending

    @Test func idleConnectionIsToldAndEnds() async throws {
        try await withServer(RecordingHandler()) {
            $0.idleTimeout = .seconds(3)
        } body: { server in
            let client = try await HTTP2Client(server, request: .get())
            #expect(try await client.outcome(of: 1).answer?.status == 200)
            try await client.end()
            #expect(client.goAways.last == HTTP2Client.GoAway(lastStream: 1, code: 0))
        }
    }

    @Test func connectionWithARequestIsNotIdle() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { _ in
            await mayAnswer.wait()
            return .text("done")
        }
        try await withServer(handler) {
            $0.idleTimeout = .seconds(3)
        } body: { server in
            let busy = try await HTTP2Client(server, request: .get())
            #expect(await eventually { handler.heads.count == 1 })
            try await HTTP2Client(server).end()
            mayAnswer.fire()
            #expect(try await busy.outcome(of: 1).answer?.body == "done")
            try await busy.end()
        }
    }

    @Test func oldConnectionIsToldAndItsRequestFinishes() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { _ in
            await mayAnswer.wait()
            return .text("done")
        }
        try await withServer(handler) {
            $0.connectionAgeMax = .seconds(3)
        } body: { server in
            let client = try await HTTP2Client(server, request: .get())
            #expect(try await client.goAways(2).last == HTTP2Client.GoAway(lastStream: 1, code: 0))
            mayAnswer.fire()
            #expect(try await client.outcome(of: 1).answer?.body == "done")
            try await client.end()
        }
    }

    @Test func drainSaysGoodbyeAndTheRunningRequestFinishes() async throws {
        let mayAnswer = Signal()
        let body = String(repeating: "0123456789", count: 30_000)
        let handler = RecordingHandler { _ in
            await mayAnswer.wait()
            return .text(body)
        }
        try await withServer(handler) { server in
            let idle = try await HTTP2Client(server)
            let busy = try await HTTP2Client(server)
            await busy.request(.get(), on: 1)
            #expect(await eventually { handler.heads.count == 1 })
            async let drained: Void = server.drain(within: .seconds(60))
            #expect(
                try await busy.goAways(2) == [
                    HTTP2Client.GoAway(lastStream: 0x7FFF_FFFF, code: 0), HTTP2Client.GoAway(lastStream: 1, code: 0),
                ])
            try await idle.end()
            #expect(idle.goAways.last == HTTP2Client.GoAway(lastStream: 0, code: 0))
            mayAnswer.fire()
            #expect(try await busy.outcome(of: 1).answer?.body == body)
            try await busy.end()
            await drained
            #expect(server.openConnections == 0)
        }
    }

    @Test func requestThatCrossesTheGoodbyeIsAnswered() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { request in
            if request.head.path == "/" { await mayAnswer.wait() }
            return .text("done")
        }
        try await withServer(handler) {
            $0.http2GoodbyeTimeout = .seconds(60)
        } body: { server in
            let client = try await HTTP2Client(server, request: .get())
            #expect(await eventually { handler.heads.count == 1 })
            async let drained: Void = server.drain(within: .seconds(60))
            _ = try await client.goAways(1)
            // Before the answer to the ping, so the server does not know yet whether the client heard it.
            await client.request(.get("/late"), on: 3)
            #expect(try await client.outcome(of: 3).answer?.body == "done")
            mayAnswer.fire()
            #expect(try await client.outcome(of: 1).answer?.body == "done")
            try await client.end()
            await drained
            #expect(client.goAways.map(\.code).allSatisfy { $0 == 0 })
        }
    }

    @Test func requestThatCrossesTheGoodbyeOfAnIdleConnectionIsAnswered() async throws {
        try await withServer(RecordingHandler()) {
            $0.http2GoodbyeTimeout = .seconds(60)
        } body: { server in
            let client = try await HTTP2Client(server)
            async let drained: Void = server.drain(within: .seconds(60))
            _ = try await client.goAways(1)
            await client.request(.get("/late"), on: 1)
            #expect(try await client.outcome(of: 1).answer?.status == 200)
            try await client.end()
            await drained
            #expect(
                client.goAways == [
                    HTTP2Client.GoAway(lastStream: 0x7FFF_FFFF, code: 0), HTTP2Client.GoAway(lastStream: 1, code: 0),
                ])
        }
    }

    @Test func clientThatAnswersNoPingIsNotWaitedForLong() async throws {
        try await withServer(RecordingHandler()) { server in
            let client = try await HTTP2Client(server)
            client.answersPings = false
            async let drained: Void = server.drain(within: .seconds(30))
            try await client.end()
            await drained
            #expect(client.goAways.count == 2)
        }
    }
}
