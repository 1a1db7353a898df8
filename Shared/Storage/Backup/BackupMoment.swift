import Foundation

/// Tells the time; a test turns its hands.
package typealias BackupClock = @Sendable () -> BackupMoment

/// An instant as backups write it: Unix time in milliseconds, in text as RFC 3339 in UTC.
package struct BackupMoment: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static var now: BackupMoment {
        BackupMoment(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// Takes `2026-11-21T04:34:55Z`, with or without a fraction, in any time zone.
    package init?(_ text: String) {
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? fractional.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text)) else {
            return nil
        }
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    package func adding(_ duration: Duration) -> BackupMoment {
        BackupMoment(milliseconds: milliseconds + duration.wholeMilliseconds)
    }

    /// `20261121T043455.123Z`: sorts by time and suits a file's name.
    var stamp: String { format("%04d%02d%02dT%02d%02d%02d.%03dZ") }

    /// Reads what `stamp` writes.
    init?(stamp: some StringProtocol) {
        let characters = Array(stamp)
        guard characters.count == 20, characters[8] == "T" else { return nil }
        let (date, time) = (characters[..<8].map(String.init), characters[9...].map(String.init))
        self.init(
            date[0..<4].joined() + "-" + date[4..<6].joined() + "-" + date[6..<8].joined() + "T"
                + time[0..<2].joined() + ":" + time[2..<4].joined() + ":" + time[4...].joined())
        guard self.stamp == stamp else { return nil }
    }

    private func format(_ format: String) -> String {
        let (seconds, fraction) = milliseconds.quotientAndFloorRemainder(dividingBy: 1000)
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        return String(
            format: format, parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
            parts.tm_sec, Int32(fraction))
    }
}

extension BackupMoment: CustomStringConvertible {
    package var description: String { format("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ") }
}

extension BackupMoment: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let moment = BackupMoment(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no RFC 3339 instant")
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Duration {
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension Int64 {
    fileprivate func quotientAndFloorRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
