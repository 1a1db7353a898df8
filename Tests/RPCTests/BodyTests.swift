import NIOCore
import Testing

@testable import RPC

private let redundant = ByteBuffer(repeating: 65, count: 100_000)

/// What packs to less than a half, and more than a hundredth.
private let text = ByteBuffer(string: (0..<10_000).map { "\($0 * $0)," }.joined())

private func compressed() -> Frame {
    var frame = Frame(.request, id: 1, body: text)
    frame.compressBody(atLeast: 1)
    return frame
}

@Test func bodiesComeBackFromCompression() throws {
    var frame = compressed()
    #expect(frame.flags.contains(.bodyIsCompressed))
    #expect(frame.body.readableBytes < text.readableBytes / 2)
    try frame.inflateBody(bytesMax: text.readableBytes)
    #expect(frame.body == text)
    #expect(frame.flags.isEmpty)
}

/// 100 000 equal bytes would pack into some hundred, which the peer must take for an attack.
@Test func bodyThatWouldLookLikeABombTravelsPlain() {
    var frame = Frame(.request, body: redundant)
    frame.compressBody(atLeast: 1)
    #expect(frame == Frame(.request, body: redundant))
}

@Test func smallAndIncompressibleBodiesStayAsTheyAre() {
    var random = SeededRandom(state: 1)
    let noise = ByteBuffer(bytes: (0..<50_000).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    for body in [noise, ByteBuffer(repeating: 65, count: 99)] {
        var frame = Frame(.request, body: body)
        frame.compressBody(atLeast: 100)
        #expect(frame == Frame(.request, body: body))
    }
}

@Test func bodyThatGrowsTooMuchIsRefusedBeforeItIsUnpacked() {
    var body = ByteBuffer(integer: UInt32(100_001))
    body.writeRepeatingByte(0, count: 1000)
    var bomb = Frame(.request, flags: .bodyIsCompressed, body: body)
    #expect(throws: FrameError.badCompression("100001 bytes are too many")) {
        try bomb.inflateBody(bytesMax: 1_000_000)
    }
    var large = compressed()
    #expect(throws: FrameError.self) { try large.inflateBody(bytesMax: 1000) }
}

@Test func bodyThatIsNotWhatItSaysIsRefused() {
    for change in [
        { (body: inout ByteBuffer) in body.setInteger(UInt32(3), at: body.readerIndex) },
        { body in body.setInteger(UInt8(0), at: body.readerIndex + 20) },
        { body in body.moveWriterIndex(to: body.writerIndex - 1) },
        { body in body.writeInteger(UInt8(0)) },
        { body in body.clear() },
    ] {
        var frame = compressed()
        change(&frame.body)
        #expect(throws: FrameError.self) { try frame.inflateBody(bytesMax: 1_000_000) }
    }
}

@Test func everyFlippedBitOfAFrameIsNoticed() throws {
    let frame = Frame(
        .request, flags: .isIdempotent, id: 7, a: 5, method: 9, metadata: ByteBuffer(bytes: [1, 2]),
        body: ByteBuffer(string: "{}"))
    var good = ByteBuffer()
    good.writeFrame(frame, checksummed: true)
    var decoder = FrameDecoder()
    var copy = good
    let decoded = try decoder.decode(buffer: &copy)
    #expect(decoded == frame)
    // The length is not covered: changed, it moves the checksum's end.
    for bit in 4 * 8..<good.readableBytes * 8 {
        var bad = good
        let byte = bad.getInteger(at: bit / 8, as: UInt8.self) ?? 0
        bad.setInteger(byte ^ (1 << (bit % 8)), at: bit / 8)
        #expect(throws: FrameError.self, "bit \(bit)") { try decoder.decode(buffer: &bad) }
    }
}

@Test func headAndBodyWrittenApartAreTheSameBytes() {
    let frame = Frame(.response, id: 3, metadata: ByteBuffer(bytes: [1]), body: redundant)
    var whole = ByteBuffer(string: "before")
    var head = whole
    whole.writeFrame(frame, checksummed: true)
    head.writeFrameHead(frame, checksummed: true)
    head.writeImmutableBuffer(frame.body)
    #expect(head == whole)
}

@Test func largeBodiesTravelCompressedBothWays() async throws {
    var router = RPCRouter()
    router.on(TestMethods.echo) { input, _ in input }
    try await Loopback.with(router) { loopback in
        let text = Text(text: (0..<60_000).map { "\($0)" }.joined(separator: " "))
        let answer = try await loopback.client.call(TestMethods.echo, text, timeout: .seconds(60))
        #expect(answer == text)
    }
}
