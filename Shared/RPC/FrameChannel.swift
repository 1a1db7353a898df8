import Logging
import NIOCore

/// What both ends of a connection do alike: cut bytes into frames, write with one flush per burst, notice a dead peer.
/// Confined to the channel's event loop.
final class FrameChannel {
    private let context: ChannelHandlerContext
    private let processor: NIOSingleStepByteToMessageProcessor<FrameDecoder>
    private let limits: RPCLimits
    private var isReading = false
    private var flushIsScheduled = false
    private var needsFlush = false
    private var lastHeard = NIODeadline.now()
    private var keepAlive: RepeatedTask?

    init(_ context: ChannelHandlerContext, limits: RPCLimits) {
        self.context = context
        self.limits = limits
        processor = NIOSingleStepByteToMessageProcessor(
            FrameDecoder(frameBytesMax: min(limits.frameBytesMax, RPCLimits.frameBytesHardMax)))
    }

    var eventLoop: any EventLoop { context.eventLoop }

    func read(_ bytes: ByteBuffer, _ receive: (Frame) throws -> Void) throws {
        isReading = true
        lastHeard = .now()
        try processor.process(buffer: bytes, receive)
    }

    func readComplete() {
        isReading = false
        flushIfNeeded()
    }

    /// A write inside a read is flushed when the read ends; any other at the end of this turn of the loop.
    func write(_ frame: Frame) {
        var out = context.channel.allocator.buffer(capacity: frame.encodedBytes)
        out.writeFrame(frame)
        context.write(NIOAny(out), promise: nil)
        needsFlush = true
        guard !isReading, !flushIsScheduled else { return }
        flushIsScheduled = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            bound.value.flushIsScheduled = false
            bound.value.flushIfNeeded()
        }
    }

    private func flushIfNeeded() {
        guard needsFlush else { return }
        needsFlush = false
        context.flush()
    }

    func close() {
        keepAlive?.cancel()
        context.flush()
        context.close(promise: nil)
    }

    /// Says why, then closes.
    func close(saying reason: String) {
        write(Frame(.goodbye, body: ByteBuffer(string: reason)))
        close()
    }

    /// Closing a channel drops what the socket has not taken yet; a drained connection must deliver its last replies.
    func closeAfterWriting(_ reason: String) {
        var out = context.channel.allocator.buffer(capacity: 64)
        out.writeFrame(Frame(.goodbye, body: ByteBuffer(string: reason)))
        let written = eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        written.futureResult.whenComplete { _ in bound.value.close() }
        context.writeAndFlush(NIOAny(out), promise: written)
    }

    var isWritable: Bool { context.channel.isWritable }

    func startKeepAlive() {
        let period = TimeAmount.nanoseconds(limits.silenceMax.nanoseconds / 4)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        keepAlive = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in bound.value.checkPeer() }
    }

    func stop() { keepAlive?.cancel() }

    private func checkPeer() {
        let silence = NIODeadline.now() - lastHeard
        if silence > limits.silenceMax + .nanoseconds(limits.silenceMax.nanoseconds / 2) {
            close()
        } else if silence > limits.silenceMax {
            write(Frame(.ping))
        }
    }
}
