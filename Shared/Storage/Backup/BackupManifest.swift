import Foundation

/// What a backup is: written last, as `manifest.json`, into the directory that holds the compressed database.
package struct BackupManifest: Codable, Sendable, Hashable {
    /// Counts up when an older program would misread the directory.
    static let formatNewest = 1
    static let fileName = "manifest.json"
    /// Of its text; far more than any schema of ours needs.
    static let bytesMax = 1024 * 1024

    package var format = formatNewest
    package var service: String
    /// Of the database, such as `deals.sqlite`.
    package var databaseName: String
    package var appVersion: String
    package var takenAt: BackupMoment
    package var contents: DatabaseContents
    package var database: FileDigest
    package var gzip: FileDigest
    /// Where the archived log continues this backup; nil when no log is archived.
    package var log: LogPosition?

    /// A place in the archived log: after that many segments of that generation.
    package struct LogPosition: Codable, Sendable, Hashable {
        package var generation: String
        package var sequence: Int64
        /// SHA-256 of that segment's header, so that the next one can be told to be its successor.
        package var head: String
    }

    var gzipName: String { databaseName + ".gz" }

    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }

    /// - Parameter path: of the backup's directory.
    static func read(in path: String) throws -> BackupManifest {
        let file = "\(path)/\(fileName)"
        guard Disk.exists(file) else { throw BackupError.damaged(path: path, reason: "it has no manifest") }
        // What cannot be opened just now may be as good as ever.
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: bytesMax + 1)
        else { throw BackupError.unusable(path: file, reason: "cannot be read") }
        guard data.count <= bytesMax, let mark = try? JSONDecoder().decode(FormatMark.self, from: data) else {
            throw BackupError.damaged(path: path, reason: "its manifest cannot be read")
        }
        guard mark.format <= formatNewest else { throw BackupError.newerFormat(path: path, format: mark.format) }
        guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: data), manifest.isSafe else {
            throw BackupError.damaged(path: path, reason: "its manifest cannot be read")
        }
        return manifest
    }

    /// Names from a file become parts of paths.
    private var isSafe: Bool {
        let names = [service, databaseName, log?.generation ?? "-"]
        return names.allSatisfy { !$0.isEmpty && !$0.contains("/") && !$0.hasPrefix(".") } && database.bytes >= 0
            && gzip.bytes >= 0 && contents.pageSize >= 512
    }

    private struct FormatMark: Decodable { var format: Int }
}
