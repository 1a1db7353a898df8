import ServiceKit

/// What an operator may set; every key is `IBP_…` in the environment.
struct AuditSettings: Sendable {
    /// Where `audit.sqlite` lies; belongs to this process alone.
    let dataDirectory: String
    /// nil for none.
    let backups: BackupSettings?
    let signing: SigningSettings
    /// nil for ever.
    let retentionYears: Int?

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of audit.sqlite, for this process alone")
        backups = try BackupSettings.read(&reader)
        signing = try SigningSettings(&reader, directory: dataDirectory)
        let years = try reader.int(
            "audit.retention.years", default: 0, in: 0...100,
            "after how many years entries are pruned; 0 keeps them for ever")
        retentionYears = years == 0 ? nil : years
    }
}
