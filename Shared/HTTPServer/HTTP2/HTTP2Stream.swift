import Logging
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// One request and its answer on an HTTP/2 connection. Its framing is the protocol handler's work, which also refuses
/// what RFC 9113 §8.1.1 calls malformed; the rules on what a request may say are the same as for HTTP/1.1.
final class HTTP2Stream: ChannelInboundHandler, SweptConnection {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let environment: ConnectionEnvironment
    private let loop: LoopConnections
    private let acceptance: Acceptance
    private let connection: HTTP2Connection
    private var context: ChannelHandlerContext?

    private var state = ConnectionState.head
    private var since = NIODeadline.now()
    private var head: HTTPHead?
    private var body = IncomingBody()
    private var hasWholeRequest = false
    private var task: Task<Void, Never>?
    private var outlet: BodyOutlet?
    /// When the client last took some of the answer.
    private var progress = NIODeadline.now()

    init(
        _ environment: ConnectionEnvironment, _ loop: LoopConnections, _ acceptance: Acceptance,
        of connection: HTTP2Connection
    ) {
        self.environment = environment
        self.loop = loop
        self.acceptance = acceptance
        self.connection = connection
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.insert(self)
        let id = try? context.channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)
        connection.streamOpened(id ?? .rootStream)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
        connection.streamClosed()
    }

    private func enter(_ state: ConnectionState) {
        guard self.state != .closed else { return }
        self.state = state
        since = .now()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(HTTPRefusal) {
            switch unwrapInboundIn(data) {
            case .headers(let frame) where state == .head:
                hasWholeRequest = frame.endStream
                try take(frame.headers)
            case .headers(let frame) where frame.endStream: try end()  // trailers, which nobody reads
            case .data(let frame):
                try take(frame)
            default: break
            }
        } catch {
            refuse(error)
        }
    }

    private func take(_ fields: HPACKHeaders) throws(HTTPRefusal) {
        let checked = try CheckedFields(
            fields, acceptance, hasBody: !hasWholeRequest, limits: environment.limits)
        head = checked.head
        switch environment.handler.admit(checked.head) {
        case .reject(let response): send(response)
        case .read(let bytesMax, let lease):
            try body.admit(bytesMax: bytesMax, announced: checked.contentLength, lease: lease)
            enter(.body)
            if hasWholeRequest { return respond() }
            if checked.expectsContinue {
                context?.writeAndFlush(wrapOutboundOut(.headers(.init(headers: [":status": "100"]))), promise: nil)
            }
        }
    }

    private func take(_ frame: HTTP2Frame.FramePayload.Data) throws(HTTPRefusal) {
        guard case .byteBuffer(let bytes) = frame.data else { return }
        // The buffer that it came in is that of all streams.
        if state == .body { try body.append(bytes, copied: true) }
        if frame.endStream { try end() }
    }

    private func end() throws(HTTPRefusal) {
        hasWholeRequest = true
        if state == .body { respond() }
    }

    // MARK: Answering

    private func respond() {
        guard let head else { return }
        enter(.answering)
        let request = HTTPRequest(head: head, body: body.bytes, eventLoop: loop.eventLoop)
        let stream = NIOLoopBound(self, eventLoop: loop.eventLoop)
        task = Task(executorPreference: loop.executor) { [handler = environment.handler] in
            let response = await handler.respond(to: request)
            guard let outlet = stream.value.answer(response) else { return }
            let failure = await response.writeStream(to: outlet)
            stream.value.endStream(outlet, failure)
        }
    }

    /// - Returns: where the rest of the answer goes, when it is a stream that somebody still waits for.
    private func answer(_ response: HTTPResponse) -> BodyOutlet? {
        guard state == .answering, let context else { return nil }
        guard response.stream != nil, head?.method != "HEAD" else {
            send(response)
            return nil
        }
        guard let fields = HPACKHeaders(response, isHead: false, date: loop.date) else {
            refuse(.unsendableResponse)
            return nil
        }
        enter(.streaming)
        progress = .now()
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: fields))), promise: nil)
        let outlet = BodyOutlet(
            loop.eventLoop, isWritable: { context.channel.isWritable },
            send: { [weak self] piece in self?.write(piece) })
        self.outlet = outlet
        // The drain has passed by already and found a request, not a stream.
        if loop.isDraining { task?.cancel() }
        return outlet
    }

    /// - Parameter failure: resets the stream, by which the client sees that something is missing (RFC 9113 §8.1).
    private func endStream(_ outlet: BodyOutlet, _ failure: (any Error)?) {
        guard state == .streaming, let context else { return }
        outlet.close()
        task = nil
        guard let failure else {
            return writeLast(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)))
        }
        environment.logger.error("streamed answer broke off", metadata: ["error": "\(failure)"])
        enter(.flushing)
        progress = .now()
        context.writeAndFlush(wrapOutboundOut(.rstStream(.internalError)), promise: nil)
    }

    private func refuse(_ refusal: HTTPRefusal) {
        send(environment.answer(to: refusal, from: acceptance.address))
    }

    private func send(_ response: HTTPResponse) {
        guard let context, state != .closed, state != .flushing, state != .streaming else { return }
        task?.cancel()
        task = nil
        let isHead = head?.method == "HEAD"
        guard let fields = HPACKHeaders(response, isHead: isHead, date: loop.date) else {
            environment.logger.error("answer cannot be sent", metadata: ["http.status": "\(response.status.code)"])
            return closeNow()
        }
        let body = isHead || !response.status.mayHaveResponseBody ? nil : response.body
        let isEmpty = (body?.readableBytes ?? 0) == 0
        guard let body, !isEmpty else { return writeLast(.headers(.init(headers: fields, endStream: true))) }
        context.write(wrapOutboundOut(.headers(.init(headers: fields))), promise: nil)
        writeLast(.data(.init(data: .byteBuffer(body), endStream: true)))
    }

    private func write(_ piece: ByteBuffer) {
        guard let context, piece.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(.data(.init(data: .byteBuffer(piece)))), promise: nil)
    }

    /// Ends the answer. A client that still sends its request is told to stop, without blame (RFC 9113 §8.1), but not
    /// before it has the answer: a reset overtakes what waits for the client's window, and destroys it.
    private func writeLast(_ frame: HTTP2Frame.FramePayload) {
        guard let context else { return }
        enter(.flushing)
        progress = .now()
        guard !hasWholeRequest else { return context.writeAndFlush(wrapOutboundOut(frame), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            guard !hasWholeRequest, let context = self.context else { return }
            context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(frame), promise: written)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        progress = .now()
        if context.channel.isWritable { outlet?.resume() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Ending

    func sweep(_ now: NIODeadline) {
        let limits = environment.limits
        switch state {
        case .flushing where now - progress >= limits.writeStallTimeout: return closeNow()
        case .streaming where context?.channel.isWritable == false && now - progress >= limits.writeStallTimeout:
            return closeNow()
        default: break
        }
        switch limits.verdict(on: state, after: now - since, bodyBytes: body.bytes.readableBytes) {
        case .fine: break
        case .refuse(let refusal): refuse(refusal)
        case .close: closeNow()
        }
    }

    /// The connection ends itself; a stream that never would is asked to.
    func drain() { if state == .streaming { task?.cancel() } }

    func closeNow() { context?.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        enter(.closed)
        task?.cancel()
        task = nil
        outlet?.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
