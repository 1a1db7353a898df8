import NIOCore
import Testing

@testable import RPC

/// What comes out of a decoder that is fed piece by piece.
private func decode(_ bytes: ByteBuffer, cutAt cuts: [Int]) throws -> [Frame] {
    let processor = NIOSingleStepByteToMessageProcessor(FrameDecoder())
    var rest = bytes
    var frames: [Frame] = []
    var position = 0
    for cut in cuts + [bytes.readableBytes] {
        guard let piece = rest.readSlice(length: cut - position), piece.readableBytes > 0 else { continue }
        position = cut
        try processor.process(buffer: piece) { frames.append($0) }
    }
    #expect(processor.unprocessedBytes == 0)
    return frames
}

/// Proofs over `FrameCorpus`; Tests/Fuzz goes on where these end.
@Suite struct DecoderProofTests {
    private static let seed: UInt64 = 20_260

    @Test func corpusHoldsEveryKind() {
        #expect(Set(FrameCorpus.small.map(\.kind)) == Set(Frame.Kind.allCases))
        #expect(throws: Never.self) {
            for body in [FrameCorpus.hello, FrameCorpus.proof] { _ = try Hello(Frame(.hello, body: body)) }
        }
    }

    @Test func everyFrameComesBackAsItWasEncodedAndIsEncodedAsItCame() throws {
        for frame in FrameCorpus.small + FrameCorpus.large {
            let bytes = FrameCorpus.bytes([frame])
            #expect(bytes.readableBytes == frame.encodedBytes)
            let decoded = try decode(bytes, cutAt: [])
            #expect(decoded == [frame])
            #expect(FrameCorpus.bytes(decoded) == bytes)
        }
    }

    @Test func framesSurviveAllAtOnceAndByteByByte() throws {
        let frames = FrameCorpus.small + FrameCorpus.large
        let bytes = FrameCorpus.bytes(frames)
        #expect(try decode(bytes, cutAt: []) == frames)
        let small = FrameCorpus.bytes(FrameCorpus.small)
        #expect(try decode(small, cutAt: Array(1..<small.readableBytes)) == FrameCorpus.small)
    }

    @Test func framesSurviveEverySplitInTwo() throws {
        for frame in FrameCorpus.small {
            // Its follower must survive too, which begins within the second piece.
            let pair = [frame, Frame(.ping, a: 1)]
            let bytes = FrameCorpus.bytes(pair)
            for cut in 1..<bytes.readableBytes {
                guard try decode(bytes, cutAt: [cut]) == pair else {
                    Issue.record("\(frame.kind) cut at \(cut)")
                    return
                }
            }
        }
    }

    @Test func framesSurviveRandomChunks() throws {
        var random = SeededRandom(state: Self.seed)
        for round in 0..<200 {
            let frames = (FrameCorpus.small + (round % 20 == 0 ? FrameCorpus.large : [])).shuffled(using: &random)
            let bytes = FrameCorpus.bytes(frames)
            let cuts = (0..<Int.random(in: 1...60, using: &random)).map { _ in
                Int.random(in: 1..<bytes.readableBytes, using: &random)
            }
            guard try decode(bytes, cutAt: cuts.sorted()) == frames else {
                Issue.record("round \(round) of seed \(Self.seed)")
                return
            }
        }
    }

    /// A sender that announces the largest frame and never ends it holds no more memory than that frame.
    @Test func bytesKeptForAnUnfinishedFrameStayUnderTheCap() throws {
        let cap = 4096
        let processor = NIOSingleStepByteToMessageProcessor(FrameDecoder(frameBytesMax: cap))
        try processor.process(buffer: ByteBuffer(integer: UInt32(cap - 4))) { _ in Issue.record("no frame yet") }
        let piece = ByteBuffer(repeating: 1, count: 100)
        for _ in 0..<(cap - 5) / piece.readableBytes {
            try processor.process(buffer: piece) { _ in Issue.record("no frame yet") }
            #expect(processor.unprocessedBytes < cap)
        }
        #expect(throws: FrameError.self) { try processor.process(buffer: piece) { _ in } }

        let tooLong = NIOSingleStepByteToMessageProcessor(FrameDecoder(frameBytesMax: cap))
        #expect(throws: FrameError.tooLong(cap - 3)) {
            try tooLong.process(buffer: ByteBuffer(integer: UInt32(cap - 3))) { _ in }
        }
    }

    @Test func damagedFramesAreFramesOrErrorsAndNeverAboveTheCap() async {
        var random = SeededRandom(state: Self.seed)
        let cap = 1024
        let corpus = FrameCorpus.small.map { Array(FrameCorpus.bytes([$0]).readableBytesView) }
        var frames = 0
        var errors = 0
        for round in 0..<100_000 {
            await Self.letOthersRun(round)
            var rest = ByteBuffer(bytes: corpus[round % corpus.count].damaged(using: &random))
            var decoder = FrameDecoder(frameBytesMax: cap)
            do {
                while let frame = try decoder.decode(buffer: &rest) {
                    frames += 1
                    guard frame.encodedBytes <= cap, Self.survives(frame, decoder) else {
                        Issue.record("round \(round) of seed \(Self.seed): \(frame)")
                        return
                    }
                }
            } catch is FrameError {
                errors += 1
            } catch {
                Issue.record("round \(round) of seed \(Self.seed): \(error) is no FrameError")
                return
            }
        }
        // Both ends of the road were travelled.
        #expect(frames > 10_000)
        #expect(errors > 10_000)
    }

    /// Seconds of computing would hold one of the few threads that all tests share, and let the clocks of others run out.
    private static func letOthersRun(_ round: Int) async { if round.isMultiple(of: 100) { await Task.yield() } }

    private static func survives(_ frame: Frame, _ decoder: FrameDecoder) -> Bool {
        var decoder = decoder
        var bytes = FrameCorpus.bytes([frame])
        return (try? decoder.decode(buffer: &bytes)) == frame
    }

    @Test func damagedMetadataIsMetadataOrAnError() async {
        var random = SeededRandom(state: Self.seed)
        let whole = Array(FrameCorpus.fullMetadata.readableBytesView)
        var read = 0
        for round in 0..<20_000 {
            await Self.letOthersRun(round)
            do {
                let metadata = try RPCMetadata(ByteBuffer(bytes: whole.damaged(using: &random)))
                read += 1
                guard try RPCMetadata(metadata.encoded()) == metadata else {
                    Issue.record("round \(round) of seed \(Self.seed): \(metadata)")
                    return
                }
            } catch is FrameError {
                continue
            } catch {
                Issue.record("round \(round) of seed \(Self.seed): \(error) is no FrameError")
                return
            }
        }
        #expect(read > 1000)
    }

    @Test func metadataCutShortAnywhereIsAnErrorOrWholeEntries() {
        let whole = FrameCorpus.fullMetadata
        for length in 0..<whole.readableBytes {
            guard let bytes = whole.getSlice(at: 0, length: length) else { continue }
            do {
                let metadata = try RPCMetadata(bytes)
                #expect(metadata.encoded() == bytes)
            } catch {
                #expect(error is FrameError)
            }
        }
    }
}

extension [UInt8] {
    /// One to four of: a bit turned, a byte set, removed or added, the end cut off, a piece repeated.
    fileprivate func damaged(using random: inout SeededRandom) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
            case 4: bytes.removeSubrange(place...)
            default: bytes += bytes[place...]
            }
        }
        return bytes
    }
}
