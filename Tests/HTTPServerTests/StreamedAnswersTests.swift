import HTTPServer
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StreamedAnswersTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let lastGet = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let piece = ByteBuffer(repeating: 0x61, count: 64 * 1024)

    private struct Trouble: Error {}

    private static func handler(_ stream: @escaping HTTPResponse.Stream) -> RecordingHandler {
        RecordingHandler { _ in HTTPResponse(status: .ok, headers: ["content-type": "text/plain"], stream: stream) }
    }

    /// Two pieces and, between them, nothing.
    private static let greeting = handler { writer in
        try await writer.write(ByteBuffer(string: "hello"))
        try await writer.write(ByteBuffer())
        try await writer.write(ByteBuffer(string: "0123456789abcdef"))
    }

    // MARK: Framing

    @Test func piecesAreChunksAndTheConnectionIsKept() async throws {
        try await withServer(Self.greeting) { server in
            let client = try await RawClient(server)
            try await client.send(Self.get + Self.lastGet)
            let text = await client.rest()
            let body = "\r\n\r\n5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
            #expect(text.contains("transfer-encoding: chunked\r\n"))
            #expect(!text.contains("content-length"))
            #expect(text.contains(body + "HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix(body))
        }
    }

    @Test func oldVersionReadsUntilTheEnd() async throws {
        try await withServer(Self.greeting) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let text = await client.rest()
            #expect(text.contains("connection: close\r\n"))
            #expect(!text.contains("transfer-encoding"))
            #expect(!text.contains("content-length"))
            #expect(text.hasSuffix("\r\n\r\nhello0123456789abcdef"))
        }
    }

    @Test func headIsAnsweredWithoutStarting() async throws {
        let starts = Mutex(0)
        let handler = Self.handler { _ in starts.withLock { $0 += 1 } }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.response(toHead: true)
            #expect(response.status == 200)
            #expect(response.fields["content-length"] == nil)
            #expect(starts.withLock { $0 } == 0)
            try await client.send(Self.lastGet)
            let text = await client.rest()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\n0\r\n\r\n"))
            #expect(starts.withLock { $0 } == 1)
        }
    }

    @Test func streamThatThrowsEndsWithoutItsLastChunk() async throws {
        let handler = Self.handler { writer in
            try await writer.write(ByteBuffer(string: "hello"))
            throw Trouble()
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send(Self.get + Self.lastGet)
            #expect(await client.rest().hasSuffix("\r\n\r\n5\r\nhello\r\n"))
        }
        #expect(handler.heads.count == 1)
    }

    @Test func streamThatThrowsIsResetInHTTP2() async throws {
        let isOver = Signal()
        let handler = Self.handler { writer in
            defer { isOver.fire() }
            try await writer.write(ByteBuffer(string: "hello"))
            throw Trouble()
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            // GET, /, http of the static table (RFC 7541, appendix A) and the authority "a" as a literal.
            let fields: [UInt8] = [0x82, 0x84, 0x86, 0x01, 0x01, 0x61]
            try await client.send(
                Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
                    + [0, 0, UInt8(fields.count), 1, 0x05, 0, 0, 0, 1] + fields)
            await isOver.wait()
            async let drained: Void = server.drain(within: .seconds(60))
            let received = Array(await client.rest().utf8)
            let data: [UInt8] = [0, 0, 5, 0, 0, 0, 0, 0, 1] + Array("hello".utf8)
            let reset: [UInt8] = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 2]
            #expect(received.firstRange(of: data) != nil)
            #expect(received.firstRange(of: reset) != nil)
            await drained
        }
    }

    // MARK: Clients that are behind

    @Test func writerWaitsForAClientThatDoesNotReadUntilItIsCutOff() async throws {
        let all = 1024  // 64 MiB
        let written = Mutex(0)
        let isOver = Signal()
        let isCancelled = Mutex(false)
        let handler = Self.handler { writer in
            defer { isOver.fire() }
            do {
                for _ in 0..<all {
                    try await writer.write(Self.piece)
                    written.withLock { $0 += 1 }
                }
            } catch is CancellationError {
                isCancelled.withLock { $0 = true }
            }
        }
        try await withServer(handler, { $0.writeStallTimeout = .seconds(1) }) { server in
            let client = try await RawClient(server, reads: false)
            try await client.send(Self.get)
            await isOver.wait()
            #expect(isCancelled.withLock { $0 })
            // What the two sockets hold is the system's choice.
            #expect((1..<all / 2).contains(written.withLock { $0 }))
            #expect(await eventually { server.openConnections == 0 })
            await client.close()
        }
    }

    @Test func writerGoesOnWhenTheClientReadsAgain() async throws {
        let count = 256
        let written = Mutex(0)
        let handler = Self.handler { writer in
            for _ in 0..<count {
                try await writer.write(Self.piece)
                written.withLock { $0 += 1 }
            }
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server, reads: false)
            try await client.send(Self.lastGet)
            #expect(await eventually { written.withLock { $0 } > 0 })
            try await client.channel.setOption(.autoRead, value: true).get()
            let text = await client.rest()
            #expect(text.utf8.count > count * Self.piece.readableBytes)
            #expect(text.hasSuffix("a\r\n0\r\n\r\n"))
            #expect(written.withLock { $0 } == count)
        }
    }

    @Test func quietStreamOutlivesEveryTimeout() async throws {
        let mayEnd = Signal()
        let handler = Self.handler { writer in
            try await writer.write(ByteBuffer(string: "first"))
            await mayEnd.wait()
            try await writer.write(ByteBuffer(string: "last"))
        }
        let time = TimeAmount.seconds(2)
        let change: (inout HTTPLimits) -> Void = { limits in
            limits.headTimeout = time
            limits.bodyTimeout = time
            limits.writeStallTimeout = time
            limits.idleTimeout = time
            limits.requestTimeout = time
        }
        try await withServer(handler, change) { server in
            let client = try await RawClient(server)
            try await client.send(Self.lastGet)
            #expect(try await client.response().status == 200)
            // Another one comes and is closed meanwhile, for want of a request.
            #expect(try await RawClient(server).rest().isEmpty)
            mayEnd.fire()
            #expect(await client.rest() == "5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n")
        }
    }

    // MARK: Clients that go away

    @Test func quietStreamEndsWithItsClient() async throws {
        let error = Mutex<(any Error)?>(nil)
        let isOver = Signal()
        let handler = Self.handler { writer in
            defer { isOver.fire() }
            try await writer.write(ByteBuffer(string: "hello"))
            // Nobody fires it: the task is cancelled.
            await Signal().wait()
            do { try await writer.write(ByteBuffer(string: "to nobody")) } catch let thrown {
                error.withLock { $0 = thrown }
            }
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send(Self.get)
            #expect(try await client.response().status == 200)
            await client.close()
            await isOver.wait()
            #expect(error.withLock { $0 is CancellationError })
        }
    }

    @Test func writerInMidstreamLearnsThatTheClientIsGone() async throws {
        let written = Mutex(0)
        let error = Mutex<(any Error)?>(nil)
        let isOver = Signal()
        let handler = Self.handler { writer in
            defer { isOver.fire() }
            do {
                while true {
                    try await writer.write(Self.piece)
                    written.withLock { $0 += 1 }
                }
            } catch let thrown {
                error.withLock { $0 = thrown }
            }
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server, reads: false)
            try await client.send(Self.get)
            #expect(await eventually { written.withLock { $0 } > 0 })
            await client.close()
            await isOver.wait()
            #expect(error.withLock { $0 is CancellationError })
        }
    }

    // MARK: Draining

    @Test func drainEndsAnOpenStreamInGoodOrder() async throws {
        let handler = Self.handler { writer in
            try await writer.write(ByteBuffer(string: "hello"))
            await Signal().wait()
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send(Self.get)
            #expect(try await client.response().status == 200)
            async let drained: Void = server.drain(within: .seconds(60))
            #expect(await client.rest() == "5\r\nhello\r\n0\r\n\r\n")
            await drained
            #expect(server.openConnections == 0)
        }
    }

    @Test func streamThatBeginsWhileTheServerDrainsIsNotWaitedFor() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { _ in
            await mayAnswer.wait()
            return HTTPResponse(status: .ok, headers: [:]) { _ in await Signal().wait() }
        }
        try await withServer(handler) { server in
            let idle = try await RawClient(server)
            let client = try await RawClient(server)
            try await client.send(Self.get)
            #expect(await eventually { handler.heads.count == 1 && server.openConnections == 2 })
            async let drained: Void = server.drain(within: .seconds(60))
            // The server has closed it, so it drains.
            #expect(await idle.rest().isEmpty)
            mayAnswer.fire()
            #expect(try await client.response().status == 200)
            #expect(await client.rest() == "0\r\n\r\n")
            await drained
        }
    }
}
