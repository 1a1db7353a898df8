import NIOCore

/// The body of a request that is coming in, no longer than the handler admitted.
struct IncomingBody {
    private(set) var bytes = ByteBuffer()
    private var bytesMax = 0
    /// See `HTTPAdmission`: held as long as this value.
    private var lease: (any AnyObject & Sendable)?

    /// - Parameter announced: the length, where the head tells it; any other is watched while it comes.
    mutating func admit(
        bytesMax: Int, announced: Int?, lease: (any AnyObject & Sendable)?
    ) throws(HTTPRefusal) {
        if let announced, announced > bytesMax { throw .bodyTooLarge }
        self.bytesMax = bytesMax
        self.lease = lease
    }

    /// - Parameter copied: otherwise the first piece is kept as it is, together with the buffer that it is a part of.
    mutating func append(_ more: ByteBuffer, copied: Bool) throws(HTTPRefusal) {
        guard bytes.readableBytes + more.readableBytes <= bytesMax else { throw .bodyTooLarge }
        if bytes.readableBytes == 0, !copied { bytes = more } else { bytes.writeImmutableBuffer(more) }
    }
}
