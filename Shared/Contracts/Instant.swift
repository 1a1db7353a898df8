import Foundation

/// A moment in time: whole milliseconds since 1970-01-01T00:00:00Z. Travels as RFC 3339 with `Z`, is stored as an integer.
package struct Instant: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static var now: Instant {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    package static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }

    package func advanced(bySeconds seconds: Int64) -> Instant { Instant(milliseconds: milliseconds + seconds * 1000) }

    package func seconds(since earlier: Instant) -> Int64 { (milliseconds - earlier.milliseconds) / 1000 }
}

/// Tells the time; a test turns its hands.
package typealias WallClock = @Sendable () -> Instant

extension Instant {
    /// `2026-11-21T09:30:00.125Z`
    package var text: String {
        let (days, dayMillis) = milliseconds.flooredDivision(by: 86_400_000)
        let date = BusinessDate(daysSince1970: Int(days))
        let (seconds, millis) = Int(dayMillis).quotientAndRemainder(dividingBy: 1000)
        guard (0...9999).contains(date.year) else {
            let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0.padded(2) }.joined(separator: ":")
            return "\(date.text)T\(clock).\(millis.padded(3))Z"
        }
        // Every event and every answer has some of these.
        return String(unsafeUninitializedCapacity: 24) { out in
            func write(_ value: Int, _ places: Range<Int>, then mark: UInt8) {
                var rest = value
                for place in places.reversed() {
                    out[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                out[places.upperBound] = mark
            }
            write(date.year, 0..<4, then: UInt8(ascii: "-"))
            write(date.month, 5..<7, then: UInt8(ascii: "-"))
            write(date.day, 8..<10, then: UInt8(ascii: "T"))
            write(seconds / 3600, 11..<13, then: UInt8(ascii: ":"))
            write(seconds / 60 % 60, 14..<16, then: UInt8(ascii: ":"))
            write(seconds % 60, 17..<19, then: UInt8(ascii: "."))
            write(millis, 20..<23, then: UInt8(ascii: "Z"))
            return 24
        }
    }

    /// Reads RFC 3339 in UTC (`Z` only, up to nine decimals, cut to milliseconds); nil for anything else.
    package init?(text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 30, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let date = BusinessDate(text: String(decoding: bytes[..<10], as: UTF8.self)),
            let hour = Int(digits: bytes[11..<13]), hour < 24, let minute = Int(digits: bytes[14..<16]), minute < 60,
            let second = Int(digits: bytes[17..<19]), second < 60
        else { return nil }
        var millis = 0
        let fraction = bytes[19..<(bytes.count - 1)]
        if !fraction.isEmpty {
            guard fraction.first == UInt8(ascii: "."), fraction.count > 1, Int(digits: fraction.dropFirst()) != nil
            else {
                return nil
            }
            let threeDigits = (Array(fraction.dropFirst()) + Array("00".utf8)).prefix(3)
            millis = Int(digits: threeDigits) ?? 0
        }
        let seconds = Int64(hour * 3600 + minute * 60 + second)
        self.init(milliseconds: Int64(date.daysSince1970) * 86_400_000 + seconds * 1000 + Int64(millis))
    }
}

extension Instant: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Instant(text: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "must be an RFC 3339 time in UTC such as 2026-11-21T09:30:00Z")
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
