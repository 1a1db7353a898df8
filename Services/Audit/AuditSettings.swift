import ServiceKit

struct AuditSettings: Sendable {
    /// Where `audit.sqlite` lies; belongs to this process alone.
    var dataDirectory: String
    /// nil for none.
    var backups: BackupSettings?
}

extension AuditSettings {
    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of audit.sqlite, for this process alone")
        backups = try BackupSettings.read(&reader)
    }
}
