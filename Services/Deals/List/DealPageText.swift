import NIOCore

/// A `DealPage` as JSON, put together from deals that are JSON already.
struct DealPageText {
    /// A page ends early when its deals are long, so that it always fits into a frame of the RPC.
    private static let bytesMax = 1 << 20

    private let limit: Int
    private var out = ByteBuffer()
    private var count = 0
    private var inclusions: ByteBuffer?

    init(limit: Int) {
        self.limit = limit
        out.reserveCapacity(limit * 1024)
        out.writeStaticString(#"{"items":["#)
    }

    var isFull: Bool { count >= limit || bytes >= Self.bytesMax }

    private var bytes: Int { out.readableBytes + (inclusions?.readableBytes ?? 0) }

    mutating func add(_ deal: ByteBuffer) {
        if count > 0 { out.writeInteger(UInt8(ascii: ",")) }
        out.writeImmutableBuffer(deal)
        count += 1
    }

    mutating func add(inclusion: ByteBuffer) {
        if inclusions == nil {
            inclusions = ByteBuffer(string: #","included":["#)
        } else {
            inclusions?.writeInteger(UInt8(ascii: ","))
        }
        inclusions?.writeImmutableBuffer(inclusion)
    }

    /// The page as a whole. Nothing can be added afterwards.
    mutating func end(next: String?, total: Int?) -> ByteBuffer {
        out.writeStaticString("]")
        if let inclusions {
            out.writeImmutableBuffer(inclusions)
            out.writeStaticString("]")
        }
        if let next { out.writeString(#","nextCursor":"\#(next)""#) }
        if let total { out.writeString(#","total":\#(total)"#) }
        out.writeStaticString("}")
        return out
    }
}
