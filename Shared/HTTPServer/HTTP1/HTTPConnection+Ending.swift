import NIOCore

/// How a connection ends: by the sweep, by a drain, or after its last answer.
extension HTTPConnection {
    /// At a drain, a client that has been silent for so long is not about to ask.
    private static let busyPause = TimeAmount.seconds(1)
    private static let drainGrace = TimeAmount.milliseconds(300)

    func sweep(_ now: NIODeadline) {
        let unsentBytes = context?.unsentBytes ?? 0
        if stall.lasts(environment.limits.writeStallTimeout, unsentBytes: unsentBytes, at: now) { return closeNow() }
        if state == .idle, unsentBytes > 0 { return }
        switch environment.limits.verdict(on: state, after: now - since, bodyBytes: intake.body.bytes.readableBytes) {
        case .fine: break
        case .refuse(let refusal): refuse(refusal)
        case .close: closeNow()
        }
    }

    func drain() {
        switch state {
        case .idle where context?.unsentBytes ?? 0 == 0: closeUnlessAsked()
        case .idle, .flushing: closeGently()
        case .streaming: task?.cancel()
        case .head, .body, .answering, .closing, .lingering, .closed: break
        }
    }

    /// The next request of a busy client may be on its way: it is answered, with word that the connection closes.
    private func closeUnlessAsked() {
        guard NIODeadline.now() - since < Self.busyPause, let context else { return closeNow() }
        let idle = generation
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.drainGrace) {
            if self.state == .idle, self.generation == idle { self.closeNow() }
        }
    }

    /// Sends what is written, shuts our side, and waits for the client to close (`HTTPLimits.lingerTimeout`).
    func closeGently() {
        guard let context, state != .closed else { return }
        enter(.closing)
        dropHeld()
        let shut = context.eventLoop.makePromise(of: Void.self)
        shut.futureResult.assumeIsolated().whenComplete { result in
            if case .failure = result { return self.closeNow() }
            self.enter(.lingering)
            self.context?.read()
        }
        context.close(mode: .output, promise: shut)
    }

    func closeNow() { context?.close(promise: nil) }
}
