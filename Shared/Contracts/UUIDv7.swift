package import Foundation

/// Ids of everything that is stored: UUID version 7 (RFC 9562 section 5.7), 48 bits of Unix milliseconds first,
/// so that ids sort by the time they were made and new rows land at the end of an index.
package enum UUIDv7 {
    package static func make(at instant: Instant = .now) -> UUID {
        var random = SystemRandomNumberGenerator()
        return make(at: instant, random: &random)
    }

    package static func make(at instant: Instant, random: inout some RandomNumberGenerator) -> UUID {
        let millis = UInt64(max(0, instant.milliseconds))
        let high = millis << 16 | 0x7000 | UInt64.random(in: 0...0x0FFF, using: &random)
        let low = 0x8000_0000_0000_0000 | (UInt64.random(in: .min ... .max, using: &random) >> 2)
        return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

extension UUID {
    /// Ids leave in lower case, as RFC 9562 section 4 wants.
    package var text: String {
        withUnsafeBytes(of: uuid) { bytes in
            String(unsafeUninitializedCapacity: 36) { out in
                var end = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        out[end] = UInt8(ascii: "-")
                        end += 1
                    }
                    out[end] = Self.hexDigit(byte >> 4)
                    out[end + 1] = Self.hexDigit(byte & 0xF)
                    end += 2
                }
                return end
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
