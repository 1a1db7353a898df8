import ServiceKit

struct HealthSettings: Sendable {
    /// Where `health.sqlite` lies; belongs to this process alone.
    var dataDirectory: String
    /// How often each service is probed, give or take a tenth.
    var probeInterval: Duration
    /// nil for none.
    var backups: BackupSettings?
}

extension HealthSettings {
    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of health.sqlite, for this process alone")
        probeInterval = try reader.duration(
            "probe.interval", default: .seconds(10), in: .milliseconds(100)...Duration.seconds(300),
            "how often each service is probed")
        backups = try BackupSettings.read(&reader)
    }
}
