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
    var megabytes: Double { Double(bytes) / 1_000_000 }

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

/// Of the services of a cluster, one after the other.
struct ClusterReport: Report {
    let services: [ServiceReport]

    var lines: [String] {
        TextTable(
            ["SERVICE", "MOMENT", "SEGMENTS", "ROWS", "MB", "SECONDS", "MB/S"],
            services.map { report in
                [
                    report.service, "\(report.moment)", "\(report.segments)", "\(report.rows)",
                    report.megabytes.text(decimals: 1), report.seconds.text(decimals: 2),
                    report.megabytesPerSecond.text(decimals: 0),
                ]
            }
        ).lines
    }
}
