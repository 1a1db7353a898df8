import Testing

@testable import auth

/// Numbers that are the same in every run.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

private func fault(_ bytes: [UInt8]) -> CBOR.Fault? {
    do throws(CBOR.Fault) {
        _ = try CBOR(bytes)
        return nil
    } catch {
        return error
    }
}

struct CBORTests {
    /// From RFC 8949, appendix A.
    @Test(
        arguments: [
            ([0x00], .integer(0)), ([0x17], .integer(23)), ([0x18, 0x18], .integer(24)),
            ([0x19, 0x03, 0xE8], .integer(1000)),
            ([0x1A, 0x00, 0x0F, 0x42, 0x40], .integer(1_000_000)),
            ([0x1B, 0x00, 0x00, 0x00, 0xE8, 0xD4, 0xA5, 0x10, 0x00], .integer(1_000_000_000_000)),
            ([0x20], .integer(-1)), ([0x38, 0x63], .integer(-100)), ([0x39, 0x03, 0xE7], .integer(-1000)),
            ([0x3B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .integer(.min)), ([0xF4], .boolean(false)),
            ([0xF5], .boolean(true)), ([0x40], .bytes([])), ([0x44, 1, 2, 3, 4], .bytes([1, 2, 3, 4])),
            ([0x60], .text("")),
            ([0x62, 0xC3, 0xBC], .text("\u{FC}")), ([0x80], .array([])), ([0xA0], .map([:])),
            ([0xA2, 0x01, 0x02, 0x03, 0x04], .map([.integer(1): .integer(2), .integer(3): .integer(4)])),
            ([0x82, 0x61, 0x61, 0xA1, 0x61, 0x62, 0x61, 0x63], .array([.text("a"), .map([.text("b"): .text("c")])])),
        ] as [([UInt8], CBOR)]) func itemsAreRead(_ bytes: [UInt8], _ item: CBOR) throws
    {
        #expect(try CBOR(bytes) == item)
        #expect(item.encoded == bytes)
    }

    @Test(
        arguments: [
            ([], .truncated), ([0x00, 0x00], .trailingBytes), ([0x18, 0x17], .notShortest),
            ([0x19, 0x00, 0xFF], .notShortest),
            ([0x1A, 0x00, 0x00, 0xFF, 0xFF], .notShortest), ([0x1B, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], .notShortest),
            ([0x58, 0x01, 0x00], .notShortest), ([0x1B, 0x80, 0, 0, 0, 0, 0, 0, 0], .outOfRange),
            ([0x3B, 0x80, 0, 0, 0, 0, 0, 0, 0], .outOfRange), ([0x61, 0xFF], .invalidUTF8),
            ([0xA2, 0x01, 0x02, 0x01, 0x02], .duplicateKey), ([0xA1, 0x40, 0x01], .badKey),
            ([0xA1, 0xF4, 0x01], .badKey),
            // Floats, null, undefined, tags, indefinite lengths, reserved.
            ([0xF9, 0x3C, 0x00], .unsupported), ([0xF6], .unsupported), ([0xF7], .unsupported),
            ([0xC0, 0x00], .unsupported),
            ([0x5F, 0x41, 0x00, 0xFF], .unsupported), ([0x9F, 0xFF], .unsupported), ([0xBF, 0xFF], .unsupported),
            ([0x1C], .unsupported), ([0xF8, 0x20], .unsupported),
        ] as [([UInt8], CBOR.Fault)]) func allElseIsRefused(_ bytes: [UInt8], _ expected: CBOR.Fault)
    {
        #expect(fault(bytes) == expected)
    }

    @Test func itemsLieFourDeepAtMost() {
        #expect(fault([0x81, 0x81, 0x81, 0x01]) == nil)
        #expect(fault([0x81, 0x81, 0x81, 0x81, 0x01]) == .tooDeep)
        #expect(fault([UInt8](repeating: 0x81, count: 100_000)) == .tooDeep)
    }

    /// Four billion members are announced; for none of them is room made.
    @Test(arguments: [0x5A, 0x7A, 0x9A, 0xBA] as [UInt8]) func lengthsAreBelievedWhenTheBytesAreThere(_ first: UInt8) {
        #expect(fault([first, 0xFF, 0xFF, 0xFF, 0xFF]) == .truncated)
        #expect(fault([first + 1] + [UInt8](repeating: 0xFF, count: 8)) == .truncated)
    }

    @Test func everyTruncationIsRefused() throws {
        let whole = CBOR.map([
            .text("fmt"): .text("none"), .text("attStmt"): .map([:]), .integer(-70_000): .array([.boolean(true)]),
            .text("authData"): .bytes([UInt8](repeating: 7, count: 300)),
        ]).encoded
        #expect(fault(whole) == nil)
        for count in whole.indices { #expect(fault(Array(whole[..<count])) == .truncated) }
    }

    /// Whatever comes, it ends in an item that is written as it was read, or in a fault.
    @Test func noBytesTrapIt() throws {
        var dice = Dice(state: 20_261)
        let seed = PasskeyVectors.attestation
        for round in 0..<20_000 {
            var bytes = seed
            if round.isMultiple(of: 2) {
                bytes = (0..<Int.random(in: 0...40, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            } else {
                for _ in 0..<Int.random(in: 1...4, using: &dice) {
                    bytes[Int.random(in: bytes.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
                }
            }
            if let item = try? CBOR(bytes) {
                #expect(try CBOR(item.encoded) == item)
                #expect(item.encoded.count == bytes.count)
            }
            _ = try? AuthenticatorData(Array(bytes.suffix(164)))
        }
    }
}

extension CBOR {
    /// As it is read, with the keys of maps in some order that is always the same.
    var encoded: [UInt8] {
        switch self {
        case .integer(let value): value < 0 ? Self.head(1, UInt64(-1 - value)) : Self.head(0, UInt64(value))
        case .bytes(let bytes): Self.head(2, UInt64(bytes.count)) + bytes
        case .text(let text): Self.head(3, UInt64(text.utf8.count)) + text.utf8
        case .array(let items): Self.head(4, UInt64(items.count)) + items.flatMap(\.encoded)
        case .map(let members):
            Self.head(5, UInt64(members.count))
                + members.map { ($0.encoded, $1.encoded) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
                .flatMap { $0 + $1 }
        case .boolean(let value): [value ? 0xF5 : 0xF4]
        }
    }

    private static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
        let bytes = withUnsafeBytes(of: value.bigEndian) { Array($0) }
        switch value {
        case ..<24: return [major << 5 | UInt8(value)]
        case ...0xFF: return [major << 5 | 24] + bytes.suffix(1)
        case ...0xFFFF: return [major << 5 | 25] + bytes.suffix(2)
        case ...0xFFFF_FFFF: return [major << 5 | 26] + bytes.suffix(4)
        default: return [major << 5 | 27] + bytes
        }
    }
}
