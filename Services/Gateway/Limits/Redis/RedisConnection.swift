import NIOCore
import NIOPosix

/// One connection to Redis. Commands are sent as they come and answered in order. An answer that is late or makes no sense
/// ends the connection, and with it everything that waits: what comes after a late one is late too.
final class RedisConnection: ChannelInboundHandler, @unchecked Sendable {  // confined to its event loop
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Waiting {
        /// Nil when nobody wants to know.
        let promise: EventLoopPromise<RESPValue>?
        let deadline: NIODeadline
    }

    enum Failure: Error, Equatable {
        case closed, late, malformed, tooMany
    }

    /// Commands without an answer yet; callers are bounded more narrowly.
    static let waitingMax = 4096

    private let channel: any Channel
    private var waiting = CircularBuffer<Waiting>()
    private var received = ByteBuffer()
    private var isFlushScheduled = false
    private var timer: Scheduled<Void>?
    private var failure = Failure.closed

    init(_ channel: any Channel) { self.channel = channel }

    static func connect(_ url: RedisURL, on eventLoop: any EventLoop) async throws -> RedisConnection {
        try await ClientBootstrap(group: eventLoop)
            .connectTimeout(.seconds(1))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: url.host, port: url.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = RedisConnection(channel)
                    try channel.pipeline.syncOperations.addHandler(connection)
                    return connection
                }
            }
    }

    var closed: EventLoopFuture<Void> { channel.closeFuture }

    /// From any thread.
    func close() { channel.close(promise: nil) }

    /// From any thread.
    func send(_ command: RESPCommand, by deadline: NIODeadline) async throws -> RESPValue {
        let promise = channel.eventLoop.makePromise(of: RESPValue.self)
        channel.eventLoop.execute { self.write(command, Waiting(promise: promise, deadline: deadline)) }
        return try await promise.futureResult.get()
    }

    /// From any thread; the answer is not looked at.
    func post(_ command: RESPCommand, by deadline: NIODeadline) {
        channel.eventLoop.execute { self.write(command, Waiting(promise: nil, deadline: deadline)) }
    }

    private func write(_ command: RESPCommand, _ entry: Waiting) {
        guard channel.isActive else {
            entry.promise?.fail(failure)
            return
        }
        guard waiting.count < Self.waitingMax else {
            entry.promise?.fail(Failure.tooMany)
            return
        }
        waiting.append(entry)
        channel.write(command.bytes, promise: nil)
        if timer == nil { watch(until: entry.deadline) }
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // One flush for all commands of this turn of the loop.
        channel.eventLoop.execute {
            self.isFlushScheduled = false
            self.channel.flush()
        }
    }

    private func watch(until deadline: NIODeadline) {
        timer = channel.eventLoop.scheduleTask(deadline: deadline) {
            self.timer = nil
            guard let next = self.waiting.lazy.map(\.deadline).min() else { return }
            if next <= .now() { self.fail(.late) } else { self.watch(until: next) }
        }
    }

    private func fail(_ failure: Failure) {
        self.failure = failure
        channel.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if received.readableBytes == 0 { received = bytes } else { received.writeBuffer(&bytes) }
        do {
            while received.readableBytes > 0, let value = try RESPValue.parse(&received) {
                guard let entry = waiting.popFirst() else { throw RESPValue.Malformed.badLine }
                entry.promise?.succeed(value)
            }
            received.discardReadBytes()
        } catch {
            received.clear()
            fail(.malformed)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        for entry in waiting { entry.promise?.fail(failure) }
        waiting.removeAll()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
