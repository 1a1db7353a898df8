/// Where the body of a request ends (RFC 9112 §6.3).
enum MessageFraming {
    /// So many bytes are still to come; 0 when there is no body.
    case length(Int)
    case chunked(ChunkScanner)

    var isEmpty: Bool {
        if case .length(0) = self { true } else { false }
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer) -> FramingStep {
        switch self {
        case .length(let left):
            let taken = min(left, bytes.count)
            self = .length(left - taken)
            return taken == left ? .whole(taken) : .partial(taken)
        case .chunked(var scanner):
            let step = scanner.scan(bytes)
            self = .chunked(scanner)
            return step
        }
    }
}
