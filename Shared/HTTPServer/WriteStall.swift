import NIOCore

/// Whether a client still takes what it is sent, as one sweep after the other sees it.
struct WriteStall {
    private var unsentBytes = 0
    private var since = NIODeadline.now()

    /// - Parameter unsentBytes: what the socket has not taken by now.
    /// - Returns: true when the client has taken none of it for so long.
    mutating func lasts(_ limit: TimeAmount, unsentBytes: Int, at now: NIODeadline) -> Bool {
        if unsentBytes != self.unsentBytes || unsentBytes == 0 {
            self.unsentBytes = unsentBytes
            since = now
            return false
        }
        return now - since >= limit
    }
}

extension ChannelHandlerContext {
    /// What was written and the socket has not taken yet.
    var unsentBytes: Int { (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
}
