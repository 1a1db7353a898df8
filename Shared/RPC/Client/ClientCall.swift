import NIOCore

/// One call from the client's side: what is sent, and who waits for the outcome. Confined to the event loop of its link.
final class ClientCall: @unchecked Sendable {  // confined to its link's event loop
    enum Outcome: Sendable {
        case reply(UnsafeContinuation<Result<RPCReply, RPCFault>, Never>)
        case stream(StreamInbox)
    }

    let method: RPCMethodEntry
    let body: ByteBuffer
    let metadata: ByteBuffer
    /// Nil for a stream that may go on for ever.
    let deadline: NIODeadline?
    let waitsForConnection: Bool

    private var outcome: Outcome?
    /// Where it was sent.
    weak var connection: ClientConnection?
    var id: UInt32 = 0
    /// Until it is sent: gives up waiting for a connection.
    var timer: Scheduled<Void>?
    private(set) var isSettled = false

    init(
        _ method: RPCMethodEntry, body: ByteBuffer, metadata: ByteBuffer, deadline: NIODeadline?,
        waitsForConnection: Bool
    ) {
        self.method = method
        self.body = body
        self.metadata = metadata
        self.deadline = deadline
        self.waitsForConnection = waitsForConnection
    }

    /// Says who waits. A call that was cancelled before it began is over at once.
    func begin(_ outcome: Outcome) {
        self.outcome = outcome
        guard isSettled else { return }
        isSettled = false
        settle(.failure(.cancelledBeforeStart))
    }

    var stream: StreamInbox? {
        if case .stream(let inbox) = outcome { inbox } else { nil }
    }

    /// What is sent; nil when its time is over.
    func request(_ id: UInt32, at now: NIODeadline) -> Frame? {
        let milliseconds = deadline.map { ($0 - now).nanoseconds / 1_000_000 }
        guard milliseconds ?? 1 > 0 else { return nil }
        var flags: Frame.Flags = []
        if method.isIdempotent { flags.insert(.isIdempotent) }
        if method.isStream { flags.insert(.wantsStream) }
        return Frame(
            .request, flags: flags, id: id,
            a: milliseconds.map { UInt32(min($0, Int64(Frame.noDeadline - 1))) } ?? Frame.noDeadline,
            method: method.id, metadata: metadata, body: body)
    }

    /// The first outcome counts.
    func settle(_ result: Result<RPCReply, RPCFault>) {
        guard !isSettled else { return }
        isSettled = true
        timer?.cancel()
        timer = nil
        switch outcome {
        case .reply(let continuation): continuation.resume(returning: result)
        case .stream(let inbox):
            switch result {
            case .success: inbox.end(nil)
            case .failure(let fault): inbox.end(fault)
            }
        case nil: break
        }
        outcome = nil
    }
}
