import Foundation
import NIOCore
import NIOFoundationEssentialsCompat

// How a fault travels in a RESPONSE or STREAM_END, both ways.

extension Frame {
    /// A failed RESPONSE or STREAM_END: status and retry hint (in units of 16 ms, rounded up) in the header, words in the
    /// body, and there too the hint where the header cannot say it exactly.
    mutating func fail(_ fault: RPCFault) {
        let retryAfter = FaultBody.retryUnits(fault)
        a = UInt32(fault.status.rawValue) << 16 | UInt32(retryAfter)
        if fault.isNotExecuted { flags.insert(.notExecuted) }
        if fault.doNotRetry { flags.insert(.doNotRetry) }
        body = FrequentFault.body(of: fault) ?? FaultBody(fault).encoded
    }
}

/// Faults that an overloaded server answers by the thousand; their words are written and read without JSON.
private enum FrequentFault {
    private static let bodies = [RPCFault.busy, .expired, .cancelledBeforeStart, .draining].map {
        (fault: $0, body: FaultBody($0).encoded)
    }

    static func body(of fault: RPCFault) -> ByteBuffer? {
        guard fault.isNotExecuted else { return nil }
        return bodies.first { $0.fault == fault }?.body
    }

    static func fault(in frame: Frame) -> RPCFault? {
        guard frame.flags.contains(.notExecuted) else { return nil }
        return bodies.first { $0.body == frame.body }?.fault
    }
}

extension RPCFault {
    init(_ frame: Frame, _ status: RPCStatus) {
        if let frequent = FrequentFault.fault(in: frame) {
            self = frequent
            return
        }
        // Leniently: a newer server may say more than we know.
        let body = try? JSONDecoder().decode(FaultBody.self, from: Data(frame.body.readableBytesView))
        // What a newer client needs to the millisecond, an older one knows roughly.
        let retryAfter = FaultBody.bounded(body?.retryAfterMilliseconds ?? Int(frame.a & 0xFFFF) * 16)
        self.init(
            status, body?.code ?? "unknown", body?.message ?? "The call failed.", errors: body?.errors ?? [],
            current: body?.current, conflictingFields: body?.conflictingFields ?? [],
            retryAfterMilliseconds: retryAfter == 0 ? nil : retryAfter,
            isNotExecuted: frame.flags.contains(.notExecuted), doNotRetry: frame.flags.contains(.doNotRetry))
    }
}

/// The body of a RESPONSE that failed; the status and, mostly, the retry hint stand in its header.
struct FaultBody: Codable {
    var code: String
    var message: String
    var errors: [FieldFault]?
    var current: String?
    var conflictingFields: [String]?
    /// Left out where the header says it exactly.
    var retryAfterMilliseconds: Int?

    init(_ fault: RPCFault) {
        code = fault.code
        message = fault.message
        errors = fault.errors.isEmpty ? nil : fault.errors
        current = fault.current
        conflictingFields = fault.conflictingFields.isEmpty ? nil : fault.conflictingFields
        let hint = Self.retryAfter(fault)
        retryAfterMilliseconds = hint == 16 * Self.retryUnits(fault) ? nil : hint
    }

    /// A day: a hint that was computed from clocks can come out negative or huge.
    private static let retryAfterMax = 86_400_000

    private static func retryAfter(_ fault: RPCFault) -> Int { bounded(fault.retryAfterMilliseconds ?? 0) }

    static func retryUnits(_ fault: RPCFault) -> Int { min((retryAfter(fault) + 15) / 16, Int(UInt16.max)) }

    static func bounded(_ milliseconds: Int) -> Int { min(max(milliseconds, 0), retryAfterMax) }

    /// Encoding strings cannot fail; if it did, the status alone still tells the caller.
    var encoded: ByteBuffer { (try? StrictJSON.encode(self)).map { ByteBuffer(data: $0) } ?? ByteBuffer() }
}
