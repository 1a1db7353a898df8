import Foundation
import NIOCore
import NIOFoundationEssentialsCompat

// How a fault travels in a RESPONSE, both ways.

extension Frame {
    /// A failed RESPONSE: status and retry hint (in units of 16 ms) in the header, words in the body.
    mutating func fail(_ fault: RPCFault) {
        let retryAfter = min((fault.retryAfterMilliseconds.map { $0 + 15 } ?? 0) / 16, Int(UInt16.max))
        a = UInt32(fault.status.rawValue) << 16 | UInt32(retryAfter)
        if fault.isNotExecuted { flags.insert(.notExecuted) }
        // Encoding strings cannot fail; if it did, the status alone still tells the caller.
        body = (try? StrictJSON.encode(FaultBody(fault))).map { ByteBuffer(data: $0) } ?? ByteBuffer()
    }
}

extension RPCFault {
    init(_ frame: Frame, _ status: RPCStatus) {
        // Leniently: a newer server may say more than we know.
        let body = try? JSONDecoder().decode(FaultBody.self, from: Data(frame.body.readableBytesView))
        let retryAfter = Int(frame.a & 0xFFFF) * 16
        self.init(
            status, body?.code ?? "unknown", body?.message ?? "The call failed.", errors: body?.errors ?? [],
            current: body?.current, retryAfterMilliseconds: retryAfter == 0 ? nil : retryAfter,
            isNotExecuted: frame.flags.contains(.notExecuted))
    }
}

/// The body of a RESPONSE that failed; the status and the retry hint stand in its header.
struct FaultBody: Codable {
    var code: String
    var message: String
    var errors: [FieldFault]?
    var current: String?

    init(_ fault: RPCFault) {
        code = fault.code
        message = fault.message
        errors = fault.errors.isEmpty ? nil : fault.errors
        current = fault.current
    }
}
