import Foundation
import Storage

/// The backups of a whole cluster: a directory with one folder per service, each as the service itself writes it.
struct BackupSet: Sendable {
    /// Who reads another's events comes before that other: whatever happens between two backups, nobody has then read
    /// what the backup of its author does not hold.
    static let services = ["audit", "health", "deals", "auth"]

    let path: String

    init(_ path: String) { self.path = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.path }

    func folder(of service: String) -> BackupFolder {
        BackupFolder(path: "\(path)/\(service)", service: service)
    }

    /// Backs up one service after the other, in the order above. However a backup is made, running or stopped, here it
    /// becomes part of the set.
    func write(
        _ backup: (_ service: String, _ folder: BackupFolder) async throws -> Backup
    ) async throws -> [ServiceReport] {
        var reports: [ServiceReport] = []
        for service in Self.services {
            let start = ContinuousClock.now
            let manifest = try await backup(service, folder(of: service)).manifest
            reports.append(
                ServiceReport(
                    service: service, moment: manifest.takenAt, segments: 0, contents: manifest.contents,
                    bytes: manifest.database.bytes, took: ContinuousClock.now - start))
        }
        return reports
    }

    /// Removes what is older than that, but never a service's last good backup, nor what its archived log stands on, nor
    /// any of that log.
    func prune(keep: Duration) throws -> Int {
        try Self.services.reduce(0) { try $0 + folder(of: $1).prune(Retention(keep: keep, logKeep: nil), now: .now) }
    }

    /// Where the parts of a restore come from, consumers made to fit their sources; nothing is written yet.
    func restorations(at moment: BackupMoment?) throws -> [(service: String, restoration: Restoration)] {
        var parts = try Self.services.map { ($0, try Restoration(from: folder(of: $0), at: moment)) }
        let newest = Dictionary(uniqueKeysWithValues: parts.map { ($0.0, $0.1.events.outboxNewest) })
        for index in parts.indices { parts[index].1.fit(to: newest) }
        return parts
    }
}
