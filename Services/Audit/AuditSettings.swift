import ServiceKit

/// What an operator may set; every key is `IBP_…` in the environment.
struct AuditSettings: Sendable {
    /// Where `audit.sqlite` lies; belongs to this process alone.
    let dataDirectory: String
    /// nil for none.
    let backups: BackupSettings?
    let signing: SigningSettings

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of audit.sqlite, for this process alone")
        backups = try BackupSettings.read(&reader)
        signing = try SigningSettings(&reader, directory: dataDirectory)
    }
}
