import Foundation
package import Logging
import Synchronization

/// One line per event on standard error: JSON for machines, or short text for people at a terminal. Metadata keys are
/// dotted; values longer than 4 KiB are cut.
package struct LineLogHandler: LogHandler {
    package enum Format: String, Sendable, CaseIterable { case json, text }

    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata
    private let service: String
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes whole lines; the default writes to standard error.
    package init(
        service: String, level: Logger.Level, format: Format,
        write: @escaping @Sendable (String) -> Void = StandardError.write
    ) {
        self.service = service
        self.format = format
        self.write = write
        logLevel = level
        metadata = [:]
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .mapValues { String("\($0)".prefix(4096)) }.sorted { $0.key < $1.key }
        switch format {
        case .json:
            write(
                Self.json(
                    time: Self.now(), level: event.level, service: service, message: "\(event.message)", fields: fields)
            )
        case .text:
            let rest = fields.map { " \($0.key)=\($0.value)" }.joined()
            write("\(Self.now().dropFirst(11).prefix(12)) \(event.level) \(event.message)\(rest)\n")
        }
    }

    private static func json(
        time: String, level: Logger.Level, service: String, message: String, fields: [(key: String, value: String)]
    ) -> String {
        let head = [("time", time), ("level", level.rawValue), ("service", service), ("message", message)]
        let members = (head + fields.map { ($0.key, $0.value) }).map { "\(quoted($0)):\(quoted($1))" }
        return "{\(members.joined(separator: ","))}\n"
    }

    /// A JSON string (RFC 8259 section 7).
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    private static func now() -> String {
        Date().formatted(
            .iso8601.year().month().day().dateTimeSeparator(.standard).time(includingFractionalSeconds: true)) + "Z"
    }
}

/// Standard error, one whole line at a time.
package enum StandardError {
    private static let lock = Mutex(())

    package static let write: @Sendable (String) -> Void = { line in
        // A log that cannot be written (a full disk, a reader that is gone) must not stop the service.
        lock.withLock { _ in try? FileHandle.standardError.write(contentsOf: Data(line.utf8)) }
    }
}
