import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(1)))
struct LimitsTests {
    @Test func slowHeadIsAnsweredAndClosed() async throws {
        try await withServer(RecordingHandler(), { $0.headTimeout = .milliseconds(50) }) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n")
            let response = try await client.response()
            #expect(response.status == 408)
            #expect(response.fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func slowBodyIsAnsweredAndClosed() async throws {
        try await withServer(RecordingHandler(), { $0.bodyTimeout = .milliseconds(50) }) { server in
            let client = try await RawClient(server)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel")
            #expect(try await client.response().status == 408)
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func bodyThatTricklesIsAnsweredAndClosed() async throws {
        try await withServer(RecordingHandler(), { $0.bodyGrace = .milliseconds(50) }) { server in
            let client = try await RawClient(server)
            try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nhel")
            #expect(try await client.response().status == 408)
        }
    }

    @Test func idleConnectionIsClosedWithoutAWord() async throws {
        try await withServer(RecordingHandler(), { $0.idleTimeout = .seconds(2) }) { server in
            let silent = try await RawClient(server)
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(await client.rest().isEmpty)
            #expect(await silent.rest().isEmpty)
        }
    }

    @Test func clientThatDoesNotReadIsCut() async throws {
        let body = ByteBuffer(repeating: 0x61, count: 16 << 20)
        let handler = RecordingHandler { _ in HTTPResponse(status: .ok, body: body) }
        try await withServer(handler, { $0.writeStallTimeout = .milliseconds(100) }) { server in
            let client = try await RawClient(server, reads: false)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 })
            #expect(await eventually { server.openConnections == 0 })
            await client.close()
        }
    }

    @Test func handlerThatTakesTooLongIsCancelled() async throws {
        let isCancelled = Signal()
        let handler = RecordingHandler { _ in
            await Signal().wait()
            if Task.isCancelled { isCancelled.fire() }
            return .text("late")
        }
        try await withServer(handler, { $0.requestTimeout = .milliseconds(50) }) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 503)
            #expect(response.body == "request_timeout")
            await isCancelled.wait()
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func handlerIsCancelledWhenTheClientGoesAway() async throws {
        let isCancelled = Signal()
        let handler = RecordingHandler { _ in
            await Signal().wait()
            if Task.isCancelled { isCancelled.fire() }
            return .text("to nobody")
        }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await eventually { handler.heads.count == 1 })
            await client.close()
            await isCancelled.wait()
        }
    }

    @Test func connectionsBeyondTheLimitAreRefused() async throws {
        for change in [{ $0.connectionsMax = 2 }, { $0.connectionsPerAddressMax = 2 }] as [(inout HTTPLimits) -> Void] {
            try await withServer(RecordingHandler(), change) { server in
                let first = try await RawClient(server)
                let second = try await RawClient(server)
                #expect(await eventually { server.openConnections == 2 })
                let third = try await RawClient(server)
                #expect(try await third.response().status == 503)
                #expect(await third.rest().isEmpty)
                await first.close()
                #expect(await eventually { server.openConnections == 1 })
                let fourth = try await RawClient(server)
                try await fourth.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await fourth.response().status == 200)
                await second.close()
                await fourth.close()
            }
        }
    }

    @Test func oldConnectionIsClosedAfterItsAnswer() async throws {
        try await withServer(RecordingHandler(), { $0.connectionAgeMax = .nanoseconds(1) }) { server in
            let client = try await RawClient(server)
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.response().fields["connection"] == "close")
            #expect(await client.rest().isEmpty)
        }
    }

    @Test func verdictsFollowTheLimits() {
        let limits = HTTPLimits.default
        #expect(limits.verdict(on: .head, after: .seconds(9), bodyBytes: 0) == .fine)
        #expect(limits.verdict(on: .head, after: .seconds(10), bodyBytes: 0) == .refuse(.timeout))
        #expect(limits.verdict(on: .body, after: .seconds(4), bodyBytes: 0) == .fine)
        #expect(limits.verdict(on: .body, after: .seconds(6), bodyBytes: 6 * 1024 - 1) == .refuse(.timeout))
        #expect(limits.verdict(on: .body, after: .seconds(6), bodyBytes: 6 * 1024) == .fine)
        #expect(limits.verdict(on: .body, after: .seconds(30), bodyBytes: 1 << 20) == .refuse(.timeout))
        #expect(limits.verdict(on: .idle, after: .seconds(60), bodyBytes: 0) == .close)
        #expect(limits.verdict(on: .answering, after: .seconds(30), bodyBytes: 0) == .refuse(.handlerTimeout))
        #expect(limits.verdict(on: .closing, after: .hours(1), bodyBytes: 0) == .fine)
        #expect(limits.sweepInterval == .milliseconds(500))
    }

    @Test func ipv6ClientsAreCountedByTheirNetwork() throws {
        let one = ClientAddress(try SocketAddress(ipAddress: "2001:db8:1:2::1", port: 1))
        let two = ClientAddress(try SocketAddress(ipAddress: "2001:db8:1:2:3::9", port: 2))
        let other = ClientAddress(try SocketAddress(ipAddress: "2001:db8:1:3::1", port: 1))
        let mapped = ClientAddress(try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 1))
        #expect(one.countedAs == two.countedAs)
        #expect(one.countedAs != other.countedAs)
        #expect(one.text == "2001:db8:1:2::1")
        #expect(mapped.text == "192.0.2.1")
        #expect(mapped.countedAs == "192.0.2.1")
    }

    @Test func datesAreWrittenAsHTTPWantsThem() {
        #expect(HTTPDate.text(epochSeconds: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(epochSeconds: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(epochSeconds: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
        #expect(HTTPDate.text(epochSeconds: 1_798_761_599) == "Thu, 31 Dec 2026 23:59:59 GMT")
    }
}
