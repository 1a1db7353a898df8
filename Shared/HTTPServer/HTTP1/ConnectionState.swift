import NIOCore

/// What a connection is busy with.
enum ConnectionState: Equatable {
    /// Between requests; no byte of the next one is here.
    case idle
    case head
    case body
    /// The handler runs. What arrives meanwhile is kept, up to a bound, and not looked at.
    case answering
    /// The head of the answer is out; its body goes on until the handler ends it or the client goes.
    case streaming
    /// The answer waits for the client to read; the next request waits for the answer.
    case flushing
    /// The last answer is on its way; then our side is shut.
    case closing
    /// Our side is shut; we wait for the client's end.
    case lingering
    case closed
}

/// What the sweep does with a connection.
enum ConnectionVerdict: Equatable {
    case fine
    case refuse(HTTPRefusal)
    case close
}

extension HTTPLimits {
    /// - Parameters:
    ///   - elapsed: time spent in this state.
    ///   - bodyBytes: how much of the body has come.
    func verdict(on state: ConnectionState, after elapsed: TimeAmount, bodyBytes: Int) -> ConnectionVerdict {
        switch state {
        case .idle:
            return elapsed < idleTimeout ? .fine : .close
        case .head:
            return elapsed < headTimeout ? .fine : .refuse(.timeout)
        case .body:
            if elapsed >= bodyTimeout { return .refuse(.timeout) }
            let expected = Double(elapsed.nanoseconds) / 1e9 * Double(bodyBytesPerSecondMin)
            return elapsed >= bodyGrace && Double(bodyBytes) < expected ? .refuse(.timeout) : .fine
        case .answering:
            return elapsed < requestTimeout ? .fine : .refuse(.handlerTimeout)
        case .lingering:
            return elapsed < lingerTimeout ? .fine : .close
        case .streaming, .flushing, .closing, .closed:
            return .fine
        }
    }
}
