import Foundation
import NIOCore
import Testing

@testable import RPC

private func decodeAll(_ bytes: ByteBuffer, step: Int) throws -> [Frame] {
    let processor = NIOSingleStepByteToMessageProcessor(FrameDecoder())
    var rest = bytes
    var frames: [Frame] = []
    while let part = rest.readSlice(length: min(step, rest.readableBytes)), part.readableBytes > 0 {
        try processor.process(buffer: part) { frames.append($0) }
    }
    return frames
}

private let samples = [
    Frame(.ping),
    Frame(
        .request, flags: .isIdempotent, id: 7, a: 5000, method: 0x0201, metadata: ByteBuffer(string: "meta"),
        body: ByteBuffer(string: "{}")),
    Frame(.response, flags: .notExecuted, id: .max, a: 0x0008_0004, body: ByteBuffer(repeating: 1, count: 5000)),
]

@Test(arguments: [1, 2, 3, 7, 23, 24, 25, 1000, 100_000])
func framesSurviveAnyCut(_ step: Int) throws {
    var bytes = ByteBuffer()
    for frame in samples { bytes.writeFrame(frame) }
    #expect(try decodeAll(bytes, step: step) == samples)
}

@Test func headerIsTwentyFourBytesInTheDocumentedOrder() {
    var bytes = ByteBuffer()
    bytes.writeFrame(Frame(.request, flags: .wantsStream, id: 2, a: 3, method: 4, body: ByteBuffer(bytes: [9])))
    #expect(
        Array(bytes.readableBytesView) == [0, 0, 0, 21, 1, 3, 0, 8, 0, 0, 0, 2, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0, 0, 9])
}

@Test(arguments: ["GET /", "HTTP/1.1", "\u{16}\u{3}\u{1}\u{2}"])
func otherProtocolsAreTooLongFromTheirFirstFourBytes(_ words: String) {
    #expect(throws: FrameError.self) { try decodeAll(ByteBuffer(string: words), step: 4) }
}

@Test func lengthBelowAHeaderIsRefused() {
    #expect(throws: FrameError.tooShort(19)) { try decodeAll(ByteBuffer(integer: UInt32(19)), step: 4) }
}

@Test func metadataLongerThanTheFrameIsRefused() {
    var bytes = ByteBuffer()
    bytes.writeFrame(Frame(.request))
    bytes.setInteger(UInt16(1), at: 18)
    #expect(throws: FrameError.tooShort(20)) { try decodeAll(bytes, step: 100) }
}

@Test func unknownVersionAndKindAreRefused() {
    for (offset, error) in [(4, FrameError.unknownVersion(99)), (5, .unknownKind(99))] {
        var bytes = ByteBuffer()
        bytes.writeFrame(Frame(.ping))
        bytes.setInteger(UInt8(99), at: offset)
        #expect(throws: error) { try decodeAll(bytes, step: 100) }
    }
}

@Test func randomBytesNeverDoMoreThanThrow() {
    var random = SeededRandom(state: 42)
    for _ in 0..<2000 {
        var bytes = (0..<Int.random(in: 1...200, using: &random)).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        if Bool.random(using: &random) {
            bytes.replaceSubrange(0..<min(2, bytes.count), with: [0, 0].prefix(bytes.count))
        }
        _ = try? decodeAll(ByteBuffer(bytes: bytes), step: Int.random(in: 1...50, using: &random))
        _ = try? RPCMetadata(ByteBuffer(bytes: bytes))
    }
}

/// SplitMix64, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Test func metadataComesBackAsItWent() throws {
    var metadata = RPCMetadata()
    metadata.trace = .random()
    metadata.requestID = "r-1"
    metadata.clientAddress = "192.0.2.1"
    metadata.userAgent = "curl/8.5.0"
    metadata.idempotencyKey = "k"
    metadata.identity = RPCIdentity(subject: UUID(), session: UUID(), roles: 4)
    metadata.resource = ["D-2026-0001", "second"]
    metadata.ifMatch = .max
    metadata.replyResource = "x"
    metadata.replyVersion = 9
    #expect(try RPCMetadata(metadata.encoded()) == metadata)
}

@Test func unknownMetadataBelow0x80IsSkippedAndAboveIsNot() throws {
    #expect(try RPCMetadata(ByteBuffer(bytes: [0x7F, 0, 1, 1])) == RPCMetadata())
    #expect(throws: FrameError.badMetadata("unknown critical key 255")) {
        try RPCMetadata(ByteBuffer(bytes: [0xFF, 0, 0]))
    }
    #expect(throws: FrameError.badMetadata("entry 1 is cut short")) {
        try RPCMetadata(ByteBuffer(bytes: [1, 0, 25, 0]))
    }
}

@Test func backOffDoublesWithJitterUpToItsMaximum() {
    var backOff = BackOff(first: .milliseconds(20), max: .seconds(1))
    let waits = (0..<10).map { _ in backOff.next() }
    for (wait, step) in zip(waits, [20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000]) {
        #expect(wait <= .milliseconds(step) && wait >= .milliseconds(step / 2))
    }
}
