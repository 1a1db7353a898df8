import Synchronization

/// W3C Trace Context, `traceparent` version 00: 16 bytes of trace id, 8 of span id, one of flags.
/// Travels as 25 bytes in a frame and as `00-<32 hex>-<16 hex>-<2 hex>` in a header.
package struct TraceContext: Sendable, Hashable {
    package var traceHigh, traceLow, span: UInt64
    package var flags: UInt8

    package init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt8) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
    }

    package static func random() -> TraceContext {
        TraceContext(traceHigh: TraceID.next(), traceLow: TraceID.next(), span: TraceID.next(), flags: 1)
    }

    /// The same trace, one span further down.
    package func child() -> TraceContext {
        var next = self
        next.span = TraceID.next()
        return next
    }

    package var header: String { "00-\(traceID)-\(Self.hex(span))-\(Self.hex(UInt64(flags)).suffix(2))" }

    package var traceID: String { Self.hex(traceHigh) + Self.hex(traceLow) }

    /// Nil for what the recommendation calls invalid: wrong lengths, upper case, all-zero ids, version ff.
    package init?(header: String) {
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, let version = Self.value(parts[0]), version != 0xFF,
            version > 0 || parts.count == 4,
            parts[1].utf8.count == 32, let high = Self.value(parts[1].prefix(16)),
            let low = Self.value(parts[1].suffix(16)),
            parts[2].utf8.count == 16, let span = Self.value(parts[2]), parts[3].utf8.count == 2,
            let flags = Self.value(parts[3]), high | low != 0, span != 0
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span, flags: UInt8(flags))
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func value(_ hex: Substring) -> UInt64? {
        guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        return UInt64(hex, radix: 16)
    }
}

/// For ids that need be unlike any other's and are no secret, such as a request's.
package struct TraceRandom: RandomNumberGenerator {
    package init() {}

    package mutating func next() -> UInt64 { TraceID.next() }
}

/// SplitMix64 from a random start: ids need be unlike any other's, not unguessable, and come by the hundred thousand.
private enum TraceID {
    private static let state = Atomic(UInt64.random(in: .min ... .max))

    static func next() -> UInt64 {
        var z = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return z == 0 ? 1 : z
    }
}
