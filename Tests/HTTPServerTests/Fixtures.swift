import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// A handler made of two closures, which remembers what reached it.
final class RecordingHandler: HTTPHandler {
    private let seen = Mutex<[HTTPHead]>([])
    private let bodyBytesMax: Int
    private let rejection: HTTPResponse?
    private let answer: @Sendable (HTTPRequest) async -> HTTPResponse

    init(
        bodyBytesMax: Int = 1024, rejection: HTTPResponse? = nil,
        answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse = { .text($0.head.path) }
    ) {
        self.bodyBytesMax = bodyBytesMax
        self.rejection = rejection
        self.answer = answer
    }

    /// The heads of the requests that were admitted or rejected by the handler.
    var heads: [HTTPHead] { seen.withLock { $0 } }

    func admit(_ head: HTTPHead) -> HTTPAdmission {
        seen.withLock { $0.append(head) }
        return rejection.map { .reject($0) } ?? .read(bodyBytesMax: bodyBytesMax)
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        request.eventLoop.assertInEventLoop()
        return await answer(request)
    }
}

extension HTTPResponse {
    static func text(_ text: String, status: HTTPResponseStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "text/plain"], body: ByteBuffer(string: text))
    }
}

/// Runs `body` against a server on a free loopback port, then drains it.
func withServer(
    _ handler: any HTTPHandler, certificate: ServerCertificate? = nil, _ change: (inout HTTPLimits) -> Void = { _ in },
    body: (HTTPServer) async throws -> Void
) async throws {
    var limits = HTTPLimits.default
    limits.lingerTimeout = .seconds(1)
    change(&limits)
    let server = HTTPServer(
        host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, certificate: certificate,
        limits: limits, handler: handler, faults: { .text($0.code, status: $0.status) },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await server.start()
    do {
        try await body(server)
    } catch {
        await server.drain(within: .milliseconds(10))
        throw error
    }
    await server.drain(within: .milliseconds(100))
    #expect(server.openConnections == 0)
}

/// A one-time event between a test and a handler.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire() {
        continuation.finish()
    }

    /// Returns when `fire` was called or the task is cancelled.
    func wait() async {
        for await _ in stream {}
    }
}

/// Polls until `condition` holds, for 20 seconds at most.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
