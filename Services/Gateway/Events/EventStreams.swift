import Contracts
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import RPC
import Synchronization

/// `GET /api/events`: what happens to the deals that the reader may see, as server-sent events (WHATWG HTML §9.2). The
/// deals service decides what that is, event by event; here a stream is opened, kept going across its restarts, and ended
/// with the reader's session.
final class EventStreams: Sendable {
    /// Each holds one of the calls that deals takes from us at a time, so they must leave room for requests.
    static let streamsMax = 512
    /// How often is looked whether the session still stands: a revoked one reads on for no longer.
    private static let lookEvery = Duration.milliseconds(500)
    /// How often auth is asked about an opaque credential, which falls idle or ends without being revoked.
    private static let askEvery = Duration.seconds(60)

    private let deals: Upstream
    private let authenticator: Authenticator
    private let logger: Logger
    private let open = Mutex(0)

    init(deals: Upstream, authenticator: Authenticator, logger: Logger) {
        self.deals = deals
        self.authenticator = authenticator
        self.logger = logger
    }

    var openCount: Int { open.withLock { $0 } }

    /// - Parameters:
    ///   - context: with the reader's identity.
    ///   - credential: what the reader showed.
    ///   - after: the client's `Last-Event-ID`.
    /// - Throws: `Problem` when too many are open.
    func response(
        _ context: RPCContext, _ credential: Credential, after: Int64?, until expiry: Int64
    ) throws -> HTTPResponse {
        guard openCount < Self.streamsMax else {
            throw Problem(
                .serviceUnavailable, "too_many_streams", "Too many event streams are open; try again shortly.",
                headers: ["Retry-After": "5"])
        }
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"]
        ) { writer in
            self.open.withLock { $0 += 1 }
            defer { self.open.withLock { $0 -= 1 } }
            try await writer.write(ByteBuffer(string: EventText.opening))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.relay(context, after: after, to: writer) }
                group.addTask { try await self.endOfSession(context, credential, expiry) }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Returns when the reader may not be told any more.
    private func endOfSession(_ context: RPCContext, _ credential: Credential, _ expiry: Int64) async throws {
        guard let identity = context.identity else { return }
        var asked = ContinuousClock.now
        while authenticator.stands(identity.session), Instant.now.milliseconds / 1000 < expiry {
            try await Task.sleep(for: Self.lookEvery)
            guard credential.opaque != nil, asked.duration(to: .now) >= Self.askEvery else { continue }
            asked = .now
            do throws(Problem) { _ = try await authenticator.caller(credential, isUse: false) } catch {
                // Auth may be away for a while; then it is its silence that ends the stream.
                if error.status == .unauthorized { return }
            }
        }
    }

    /// Goes on from the last notice when deals restarts, or when what the reader may see has changed.
    private func relay(_ context: RPCContext, after: Int64?, to writer: HTTPBodyWriter) async throws {
        var last = after
        while true {
            do {
                for try await notice in try deals.stream(
                    DealMethods.notices, NoticesFrom(after: last), context: context)
                {
                    try await writer.write(ByteBuffer(string: EventText.text(notice)))
                    last = notice.sequence
                }
            } catch let fault as RPCFault where fault.code == "access_changed" {
                continue
            } catch let fault as RPCFault where fault.status == .unavailable {
                logger.debug("event stream interrupted", metadata: ["error": "\(fault.message)"])
                try await writer.write(ByteBuffer(string: EventText.comment("reconnecting")))
            } catch let fault as RPCFault {
                try await writer.write(ByteBuffer(string: EventText.refusal(fault)))
                return
            }
            try await Task.sleep(for: .milliseconds(Int64.random(in: 200...600)))
        }
    }
}
