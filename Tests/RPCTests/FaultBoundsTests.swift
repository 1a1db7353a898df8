import NIOCore
import Testing

@testable import RPC

/// A hint that was computed from clocks can come out negative or huge; it must not end the process.
@Suite struct FaultBoundsTests {
    @Test func negativeRetryHintIsSentAsNone() async {
        await #expect(processExitsWith: .success) {
            var frame = Frame(.response, id: 1)
            frame.fail(RPCFault(.unavailable, "later", "Later.", retryAfterMilliseconds: -100))
            precondition(frame.a & 0xFFFF == 0, "the hint is \(frame.a & 0xFFFF)")
        }
    }

    @Test func hugeRetryHintIsSentAsTheLargest() async {
        await #expect(processExitsWith: .success) {
            var frame = Frame(.response, id: 1)
            frame.fail(RPCFault(.unavailable, "later", "Later.", retryAfterMilliseconds: .max))
            precondition(frame.a & 0xFFFF == 0xFFFF, "the hint is \(frame.a & 0xFFFF)")
        }
    }

    @Test func metadataAboveItsLimitIsRefused() {
        var bytes = ByteBuffer()
        while bytes.readableBytes <= RPCLimits.metadataBytesMax { bytes.writeBytes([0x7F, 0, 1, 1]) }
        #expect(throws: FrameError.self) { try RPCMetadata(bytes) }
    }
}
