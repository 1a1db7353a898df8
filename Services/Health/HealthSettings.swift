import ServiceKit
import Storage

/// What an operator may set; every key is `IBP_…` in the environment.
struct HealthSettings: Sendable {
    /// Where `health.sqlite` lies; belongs to this process alone.
    let dataDirectory: String
    /// How often each service is probed, give or take a tenth.
    let probeInterval: Duration
    let webhooks: WebhookSettings
    /// How long its own events are kept.
    let events: OutboxRetention
    /// nil for none.
    let backups: BackupSettings?

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string("data.dir", "directory of health.sqlite, for this process alone")
        probeInterval = try reader.duration(
            "probe.interval", default: .seconds(10), in: .milliseconds(100)...Duration.seconds(300),
            "how often each service is probed")
        webhooks = try WebhookSettings(&reader)
        events = try OutboxRetention.read(&reader)
        backups = try BackupSettings.read(&reader)
    }
}
