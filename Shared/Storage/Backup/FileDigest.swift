import Crypto
import Foundation

/// How long a file is, and its SHA-256 in hex.
package struct FileDigest: Codable, Sendable, Hashable {
    package var bytes: Int64
    package var sha256: String
}

extension FileDigest {
    /// Reads all of the file. Throws `BackupError.unusable`.
    init(of path: String) throws {
        let file = try InputFile(path)
        var digest = RunningDigest()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Gzip.bufferBytes, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer, at: digest.bytes)
            guard count > 0 else { break }
            digest.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        self = digest.value
    }
}

/// Counts and hashes what passes by.
struct RunningDigest {
    private(set) var bytes: Int64 = 0
    private var hash = SHA256()

    mutating func add(_ part: UnsafeRawBufferPointer) {
        bytes += Int64(part.count)
        hash.update(bufferPointer: part)
    }

    var value: FileDigest { FileDigest(bytes: bytes, sha256: hash.finalize().hex) }
}

extension Digest {
    var hex: String { map { String(format: "%02x", $0) }.joined() }
}
