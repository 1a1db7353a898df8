import Logging
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: one request after the other, each read, handled and answered before the next is looked at.
///
/// It stands before NIO's decoder and hands it the bytes of one head or one piece of body at a time, after its own
/// scanners have found them well-formed; `DecodedParts` brings back what the decoder made of them, in the same call.
/// The two must agree on where a message ends; if they do not, the connection is refused, so a request smuggled past
/// one of them reaches nobody. Bytes beyond the current request stay undecoded, at most `heldBytesMax` and one read.
///
///     socket ─▶ HTTPConnection ─▶ HTTPRequestDecoder ─▶ DecodedParts ─┐
///        ◀──────── answer ◀──────── received(_:) ◀────────────────────┘
///
/// All of it happens on the channel's event loop.
final class HTTPConnection: ChannelInboundHandler, SweptConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Reading pauses when this much waits behind the current request.
    private static let heldBytesMax = 64 * 1024
    /// The end of a stream makes NIO read on in spite of a pause; what a client can pile up that way is bounded too.
    private static let heldBytesLimit = 16 * heldBytesMax

    let environment: ConnectionEnvironment
    let loop: LoopConnections
    let acceptance: Acceptance
    private(set) var context: ChannelHandlerContext?

    private(set) var state = ConnectionState.idle
    private(set) var since = NIODeadline.now()
    private var held = ByteBuffer()
    private var isAdvancing = false
    private var isReadPaused = false

    var intake: RequestIntake
    var task: Task<Void, Never>?
    /// Tells the answer of the current request from one that comes too late.
    var generation = 0
    /// Of an answer that is being streamed.
    var outlet: BodyOutlet?
    var streamCloses = false

    var stall = WriteStall()

    private init(_ environment: ConnectionEnvironment, _ loop: LoopConnections, _ acceptance: Acceptance) {
        self.environment = environment
        self.loop = loop
        self.acceptance = acceptance
        intake = RequestIntake(environment.limits)
    }

    /// Puts the connection and the decoder it feeds at the end of a pipeline whose channel is active.
    static func install(
        _ pipeline: ChannelPipeline.SynchronousOperations, _ environment: ConnectionEnvironment,
        _ loop: LoopConnections, _ acceptance: Acceptance
    ) throws {
        let connection = HTTPConnection(environment, loop, acceptance)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = environment.limits.headBytesMax
        limits.maxHeaderListSize = environment.limits.headBytesMax
        // The decoder counts trailers with the head's fields; the scanners count each alone.
        limits.maxHeaderFieldCount = 2 * environment.limits.headerFieldsMax
        try pipeline.addHandler(connection)
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
        try pipeline.addHandler(DecodedParts(connection))
        connection.begin()
    }

    private func begin() {
        if loop.isDraining { return closeNow() }
        if acceptance.admission == .refused { refuse(.tooManyConnections) }
        context?.read()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.insert(self)
    }

    func enter(_ state: ConnectionState) {
        guard self.state != .closed else { return }
        self.state = state
        since = .now()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if state == .closing || state == .lingering || state == .closed { return }
        if held.readableBytes == 0 {
            held = bytes
        } else {
            // Without this a stream that always ends within a request would grow the buffer for ever.
            held.discardReadBytes()
            held.writeBuffer(&bytes)
        }
        advance()
        if held.readableBytes > Self.heldBytesLimit { closeNow() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // A read stays open while a request is served: it tells when the client goes away, and spares two system
        // calls per request that taking interest away and back would cost.
        isReadPaused = held.readableBytes >= Self.heldBytesMax
        if !isReadPaused { context.read() }
    }

    /// Goes on with what is held until that is used up or something must be waited for.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while held.readableBytes > 0 {
            switch state {
            case .idle:
                enter(.head)
            case .head, .body:
                guard advanceRequest() else { return }
            case .answering, .streaming, .flushing:
                return
            case .closing, .lingering, .closed:
                held.clear()
            }
        }
    }

    /// - Returns: false when more bytes are needed.
    private func advanceRequest() -> Bool {
        switch held.withUnsafeReadableBytes({ intake.scan($0) }) {
        case .partial(let count):
            feed(count)
            return count > 0
        case .whole(let count):
            feed(count)
            if state == .head || state == .body && intake.isWhole { disagree() }
        case .refused(let refusal):
            refuse(refusal)
        }
        return true
    }

    private func feed(_ count: Int) {
        guard count > 0, let bytes = held.readSlice(length: count) else { return }
        context?.fireChannelRead(wrapInboundOut(bytes))
    }

    private func disagree() {
        refuse(.badRequest("The request cannot be read in one way only."))
    }

    // MARK: What the decoder made of it

    func received(_ part: HTTPServerRequestPart) {
        do throws(HTTPRefusal) {
            switch part {
            case .head(let request) where state == .head:
                try admit(CheckedHead(request, acceptance, limits: environment.limits))
            case .body(let bytes) where state == .body:
                try intake.append(bytes)
            case .end where state == .body:
                if intake.isWhole { respond() } else { disagree() }
            case .head, .body, .end:
                // The rest of a request that was answered early.
                break
            }
        } catch {
            refuse(error)
        }
    }

    func decodingFailed(_ error: any Error) {
        guard state == .head || state == .body else { return }
        switch error as? HTTPParserError {
        case .headerOverflow: refuse(.headTooLarge)
        case .invalidVersion: refuse(.versionNotSupported)
        case .invalidMethod: refuse(.methodNotImplemented)
        default: refuse(.badRequest("The request is malformed."))
        }
    }

    private func admit(_ checked: CheckedHead) throws(HTTPRefusal) {
        intake.take(checked)
        switch environment.handler.admit(checked.head) {
        case .reject(let response):
            send(response, closing: !intake.isWhole)
        case .read(let bytesMax, let lease):
            try intake.admit(bodyBytesMax: bytesMax, lease: lease)
            enter(.body)
            if checked.expectsContinue, held.readableBytes == 0 {
                let interim = ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
                context?.writeAndFlush(wrapOutboundOut(interim), promise: nil)
            }
        }
    }

    /// Looks at what came behind the request that has been answered.
    func next() {
        guard let context else { return }
        guard context.channel.isWritable else { return enter(.flushing) }
        enter(.idle)
        advance()
        if isReadPaused, held.readableBytes < Self.heldBytesMax {
            isReadPaused = false
            context.read()
        }
    }

    func dropHeld() { held.clear() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if state == .flushing { next() }
        if context.channel.isWritable { outlet?.resume() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: The channel's end

    func channelInactive(context: ChannelHandlerContext) {
        enter(.closed)
        task?.cancel()
        task = nil
        outlet?.close()
        held.clear()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Only the socket's own errors come by here: the client reset the connection.
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }
}
