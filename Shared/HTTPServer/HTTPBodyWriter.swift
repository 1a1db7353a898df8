package import NIOCore

/// With what a streamed answer is written; see `HTTPResponse.stream`.
package struct HTTPBodyWriter: Sendable {
    let outlet: BodyOutlet

    /// Returns when the client takes more. Throws CancellationError when the answer is over.
    package func write(_ bytes: ByteBuffer) async throws {
        try await outlet.write(bytes)
    }
}

/// The connection's end of a streamed answer: holds the writer back while the client is behind with reading.
final class BodyOutlet: @unchecked Sendable {  // confined to its event loop
    private let eventLoop: any EventLoop
    private let isWritable: () -> Bool
    private let send: (ByteBuffer) -> Void
    private var isOpen = true
    private var waiter: UnsafeContinuation<Bool, Never>?

    /// - Parameters: called on the loop.
    init(_ eventLoop: any EventLoop, isWritable: @escaping () -> Bool, send: @escaping (ByteBuffer) -> Void) {
        self.eventLoop = eventLoop
        self.isWritable = isWritable
        self.send = send
    }

    func write(_ bytes: ByteBuffer) async throws {
        let goesOn = await withUnsafeContinuation { continuation in
            if eventLoop.inEventLoop {
                take(bytes, continuation)
            } else {
                eventLoop.execute { self.take(bytes, continuation) }
            }
        }
        guard goesOn, !Task.isCancelled else { throw CancellationError() }
    }

    private func take(_ bytes: ByteBuffer, _ continuation: UnsafeContinuation<Bool, Never>) {
        guard isOpen else { return continuation.resume(returning: false) }
        send(bytes)
        // Sending may have found that the client is gone.
        guard isOpen, !isWritable() else { return continuation.resume(returning: isOpen) }
        // One writer writes one piece after the other; a second one at the same time finds the answer over.
        waiter?.resume(returning: false)
        waiter = continuation
    }

    /// The client reads again.
    func resume() {
        waiter?.resume(returning: true)
        waiter = nil
    }

    /// Nothing can be written any more.
    func close() {
        isOpen = false
        waiter?.resume(returning: false)
        waiter = nil
    }
}
