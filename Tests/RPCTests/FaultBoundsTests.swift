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

    /// The header says it in units of 16 ms and up to 17 minutes; the body says the rest.
    @Test(arguments: [1, 15, 16, 1000, 30_000, 1_048_560, 1_048_561, 3_600_000, 86_400_000])
    func retryHintArrivesExactly(_ milliseconds: Int) throws {
        let fault = RPCFault(.resourceExhausted, "later", "Later.", retryAfterMilliseconds: milliseconds)
        var frame = Frame(.response, id: 1)
        frame.fail(fault)
        #expect(RPCFault(frame, .resourceExhausted) == fault)
        let isInHeader = milliseconds % 16 == 0 && milliseconds <= 16 * 65535
        #expect(String(buffer: frame.body).contains("retryAfter") == !isInHeader)
    }

    @Test func retryHintOfAnOlderServerIsRead() {
        var frame = Frame(.response, id: 1)
        frame.a = 63
        frame.body = ByteBuffer(string: #"{"code":"later","message":"Later."}"#)
        #expect(RPCFault(frame, .unavailable).retryAfterMilliseconds == 1008)
        frame.body = ByteBuffer(string: #"{"code":"later","message":"Later.","retryAfterMilliseconds":-5}"#)
        #expect(RPCFault(frame, .unavailable).retryAfterMilliseconds == nil)
    }

    @Test func metadataAboveItsLimitIsRefused() {
        var bytes = ByteBuffer()
        while bytes.readableBytes <= RPCLimits.metadataBytesMax { bytes.writeBytes([0x7F, 0, 1, 1]) }
        #expect(throws: FrameError.self) { try RPCMetadata(bytes) }
    }
}
