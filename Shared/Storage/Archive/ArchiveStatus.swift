/// How the archive of a log is doing: for readiness and metrics.
package struct ArchiveStatus: Sendable, Hashable {
    /// All that was committed up to this instant can be restored (from a backup in the same generation on).
    package internal(set) var completeAt: BackupMoment?
    /// Whether a finished backup stands under the generation that is being written.
    package private(set) var hasBase = false
    package private(set) var generation: String?
    /// Why the last attempt failed; nil when it did not.
    package private(set) var error: String?

    mutating func begin(_ name: String, hasBase: Bool) {
        generation = name
        self.hasBase = hasBase
    }

    /// A backup in this generation is finished.
    mutating func based(on name: String) {
        if generation == name { hasBase = true }
    }

    /// Nothing goes on from the backups there are.
    mutating func giveUp() { hasBase = false }

    /// Returns whether the attempt before this one did not fail.
    mutating func failed(_ words: String) -> Bool {
        defer { error = words }
        return error == nil
    }

    /// Returns whether the attempt before this one failed.
    mutating func succeeded() -> Bool { error.take() != nil }
}
