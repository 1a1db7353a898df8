import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DrainTests {
    @Test func requestInFlightIsAnsweredAndIdleConnectionsCloseAtOnce() async throws {
        let mayAnswer = Signal()
        let handler = RecordingHandler { _ in
            await mayAnswer.wait()
            return .text("done")
        }
        try await withServer(handler) { server in
            let idle = try await RawClient(server)
            let busy = try await RawClient(server)
            try await busy.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 && server.openConnections == 2 })
            async let drained: Void = server.drain(within: .seconds(60))
            #expect(await idle.rest().isEmpty)
            await #expect(throws: (any Error).self) { try await RawClient(server) }
            mayAnswer.fire()
            let response = try await busy.response()
            #expect(response.body == "done")
            #expect(response.fields["connection"] == "close")
            #expect(await busy.rest().isEmpty)
            await drained
            #expect(server.openConnections == 0)
        }
    }

    @Test func answerOnItsWayIsDeliveredWhole() async throws {
        let body = ByteBuffer(repeating: 0x61, count: 16 << 20)
        let handler = RecordingHandler { _ in HTTPResponse(status: .ok, body: body) }
        try await withServer(handler) { server in
            let client = try await RawClient(server, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 })
            async let drained: Void = server.drain(within: .seconds(60))
            try await client.channel.setOption(.autoRead, value: true).get()
            #expect(await client.rest().utf8.count > body.readableBytes)
            await drained
        }
    }

    @Test func whatIsNotDoneInTimeIsCut() async throws {
        let handler = RecordingHandler { _ in
            await Signal().wait()
            return .text("too late")
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 })
            await server.drain(within: .milliseconds(50))
            #expect(server.openConnections == 0)
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func portInUseIsSaidInOneLine() async throws {
        try await withServer(RecordingHandler()) { first in
            let second = HTTPServer(
                host: "127.0.0.1", port: first.localPort, group: MultiThreadedEventLoopGroup.singleton,
                handler: RecordingHandler(), faults: { .text($0.code, status: $0.status) },
                logger: Logger(label: "test"))
            let address = "127.0.0.1:\(first.localPort)"
            await #expect(throws: HTTPServerError.portInUse(address)) { try await second.start() }
            #expect(HTTPServerError.portInUse(address).description == "\(address) is in use by another process")
        }
    }

    @Test func serverStartsOnce() async throws {
        try await withServer(RecordingHandler()) { server in
            await #expect(throws: HTTPServerError.alreadyStarted) { try await server.start() }
        }
    }
}
