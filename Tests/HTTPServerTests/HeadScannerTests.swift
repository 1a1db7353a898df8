import NIOCore
import Testing

@testable import HTTPServer

struct HeadScannerTests {
    static let head = "GET /a?b=c HTTP/1.1\r\nHost: a\r\nX-Y: \t \u{E9}\r\n\r\n"

    @Test func headEndsAtItsEmptyLineHoweverItIsCut() {
        let bytes = Array((Self.head + "GET").utf8)
        for cut in 0..<Self.head.utf8.count {
            var scanner = HeadScanner(.default)
            #expect(bytes[..<cut].withUnsafeBytes { scanner.scan($0) } == .partial(0))
            #expect(bytes.withUnsafeBytes { scanner.scan($0) } == .whole(Self.head.utf8.count))
        }
    }

    @Test func oneEmptyLineBeforeTheRequestIsTolerated() {
        var scanner = HeadScanner(.default)
        let bytes = Array(("\r\n" + Self.head).utf8)
        #expect(bytes.withUnsafeBytes { scanner.scan($0) } == .whole(bytes.count))
    }

    @Test func headOfExactlyTheLimitIsTooLarge() {
        var limits = HTTPLimits.default
        limits.headBytesMax = Self.head.utf8.count - 1
        var scanner = HeadScanner(limits)
        #expect(Array(Self.head.utf8).withUnsafeBytes { scanner.scan($0) } == .refused(.headTooLarge))
        limits.headBytesMax += 1
        scanner = HeadScanner(limits)
        #expect(Array(Self.head.utf8).withUnsafeBytes { scanner.scan($0) } == .whole(Self.head.utf8.count))
    }
}

struct ChunkScannerTests {
    static let body = "5;a=\"b\"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"

    @Test func chunkedBodyEndsAfterItsTrailersHoweverItIsCut() {
        let bytes = Array((Self.body + "GET /").utf8)
        for cut in 0..<Self.body.utf8.count {
            var scanner = ChunkScanner(.default)
            guard case .partial(let taken) = bytes[..<cut].withUnsafeBytes({ scanner.scan($0) }) else {
                Issue.record("The body ended at \(cut).")
                continue
            }
            #expect(bytes[taken...].withUnsafeBytes { scanner.scan($0) } == .whole(Self.body.utf8.count - taken))
        }
    }

    @Test func sizeThatOverflowsIsTooLarge() {
        var scanner = ChunkScanner(.default)
        #expect(Array("ffffffffffffffff\r\n".utf8).withUnsafeBytes { scanner.scan($0) } == .refused(.bodyTooLarge))
    }

    @Test func bodyOfKnownLengthIsTakenToItsLastByte() {
        var framing = MessageFraming.length(5)
        #expect(Array("hel".utf8).withUnsafeBytes { framing.take($0) } == .partial(3))
        #expect(Array("loGET".utf8).withUnsafeBytes { framing.take($0) } == .whole(2))
    }
}
