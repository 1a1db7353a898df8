import Logging
import NIOCore
import NIOHTTP2

/// One HTTP/2 connection (RFC 9113): looks after its streams' number, its age and its end. What each request is, its
/// stream says; see `HTTP2Stream`.
final class HTTP2Connection: ChannelInboundHandler, SweptConnection {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let environment: ConnectionEnvironment
    private let loop: LoopConnections
    private let acceptance: Acceptance
    private let gate = InboundGate()
    private var context: ChannelHandlerContext?
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream
    private var idleSince = NIODeadline.now()
    private var stall = WriteStall()

    private enum Ending: Equatable {
        case none
        /// The client was told that no more streams are welcome. Those it sent before it heard so are answered.
        case announced(NIODeadline)
        /// The client knows; what is open is the last.
        case last
        /// The last answer is on its way; then our side is shut.
        case closing
        /// Our side is shut; we wait for the client's end.
        case lingering(NIODeadline)
    }
    private var ending = Ending.none

    private init(_ environment: ConnectionEnvironment, _ loop: LoopConnections, _ acceptance: Acceptance) {
        self.environment = environment
        self.loop = loop
        self.acceptance = acceptance
    }

    /// Puts the protocol and this connection at the end of the pipeline of an active channel.
    static func install(
        _ channel: any Channel, _ environment: ConnectionEnvironment, _ loop: LoopConnections, _ acceptance: Acceptance
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        let connection = HTTP2Connection(environment, loop, acceptance)
        let bound = NIOLoopBound(connection, eventLoop: loop.eventLoop)
        try pipeline.addHandler(connection.gate)
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: environment.limits.http2Connection,
            streamConfiguration: environment.limits.http2Stream
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let connection = bound.value
                try stream.pipeline.syncOperations.addHandler(
                    HTTP2Stream(connection.environment, connection.loop, connection.acceptance, of: connection))
            }
        }
        try pipeline.addHandler(connection)
        // Flow control bounds what comes: the windows are the limit, not the pauses between reads.
        try channel.syncOptions?.setOption(.autoRead, value: true)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.insert(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    /// The streams say so themselves: the protocol handler tells nobody else when it makes their channels.
    func streamOpened(_ id: HTTP2StreamID) {
        openStreams += 1
        lastStream = max(lastStream, id)
    }

    func streamClosed() {
        openStreams -= 1
        guard openStreams == 0 else { return }
        idleSince = .now()
        closeIfDone()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .ping(_, ack: true) = unwrapInboundIn(data).payload, case .announced = ending { announceLast() }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.StreamClosed, is NIOHTTP2Errors.NoSuchStream:
            // One stream's trouble; the protocol handler has reset it.
            break
        case is NIOHTTP2Errors.IOOnClosedConnection where ending == .last:
            // Window for an answer that was whole before the goodbye: the protocol handler holds it against the client.
            closeIfDone()
        default:
            environment.logger.debug("connection failed", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    /// RFC 9113 §6.8: first the highest number, so that what is on its way is still answered; after a round trip the
    /// real one.
    ///
    /// The first goodbye goes past the protocol handler: it would hold a connection without streams for ended, and what
    /// the client sent before it heard so (a request, the acknowledgement of our settings) for an error of the client's.
    func drain() {
        guard ending == .none, let context else { return }
        ending = .announced(.now())
        gate.writeGoodbye()
        context.writeAndFlush(
            wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))),
            promise: nil)
    }

    private func announceLast() {
        guard let context else { return }
        ending = .last
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: lastStream, errorCode: .noError, opaqueData: nil)
        context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
        closeIfDone()
    }

    /// Sends what is written, shuts our side, and waits for the client to close (`HTTPLimits.lingerTimeout`): it still
    /// gives back the window that the last answer used, and to close before could destroy that answer on its way.
    private func closeIfDone() {
        guard ending == .last, openStreams == 0, let context else { return }
        ending = .closing
        gate.isShut = true
        let shut = context.eventLoop.makePromise(of: Void.self)
        shut.futureResult.assumeIsolated().whenComplete { [self] result in
            if case .failure = result { return closeNow() }
            ending = .lingering(.now())
        }
        context.close(mode: .output, promise: shut)
    }

    func sweep(_ now: NIODeadline) {
        let limits = environment.limits
        if stall.lasts(limits.writeStallTimeout, unsentBytes: context?.unsentBytes ?? 0, at: now) { return closeNow() }
        switch ending {
        case .announced(let since) where now - since >= limits.http2GoodbyeTimeout: announceLast()
        case .lingering(let since) where now - since >= limits.lingerTimeout: return closeNow()
        default: break
        }
        let isIdle = openStreams == 0 && now - idleSince >= limits.idleTimeout
        if isIdle || now - acceptance.opened >= limits.connectionAgeMax { drain() }
    }

    func closeNow() { context?.close(promise: nil) }
}

extension HTTPLimits {
    /// What a client may use of an HTTP/2 connection. Beyond it the connection ends with GOAWAY.
    fileprivate var http2Connection: NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: http2StreamsMax),
            HTTP2Setting(parameter: .initialWindowSize, value: http2StreamWindowBytes),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headBytesMax),
        ]
        configuration.targetWindowSize = http2ConnectionWindowBytes
        // Small messages that only cost work: CVE-2019-9512 (ping), -9515 (settings), -9518 (empty frames),
        // CVE-2024-27316 (continuations).
        configuration.maximumSequentialEmptyDataFrames = 1
        configuration.maximumSequentialContinuationFrames = 4
        configuration.maximumBufferedControlFrames = 1000
        configuration.controlFrameRateLimit.maximumCount = 200
        configuration.controlFrameRateLimit.windowLength = .seconds(10)
        return configuration
    }

    fileprivate var http2Stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = http2StreamWindowBytes
        configuration.outboundBufferSizeHighWatermark = 64 * 1024
        configuration.outboundBufferSizeLowWatermark = 16 * 1024
        // Rapid reset, CVE-2023-44487.
        configuration.streamResetFrameRateLimit.maximumCount = http2ResetsMax
        configuration.streamResetFrameRateLimit.windowLength = .seconds(10)
        return configuration
    }
}
