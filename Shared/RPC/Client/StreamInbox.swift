import NIOCore
import Synchronization

/// Items of one stream that have come and are not read yet; never more than the window that was granted.
final class StreamInbox: Sendable {
    private typealias Next = Result<ByteBuffer?, RPCFault>

    private struct State {
        var items = CircularBuffer<ByteBuffer>()
        var waiter: UnsafeContinuation<Next, Never>?
        var end: Next?
        /// Items that the server may still send.
        var granted: Int
        /// Items that were read since the last grant.
        var read = 0

        mutating func next() -> Next? {
            guard let item = items.popFirst() else { return end }
            read += 1
            return .success(item)
        }
    }

    let window: Int
    private let state: Mutex<State>

    init(window: Int) {
        self.window = window
        state = Mutex(State(granted: window))
    }

    /// - Throws: `FrameError.beyondCredit` when the server sends what was not asked for.
    func receive(_ item: ByteBuffer) throws {
        try state.withLock { state in
            guard state.granted > 0 else { throw FrameError.beyondCredit }
            state.granted -= 1
            guard state.end == nil else { return nil as (() -> Void)? }
            guard let waiter = state.waiter else {
                state.items.append(item)
                return nil
            }
            state.waiter = nil
            state.read += 1
            return { waiter.resume(returning: .success(item)) }
        }?()
    }

    func end(_ fault: RPCFault?) {
        let end: Next = fault.map { .failure($0) } ?? .success(nil)
        let waiter = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    /// What is to be granted anew, once half of the window is read; 0 before.
    func grant() -> Int {
        state.withLock { state in
            guard state.read >= max(1, window / 2), state.end == nil else { return 0 }
            defer { state.read = 0 }
            state.granted += state.read
            return state.read
        }
    }

    /// The next item; nil when the server ended the stream.
    func next() async throws(RPCFault) -> ByteBuffer? {
        let next: Next = await withUnsafeContinuation { continuation in
            let ready = state.withLock { state in
                let next = state.next()
                if next == nil {
                    // For one reader: another that waits already finds the stream ended.
                    state.waiter?.resume(returning: .success(nil))
                    state.waiter = continuation
                }
                return next
            }
            if let ready { continuation.resume(returning: ready) }
        }
        return try next.get()
    }
}
