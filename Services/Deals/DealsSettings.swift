import ServiceKit
import Storage

/// What an operator may set; every key is `IBP_…` in the environment.
struct DealsSettings: Sendable {
    /// Where `deals.sqlite` lies; belongs to this process alone.
    let dataDirectory: String
    /// nil for none.
    let backups: BackupSettings?
    let events: OutboxRetention

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of deals.sqlite, for this process alone")
        backups = try BackupSettings.read(&reader)
        events = try OutboxRetention.read(&reader)
    }
}
