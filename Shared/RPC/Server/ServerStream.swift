package import NIOCore
import NIOFoundationEssentialsCompat

/// The server's end of one stream: sends an item only when the reader has asked for one. Confined to its event loop.
final class ServerStream: @unchecked Sendable {  // confined to its event loop
    private let eventLoop: any EventLoop
    private let itemBytesMax: Int
    private let isWritable: () -> Bool
    private let write: (ByteBuffer) -> Void
    private var credit = 0
    private var hasEnded = false
    private var waiter: UnsafeContinuation<Bool, Never>?

    /// - Parameters:
    ///   - isWritable: false while the peer is behind with reading; `resume` says when it no longer is.
    ///   - write: sends one item. Both are called on the loop.
    init(
        _ eventLoop: any EventLoop, itemBytesMax: Int, isWritable: @escaping () -> Bool,
        write: @escaping (ByteBuffer) -> Void
    ) {
        self.eventLoop = eventLoop
        self.itemBytesMax = itemBytesMax
        self.isWritable = isWritable
        self.write = write
    }

    /// - Throws: CancellationError when the reader is gone, has no more interest, or the server drains.
    func send(_ item: ByteBuffer) async throws {
        guard item.readableBytes <= itemBytesMax else {
            throw RPCFault(.internal, "reply_too_large", "An item is larger than a frame may be.")
        }
        let isOpen = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                onLoop { self.take(continuation) }
            }
        } onCancel: {
            onLoop { self.end() }
        }
        guard isOpen, !Task.isCancelled else { throw CancellationError() }
        onLoop { self.write(item) }
    }

    func grant(_ items: UInt32) {
        // Nobody can use more, and a sum must not overflow.
        credit = min(credit + Int(items), Int(UInt32.max))
        resume()
    }

    /// Lets a sender go on that waited for credit or for the peer to read.
    func resume() {
        guard credit > 0, isWritable(), let waiter else { return }
        self.waiter = nil
        credit -= 1
        waiter.resume(returning: true)
    }

    func end() {
        hasEnded = true
        waiter?.resume(returning: false)
        waiter = nil
    }

    private func take(_ continuation: UnsafeContinuation<Bool, Never>) {
        if hasEnded {
            continuation.resume(returning: false)
        } else if credit > 0, isWritable() {
            credit -= 1
            continuation.resume(returning: true)
        } else {
            // One handler sends one item after the other; a second sender at the same time finds the stream ended.
            waiter?.resume(returning: false)
            waiter = continuation
        }
    }

    private func onLoop(_ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { work() } else { eventLoop.execute(work) }
    }
}

/// What the handler of a stream sends its items with, one after the other.
package struct RPCStreamWriter<Item: Codable & Sendable>: Sendable {
    let stream: ServerStream

    /// Waits until the reader wants one more. Throws CancellationError when the stream is over: the reader has gone, its time
    /// is up, or the server stops; the handler should then return.
    package func send(_ item: Item) async throws {
        try await stream.send(ByteBuffer(data: try StrictJSON.encode(item)))
    }

    /// As `send`, of an item that is JSON already.
    package func send(encoded item: ByteBuffer) async throws { try await stream.send(item) }
}
