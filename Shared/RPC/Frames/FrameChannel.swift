import Logging
import NIOCore

/// What both ends of a connection do alike: cut bytes into frames, write with one flush per burst, notice a dead peer.
/// Confined to the channel's event loop.
final class FrameChannel {
    /// Small frames are gathered in one buffer; a body from here on goes out as it is, uncopied.
    private static let separateBodyBytesMin = 16 * 1024
    private static let gatheredBytesMax = 64 * 1024
    /// One flush per burst costs least, but then each side waits while the other works off a whole burst. So many frames are
    /// enough to set the peer to work.
    private static let framesPerFlush = 16
    /// What a peer may send before it has proved who it is.
    private static let greetingBytesMax = 16 * 1024
    private static let leaveTakingMax = TimeAmount.seconds(10)
    /// So many quarters of `silenceMax` has a peer to answer a PING.
    private static let checksAfterPing = 2

    private let context: ChannelHandlerContext
    private let processor: NIOSingleStepByteToMessageProcessor<FrameDecoder>
    private let limits: RPCLimits
    /// TLS protects its records by itself.
    private let checksums: Bool
    private var gathered = ByteBuffer()
    /// Empty; takes turns with it.
    private var spare = ByteBuffer()
    /// Set once the peer has proved who it is.
    var isAdmitted = false
    private var isReading = false
    private var flushIsScheduled = false
    private var needsFlush = false
    private var unflushedFrames = 0
    /// When bytes of the peer were last read.
    private(set) var lastHeard = NIODeadline.now()
    /// Checks since the peer was asked for a sign of life; between two checks the loop reads what has come.
    private var checksSincePing: Int?
    private var keepAlive: RepeatedTask?
    /// Called once, when this end closes the connection: from then on nothing that is sent arrives. Under TLS the channel
    /// itself may go on for a second, with the peer's part of the farewell.
    var closing: (() -> Void)?

    init(_ context: ChannelHandlerContext, limits: RPCLimits, checksums: Bool) {
        self.context = context
        self.limits = limits
        self.checksums = checksums
        processor = NIOSingleStepByteToMessageProcessor(
            FrameDecoder(frameBytesMax: min(limits.frameBytesMax, RPCLimits.frameBytesHardMax)))
    }

    var eventLoop: any EventLoop { context.eventLoop }

    /// Reads what came; until `readComplete` nothing that is written is flushed.
    func read(_ bytes: ByteBuffer, _ receive: (Frame) throws -> Void) throws {
        isReading = true
        lastHeard = .now()
        checksSincePing = nil
        try processor.process(buffer: bytes, receive)
        guard isAdmitted || processor.unprocessedBytes <= Self.greetingBytesMax else {
            throw FrameError.tooLong(processor.unprocessedBytes)
        }
    }

    func readComplete() {
        isReading = false
        flushIfNeeded()
    }

    /// A write inside a read is flushed when the read ends; any other at the end of this turn of the loop.
    func write(_ frame: Frame) {
        if frame.body.readableBytes < Self.separateBodyBytesMin {
            gathered.writeFrame(frame, checksummed: checksums)
        } else {
            gathered.writeFrameHead(frame, checksummed: checksums)
            pass()
            context.write(NIOAny(frame.body), promise: nil)
        }
        if gathered.readableBytes >= Self.gatheredBytesMax { pass() }
        needsFlush = true
        unflushedFrames += 1
        if unflushedFrames >= Self.framesPerFlush { return flush() }
        guard !isReading, !flushIsScheduled else { return }
        flushIsScheduled = true
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute {
            bound.value.flushIsScheduled = false
            bound.value.flushIfNeeded()
        }
    }

    /// Hands the gathered frames to the channel.
    private func pass() {
        guard gathered.readableBytes > 0 else { return }
        // Out first: a write may call back here.
        let out = gathered
        gathered = context.channel.allocator.buffer(capacity: 4096)
        context.write(NIOAny(out), promise: nil)
    }

    private func flushIfNeeded() {
        if needsFlush, !isReading { flush() }
    }

    private func flush() {
        needsFlush = false
        unflushedFrames = 0
        guard gathered.readableBytes > 0 else { return context.flush() }
        // Out first: a write may call back here.
        var out = gathered
        gathered = spare
        spare = ByteBuffer()
        context.writeAndFlush(NIOAny(out), promise: nil)
        // The same memory serves again when the socket has taken its content already, as it mostly has.
        out.clear(minimumCapacity: 4096)
        spare = out
    }

    func close() {
        stop()
        isReading = false
        needsFlush = true
        flushIfNeeded()
        context.close(promise: nil)
        closing?()
        closing = nil
    }

    /// Says why, then closes.
    func close(_ reason: GoodbyeReason, _ words: String) {
        write(.goodbye(reason, words))
        close()
    }

    /// A drained connection must deliver its last replies. Closing a channel drops what the socket has not taken yet; and a
    /// socket that is closed while the peer still sends is reset, which drops what the peer has not read yet. So only
    /// this direction ends, and the peer, which has read GOODBYE then, closes. (TLS waits for the peer's farewell by itself.)
    func closeAfterWriting(_ reason: GoodbyeReason, _ words: String) {
        stop()
        gathered.writeFrame(.goodbye(reason, words), checksummed: checksums)
        let written = eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        // A peer that does not read, or does not close, does not keep it open.
        let limit = eventLoop.scheduleTask(in: Self.leaveTakingMax) { bound.value.close() }
        context.channel.closeFuture.whenComplete { _ in limit.cancel() }
        written.futureResult.whenComplete { result in
            let frames = bound.value
            if case .success = result, frames.checksums {
                frames.context.close(mode: .output, promise: nil)
            } else {
                frames.close()
            }
        }
        let out = gathered
        gathered = ByteBuffer()
        context.writeAndFlush(NIOAny(out), promise: written)
    }

    var isWritable: Bool { context.channel.isWritable }

    /// What the socket has not taken yet.
    var outboundBytes: Int {
        ((try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? nil).map { Int($0) } ?? 0
    }

    func startKeepAlive() {
        let period = TimeAmount.nanoseconds(limits.silenceMax.nanoseconds / 4)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        keepAlive = eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in bound.value.checkPeer() }
    }

    func stop() { keepAlive?.cancel() }

    private func checkPeer() {
        if let checks = checksSincePing {
            checksSincePing = checks + 1
            if checks + 1 >= Self.checksAfterPing { close() }
        } else if NIODeadline.now() - lastHeard > limits.silenceMax {
            checksSincePing = 0
            write(Frame(.ping))
        }
    }
}
