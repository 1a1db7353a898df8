import NIOCore
import RPC

/// Decides whether a service is worth asking. After `failuresMax` failures in a row nobody asks for a while; then one
/// call is let through as a probe, and its outcome decides for all. No clock of its own.
struct CircuitBreaker: Sendable {
    static let failuresMax = 5
    static let pauseFirst = TimeAmount.milliseconds(500)
    static let pauseMax = TimeAmount.seconds(15)

    enum State: Sendable, Equatable {
        case closed(failures: Int)
        /// Nobody asks until the time has come.
        case open(until: NIODeadline, pause: TimeAmount)
        /// One call is under way that will tell. It has until the time; then the next may try.
        case halfOpen(until: NIODeadline, pause: TimeAmount)
    }

    private(set) var state = State.closed(failures: 0)

    /// Or half open: not everybody may ask.
    var isOpen: Bool {
        if case .closed = state { false } else { true }
    }

    enum Verdict: Sendable, Equatable {
        case go
        case wait(TimeAmount)
    }

    /// Asks for leave to make a call. Who is told `go` says how it went.
    mutating func ask(_ now: NIODeadline) -> Verdict {
        switch state {
        case .closed: return .go
        case .open(let until, let pause), .halfOpen(let until, let pause):
            guard now >= until else { return .wait(until - now) }
            state = .halfOpen(until: now + Self.probeTime, pause: pause)
            return .go
        }
    }

    /// How long a probe may take before another one is sent.
    private static let probeTime = TimeAmount.seconds(5)

    /// What a call has shown of the service.
    enum Outcome: Sendable, Equatable {
        case good, bad
        /// Nothing: the caller gave up before there was an answer.
        case unknown

        init(_ error: any Error) {
            switch (error as? RPCFault)?.status {
            case .unavailable, .deadlineExceeded: self = .bad
            case .cancelled, nil: self = .unknown
            // A service that refuses is there. One that is busy is asked less by the in-flight bound and its own refusal.
            default: self = .good
            }
        }
    }

    /// - Parameter jitter: 0 ..< 1, so that several gateways do not probe at the same moment.
    mutating func settle(_ outcome: Outcome, _ now: NIODeadline, jitter: Double) {
        switch outcome {
        case .good: succeeded()
        case .bad: failed(now, jitter: jitter)
        case .unknown: break
        }
    }

    mutating func succeeded() { state = .closed(failures: 0) }

    /// - Parameter jitter: 0 ..< 1, so that several gateways do not probe at the same moment.
    mutating func failed(_ now: NIODeadline, jitter: Double) {
        switch state {
        case .closed(let failures) where failures + 1 < Self.failuresMax: state = .closed(failures: failures + 1)
        case .closed: open(Self.pauseFirst, now, jitter)
        case .halfOpen(_, let pause): open(min(pause * 2, Self.pauseMax), now, jitter)
        // A call from before: it tells nothing new.
        case .open: break
        }
    }

    private mutating func open(_ pause: TimeAmount, _ now: NIODeadline, _ jitter: Double) {
        let spread = TimeAmount.nanoseconds(Int64(Double(pause.nanoseconds) * 0.2 * jitter))
        state = .open(until: now + pause + spread, pause: pause)
    }
}
