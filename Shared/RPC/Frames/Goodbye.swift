import NIOCore

/// Why a side ends a connection: the number in a GOODBYE's header. Words for people stand in its body.
enum GoodbyeReason: UInt32, Sendable {
    case unspecified = 0
    /// The server stops; what it had is answered.
    case drained
    /// The connection has lived long enough; a new one is welcome at once.
    case aged
    /// The greeting was refused: see the words.
    case handshake
    /// A frame broke the protocol.
    case protocolError
    /// Replies pile up because the peer does not read them.
    case slowReader
    /// The client needs the connection no more.
    case stopping
}

extension Frame {
    static func goodbye(_ reason: GoodbyeReason, _ words: String) -> Frame {
        Frame(.goodbye, a: reason.rawValue, body: ByteBuffer(string: words))
    }
}
