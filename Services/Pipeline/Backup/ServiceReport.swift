import Foundation
import Storage

/// What became of one service in a backup, a restore or a drill.
struct ServiceReport: Sendable, Encodable {
    let service: String
    /// Of the state that was saved or restored.
    let moment: BackupMoment
    /// How many parts of the archived log were laid over the backup.
    let segments: Int
    let contents: DatabaseContents
    /// Uncompressed bytes that were read.
    let bytes: Int64
    let took: Duration

    var rows: Int64 { contents.rows.values.reduce(0, +) }
    var seconds: Double { Double(took.wholeMilliseconds) / 1000 }
    var megabytesPerSecond: Double { seconds > 0 ? megabytes / seconds : 0 }
    private var megabytes: Double { Double(bytes) / 1_000_000 }

    static func table(_ reports: [ServiceReport]) -> [String] {
        TextTable(
            ["SERVICE", "MOMENT", "SEGMENTS", "ROWS", "MB", "SECONDS", "MB/S"],
            reports.map { report in
                [
                    report.service, "\(report.moment)", "\(report.segments)", "\(report.rows)",
                    String(format: "%.1f", report.megabytes), String(format: "%.2f", report.seconds),
                    String(format: "%.0f", report.megabytesPerSecond),
                ]
            }
        ).lines
    }

    /// What commands that end well print: a table, or with `--json` one object.
    static func say(_ reports: [ServiceReport], json: Bool, on console: Console) throws {
        guard json else {
            for line in table(reports) { console.say(line) }
            return
        }
        console.say(try JSONText.encode(["services": reports]))
    }

    private enum Key: CodingKey { case service, moment, segments, rows, bytes, seconds, megabytesPerSecond }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(service, forKey: .service)
        try container.encode(moment, forKey: .moment)
        try container.encode(segments, forKey: .segments)
        try container.encode(rows, forKey: .rows)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(megabytesPerSecond, forKey: .megabytesPerSecond)
    }
}
