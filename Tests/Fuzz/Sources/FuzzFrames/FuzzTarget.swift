import Foundation
import NIOCore

@testable import RPC

/// What the fuzzer's first byte chooses; the rest is the input.
enum FuzzTarget: UInt8, CaseIterable {
    case frames, metadata, greeting, fault

    /// Returns for every input; a broken promise stops the process, which the fuzzer reports with the input.
    func run(_ input: ByteBuffer) {
        switch self {
        case .frames: Self.decodeFrames(input)
        case .metadata: Self.decodeMetadata(input)
        case .greeting: _ = try? Hello(Frame(.hello, body: input))
        case .fault: Self.decodeFault(Frame(.response, body: input))
        }
    }

    /// Small, so that inputs of a few hundred bytes reach it.
    private static let frameBytesMax = 1024

    private static func decodeFrames(_ input: ByteBuffer) {
        var rest = input
        var decoder = FrameDecoder(frameBytesMax: frameBytesMax)
        while let frame = try? decoder.decode(buffer: &rest) {
            precondition(frame.encodedBytes <= frameBytesMax, "a frame above the cap came through")
            var bytes = ByteBuffer()
            bytes.writeFrame(frame)
            let again = try? decoder.decode(buffer: &bytes)
            precondition(again == frame, "a frame does not survive its own encoding")
            decodeMetadata(frame.metadata)
            if frame.kind == .hello || frame.kind == .helloAck { _ = try? Hello(frame) }
            if frame.kind == .response || frame.kind == .streamEnd { decodeFault(frame) }
        }
    }

    private static func decodeMetadata(_ input: ByteBuffer) {
        guard let metadata = try? RPCMetadata(input) else { return }
        // Text that is no UTF-8 is repaired and grows; above the limit nobody has to read it.
        let bytes = metadata.encoded()
        guard bytes.readableBytes <= RPCLimits.metadataBytesMax else { return }
        let again = try? RPCMetadata(bytes)
        precondition(again == metadata, "metadata does not survive its own encoding")
    }

    private static func decodeFault(_ frame: Frame) {
        let status = frame.status
        let fault = RPCFault(frame, status)
        var again = Frame(.response)
        again.fail(fault)
        precondition(RPCFault(again, status) == fault, "a fault does not survive its own encoding")
    }
}
