import Logging
import NIOCore
import NIOHTTP1

extension HTTPConnection {
    /// Hands the whole request to the handler.
    func respond() {
        guard let head = intake.head else { return }
        enter(.answering)
        let request = HTTPRequest(head: head, body: intake.body.bytes, eventLoop: loop.eventLoop)
        let connection = NIOLoopBound(self, eventLoop: loop.eventLoop)
        task = Task(executorPreference: loop.executor) { [generation, handler = environment.handler] in
            let response = await handler.respond(to: request)
            guard let outlet = connection.value.answer(response, generation) else { return }
            let failure = await response.writeStream(to: outlet)
            connection.value.endStream(outlet, failure)
        }
    }

    /// - Returns: where the rest of the answer goes, when it is a stream that somebody still waits for.
    private func answer(_ response: HTTPResponse, _ generation: Int) -> BodyOutlet? {
        guard state == .answering, generation == self.generation, let head = intake.head else { return nil }
        if response.stream != nil, head.method != "HEAD" { return beginStream(response, head) }
        send(response, closing: false)
        return nil
    }

    func refuse(_ refusal: HTTPRefusal) {
        send(environment.answer(to: refusal, from: acceptance.address), closing: true)
    }

    /// Writes the one answer of a request, with one flush.
    func send(_ response: HTTPResponse, closing: Bool) {
        guard let context, state != .closed else { return }
        task?.cancel()
        task = nil
        generation += 1
        let closes = closing || closesAfter(response)
        guard let bytes = bytes(response, framing: .sized, closes: closes, context) else {
            return closing ? closeNow() : refuse(.unsendableResponse)
        }
        intake = RequestIntake(environment.limits)
        if let second = bytes.second {
            context.write(wrapOutboundOut(bytes.first), promise: nil)
            context.writeAndFlush(wrapOutboundOut(second), promise: nil)
        } else {
            context.writeAndFlush(wrapOutboundOut(bytes.first), promise: nil)
        }
        if closes { closeGently() } else { next() }
    }

    private func closesAfter(_ response: HTTPResponse) -> Bool {
        let wish = response.headers.first(name: "connection")
        let wantsClose = wish.map { ASCII.equal($0, lowercase: "close") } ?? false
        let isTooOld = NIODeadline.now() - acceptance.opened >= environment.limits.connectionAgeMax
        return wantsClose || isTooOld || loop.isDraining || intake.head?.keepAlive == false
    }

    private func bytes(
        _ response: HTTPResponse, framing: ResponseBytes.Framing, closes: Bool, _ context: ChannelHandlerContext
    ) -> ResponseBytes? {
        let bytes = ResponseBytes(
            response, isHead: intake.head?.method == "HEAD", framing: framing,
            connection: closes ? "close" : "keep-alive", date: loop.date, allocator: context.channel.allocator)
        if bytes == nil {
            environment.logger.error("answer cannot be sent", metadata: ["http.status": "\(response.status.code)"])
        }
        return bytes
    }

    // MARK: Streaming

    private func beginStream(_ response: HTTPResponse, _ head: HTTPHead) -> BodyOutlet? {
        guard let context else { return nil }
        let isChunked = head.version != "1.0"
        let closes = closesAfter(response) || !isChunked
        guard let bytes = bytes(response, framing: isChunked ? .chunked : .untilClose, closes: closes, context) else {
            refuse(.unsendableResponse)
            return nil
        }
        enter(.streaming)
        context.writeAndFlush(wrapOutboundOut(bytes.first), promise: nil)
        let outlet = BodyOutlet(
            loop.eventLoop, isWritable: { context.channel.isWritable },
            send: { [weak self] piece in self?.sendPiece(piece, isChunked: isChunked) })
        self.outlet = outlet
        streamCloses = closes
        // The drain has passed by already and found a request, not a stream.
        if loop.isDraining { task?.cancel() }
        return outlet
    }

    private func sendPiece(_ piece: ByteBuffer, isChunked: Bool) {
        guard let context, piece.readableBytes > 0 else { return }
        guard isChunked else { return context.writeAndFlush(wrapOutboundOut(piece), promise: nil) }
        var chunk = context.channel.allocator.buffer(capacity: piece.readableBytes + 16)
        chunk.writeString(String(piece.readableBytes, radix: 16) + "\r\n")
        chunk.writeImmutableBuffer(piece)
        chunk.writeStaticString("\r\n")
        context.writeAndFlush(wrapOutboundOut(chunk), promise: nil)
    }

    /// - Parameter failure: closes without the last chunk, by which the client sees that something is missing (RFC 9112
    ///   §8). A client of HTTP/1.0 cannot see it.
    private func endStream(_ outlet: BodyOutlet, _ failure: (any Error)?) {
        guard state == .streaming, outlet === self.outlet, let context else { return }
        outlet.close()
        self.outlet = nil
        task = nil
        generation += 1
        let isChunked = intake.head?.version != "1.0"
        intake = RequestIntake(environment.limits)
        if let failure {
            environment.logger.error("streamed answer broke off", metadata: ["error": "\(failure)"])
            return closeGently()
        }
        if isChunked {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil)
        }
        if streamCloses || loop.isDraining { closeGently() } else { next() }
    }
}
