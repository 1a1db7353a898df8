import ServiceKit

/// What the deals service is told from outside.
struct DealsSettings: Sendable {
    let dataDirectory: String
    /// nil for none.
    let backups: BackupSettings?

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of deals.sqlite, for this process alone")
        backups = try BackupSettings.read(&reader)
    }
}
