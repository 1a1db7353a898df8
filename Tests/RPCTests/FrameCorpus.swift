import Foundation
import NIOCore

@testable import RPC

/// Valid frames of every kind, as a conversation sends them: what the decoder's proofs and the fuzzer start from.
enum FrameCorpus {
    static let small: [Frame] = Frame.Kind.allCases.flatMap(samples) + edges

    /// Bodies above what one read of a socket brings.
    static let large = [
        Frame(
            .request, id: 3, a: 100, method: 0x0201, metadata: fullMetadata,
            body: ByteBuffer(repeating: 0x20, count: 70_000)),
        Frame(.response, id: 3, body: ByteBuffer(repeating: 0x7B, count: 300_000)),
    ]

    static let hello = ByteBuffer(
        string: """
            {"frameBytesMax":4194304,"inFlightMax":1024,"magic":"IBPRPC01",\
            "nonce":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","service":"gateway","versionMax":1,"versionMin":1}
            """)

    static let proof = ByteBuffer(
        string: """
            {"frameBytesMax":4194304,"inFlightMax":1024,"magic":"IBPRPC01",\
            "proof":"HxAeHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=","service":"deals","versionMax":1,"versionMin":1}
            """)

    static let fault = ByteBuffer(
        string: """
            {"code":"rules_unmet","current":"{\\"v\\":1}",\
            "errors":[{"code":"c","field":"value.amount","message":"m"}],"message":"Two rules are unmet."}
            """)

    /// One entry of every key there is.
    static let fullMetadata: ByteBuffer = {
        var metadata = RPCMetadata()
        metadata.trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3, flags: 1)
        metadata.requestID = "r-1"
        metadata.clientAddress = "192.0.2.1"
        metadata.userAgent = "curl/8.5.0"
        metadata.replyResource = "D-2026-0001"
        metadata.replyVersion = 9
        metadata.idempotencyKey = "0f8c"
        metadata.identity = RPCIdentity(
            subject: uuid(1), session: uuid(2), roles: 4)
        metadata.resource = ["D-2026-0001", "second"]
        metadata.ifMatch = .max
        return metadata.encoded()
    }()

    static func bytes(_ frames: [Frame]) -> ByteBuffer {
        frames.reduce(into: ByteBuffer()) { $0.writeFrame($1) }
    }

    private static func samples(_ kind: Frame.Kind) -> [Frame] {
        switch kind {
        case .hello: [Frame(kind, body: hello), Frame(kind, body: proof)]
        case .helloAck: [Frame(kind, body: proof)]
        case .request:
            [
                Frame(kind, flags: .isIdempotent, id: 1, a: 5000, method: 0x0201, body: ByteBuffer(string: "{}")),
                Frame(kind, id: 2, a: 400, method: 0x0202, metadata: fullMetadata),
            ]
        case .response:
            [
                Frame(kind, id: 1, metadata: fullMetadata, body: ByteBuffer(string: "[1,2,3]")),
                Frame(kind, flags: .notExecuted, id: 2, a: 0x0008_0004, body: fault),
            ]
        case .streamItem: [Frame(kind, id: 1, body: ByteBuffer(string: "{\"seq\":1}"))]
        case .streamEnd: [Frame(kind, id: 1), Frame(kind, flags: .doNotRetry, id: 1, a: 0x000D_0000, body: fault)]
        case .cancel: [Frame(kind, id: 7)]
        case .credit: [Frame(kind, id: 7, a: 64)]
        case .ping, .pong: [Frame(kind, a: 0xFFFF_FFFF)]
        case .drain: [Frame(kind, a: 7)]
        case .goodbye: [Frame(kind), Frame(kind, body: ByteBuffer(string: "drained"))]
        }
    }

    private static let edges = [
        Frame(.request, id: .max, a: .max, method: .max, metadata: ByteBuffer(bytes: [0x7F, 0, 0])),
        Frame(
            .response, id: 1, metadata: ByteBuffer(bytes: [0x7F, 0, 1, 1]), body: ByteBuffer(repeating: 0, count: 1)),
    ]

    private static func uuid(_ byte: UInt8) -> UUID {
        UUID(uuid: (byte, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte))
    }
}
