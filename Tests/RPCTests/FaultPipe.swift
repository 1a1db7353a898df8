import Foundation
import NIOCore

@testable import RPC

/// One direction of one proxied connection: hands bytes on frame by frame, until the plan's toxic sets in.
/// Confined to the event loop of both its channels.
final class FaultPipe {
    private let source: any Channel
    private let target: any Channel
    private let direction: FaultDirection
    private let plan: FaultPlan?
    private var decoder = FrameDecoder()
    private var undecoded = ByteBuffer()
    private var toxic: Toxic?
    /// Bytes that still pass before a toxic with a count acts.
    private var allowance = 0
    private var hasActed = false
    private var delayed: [(due: NIODeadline, bytes: ByteBuffer)] = []
    private var sliced = ByteBuffer()
    private var sourceHasEnded = false

    init(from source: any Channel, to target: any Channel, _ direction: FaultDirection, _ plan: FaultPlan?) {
        self.source = source
        self.target = target
        self.direction = direction
        self.plan = plan
    }

    func receive(_ bytes: ByteBuffer) {
        undecoded.writeImmutableBuffer(bytes)
        while let (kind, frame) = nextFrame() {
            let moment = plan?.passes(kind, direction)
            if moment == .before { setIn() }
            pass(frame)
            if moment == .after { setIn() }
        }
    }

    func sourceEnded() {
        sourceHasEnded = true
        closeTargetWhenIdle()
    }

    private func nextFrame() -> (Frame.Kind, ByteBuffer)? {
        var rest = undecoded
        guard let frame = try? decoder.decode(buffer: &rest),
            let bytes = undecoded.readSlice(length: undecoded.readableBytes - rest.readableBytes)
        else { return nil }
        return (frame.kind, bytes)
    }

    private func setIn() {
        toxic = plan?.toxic
        switch toxic {
        case .cut(let bytes), .blackHole(let bytes), .reset(let bytes), .limitData(let bytes): allowance = bytes
        case .latency, .slice, nil: return
        }
        actIfSpent()
    }

    private func pass(_ bytes: ByteBuffer) {
        switch toxic {
        case nil: target.writeAndFlush(bytes, promise: nil)
        case .latency(let milliseconds): delay(bytes, milliseconds)
        case .slice(let size): slice(bytes, size)
        case .cut, .blackHole, .reset, .limitData:
            var bytes = bytes
            if let allowed = bytes.readSlice(length: min(allowance, bytes.readableBytes)), allowed.readableBytes > 0 {
                allowance -= allowed.readableBytes
                target.writeAndFlush(allowed, promise: nil)
            }
            actIfSpent()
        }
    }

    private func actIfSpent() {
        guard allowance == 0, !hasActed else { return }
        hasActed = true
        switch toxic {
        case .cut:
            source.close(promise: nil)
            target.close(promise: nil)
        case .reset:
            for channel in [source, target] {
                (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                    channel.close(promise: nil)
                }
            }
        case .limitData: target.close(mode: .output, promise: nil)
        case .blackHole, .latency, .slice, nil: break
        }
    }

    private func delay(_ bytes: ByteBuffer, _ milliseconds: Int64) {
        let due = NIODeadline.now() + .milliseconds(milliseconds)
        delayed.append((due, bytes))
        let bound = NIOLoopBound(self, eventLoop: target.eventLoop)
        target.eventLoop.scheduleTask(deadline: due) { bound.value.writeDue() }
    }

    private func writeDue() {
        while let first = delayed.first, first.due <= .now() {
            delayed.removeFirst()
            target.writeAndFlush(first.bytes, promise: nil)
        }
        closeTargetWhenIdle()
    }

    private func slice(_ bytes: ByteBuffer, _ size: Int) {
        let isIdle = sliced.readableBytes == 0
        sliced.writeImmutableBuffer(bytes)
        if isIdle { writeSlice(size) }
    }

    private func writeSlice(_ size: Int) {
        guard let piece = sliced.readSlice(length: min(size, sliced.readableBytes)), piece.readableBytes > 0 else {
            return closeTargetWhenIdle()
        }
        target.writeAndFlush(piece, promise: nil)
        let bound = NIOLoopBound(self, eventLoop: target.eventLoop)
        target.eventLoop.execute { bound.value.writeSlice(size) }
    }

    private func closeTargetWhenIdle() {
        guard sourceHasEnded, delayed.isEmpty, sliced.readableBytes == 0 else { return }
        if case .blackHole = toxic { return }
        target.close(promise: nil)
    }
}
