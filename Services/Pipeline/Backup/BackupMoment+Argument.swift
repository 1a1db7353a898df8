import ArgumentParser
import Storage

/// `2026-11-20T16:59:00Z`, with or without a fraction, in any time zone.
extension BackupMoment: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
