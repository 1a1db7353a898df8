import Contracts
import Foundation

/// How one attempt to deliver ended.
enum AttemptOutcome: Sendable, Hashable {
    /// - Parameters:
    ///   - retryAfter: when the endpoint wants to be asked again.
    ///   - response: the beginning of what it said.
    case answered(status: Int, retryAfter: Instant?, response: String?)
    /// Words for people; they hold no address and no URL.
    case unanswered(String)

    var status: Int? {
        if case .answered(let status, _, _) = self { status } else { nil }
    }

    /// Whether HTTP knows it; a parser may let others through.
    static func isStatus(_ code: UInt) -> Bool { (100...999).contains(code) }

    var isSuccess: Bool { status.map { (200..<300).contains($0) } ?? false }
}

/// The value of a `Retry-After` field (RFC 9110 section 10.2.3): seconds, or a date.
enum RetryAfter {
    static func instant(_ text: String, now: Instant) -> Instant? {
        let text = text.trimmingCharacters(in: .whitespaces)
        if text.utf8.count <= 9, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return Int64(text).map { now.advanced(bySeconds: $0) }
        }
        let dates = DateFormatter()
        dates.locale = Locale(identifier: "en_US_POSIX")
        dates.timeZone = TimeZone(identifier: "UTC")
        dates.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return dates.date(from: text).map { Instant(milliseconds: Int64($0.timeIntervalSince1970) * 1000) }
    }
}

/// What an endpoint answered, for the log: one short line.
enum ResponseSnippet {
    static let lengthMax = 256
    /// Read of the answer at most; the rest is not waited for.
    static let bytesMax = 1024

    static func text(_ bytes: some Collection<UInt8>) -> String? {
        let text = String(decoding: bytes.prefix(bytesMax), as: UTF8.self).unicodeScalars
            .map { $0.properties.generalCategory == .control ? " " : Character($0) }
        let line = String(text.prefix(lengthMax)).trimmingCharacters(in: .whitespaces)
        return line.isEmpty ? nil : line
    }
}
