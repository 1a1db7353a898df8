import NIOCore

/// The request that is coming in: how far its bytes go, and what the decoder has made of them so far. No I/O.
struct RequestIntake {
    private enum Phase {
        case head(HeadScanner)
        case body(MessageFraming)
    }

    private var phase: Phase
    private(set) var head: HTTPHead?
    private(set) var body = IncomingBody()
    /// True when the decoder has, or is just given, the last byte of the message; only then may it report the end.
    private(set) var isWhole = false

    init(_ limits: HTTPLimits) {
        phase = .head(HeadScanner(limits))
    }

    /// How many of the held bytes the decoder may have; `whole` ends the head or the message.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) -> FramingStep {
        switch phase {
        case .head(var scanner):
            let step = scanner.scan(bytes)
            phase = .head(scanner)
            return step
        case .body(var framing):
            let step = framing.take(bytes)
            phase = .body(framing)
            if case .whole = step { isWhole = true }
            return step
        }
    }

    mutating func take(_ checked: CheckedHead) {
        head = checked.head
        phase = .body(checked.framing)
        isWhole = checked.framing.isEmpty
    }

    mutating func admit(bodyBytesMax: Int, lease: (any AnyObject & Sendable)?) throws(HTTPRefusal) {
        var announced: Int?
        if case .body(.length(let length)) = phase { announced = length }
        try body.admit(bytesMax: bodyBytesMax, announced: announced, lease: lease)
    }

    mutating func append(_ bytes: ByteBuffer) throws(HTTPRefusal) { try body.append(bytes, copied: false) }
}
