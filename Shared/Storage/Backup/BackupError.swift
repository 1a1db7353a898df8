import Foundation

/// Why a backup was not taken, not trusted or not restored. Each description is one line that an operator can act on.
package enum BackupError: Error, Hashable, CustomStringConvertible {
    /// The backup is not what its manifest says; nothing of it may be used.
    case damaged(path: String, reason: String)
    /// The backup is good, but of another service.
    case foreign(path: String, service: String, expected: String)
    /// Written by a newer version of this program.
    case newerFormat(path: String, format: Int)
    /// Restoring never replaces anything.
    case notEmpty(String)
    /// Another backup is being written there.
    case inUse(String)
    /// The disk said no.
    case unusable(path: String, reason: String)
    /// There is nothing at all, or nothing as old as that.
    case nothing(directory: String, at: BackupMoment?)
    /// The archive does not know the state at that moment.
    case gap(service: String, at: BackupMoment, known: [ClosedRange<BackupMoment>])
    /// The write-ahead log is not where the archive left it: the chain cannot go on.
    case brokenLog(path: String, reason: String)

    package var description: String {
        switch self {
        case .damaged(let path, let reason):
            "The backup \(path) is damaged: \(reason). Use another one."
        case .foreign(let path, let service, let expected):
            "The backup \(path) is of \(service), not of \(expected)."
        case .newerFormat(let path, let format):
            "The backup \(path) has format \(format); a newer version wrote it. Use that version."
        case .notEmpty(let directory):
            "The directory \(directory) is not empty; restore into an empty or a new one."
        case .inUse(let directory):
            "Another backup is being written to \(directory); wait for its end."
        case .unusable(let path, let reason):
            "Cannot use \(path): \(reason)."
        case .nothing(let directory, nil):
            "There is no backup in \(directory)."
        case .nothing(let directory, let moment?):
            "There is no backup in \(directory) that is as old as \(moment)."
        case .gap(let service, let moment, let known):
            "The state of \(service) at \(moment) is not known; known is \(Self.words(known))."
        case .brokenLog(let path, let reason):
            "The log \(path) does not continue what was archived: \(reason). A new backup is needed."
        }
    }

    private static func words(_ ranges: [ClosedRange<BackupMoment>]) -> String {
        guard !ranges.isEmpty else { return "nothing" }
        return ranges.map { range in
            range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        }.joined(separator: ", ")
    }
}
