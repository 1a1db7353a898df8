import Foundation

/// A small text file that only its owner may read, such as a secret.
struct PrivateFile: Sendable {
    static let bytesMax = 16 * 1024

    let path: String

    /// The content without white space around it; nil when the file is missing, empty or unreadable.
    var content: String? {
        guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: Self.bytesMax)
        else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    /// Reads the file, or makes it. One that is there but too short is never replaced: somebody may rely on it.
    func readOrCreate(bytesMin: Int, _ make: () -> String) throws -> String {
        guard access(path, F_OK) != 0 else {
            guard let content else { throw CommandFailure(line: "Cannot read \(path), or it is empty.") }
            guard content.utf8.count >= bytesMin else {
                throw CommandFailure(line: "\(path) is too short: it needs at least \(bytesMin) characters.")
            }
            return content
        }
        let content = make()
        try create(content)
        return content
    }

    /// Readers see nothing or all of it; what stood there before is replaced.
    func create(_ content: String) throws {
        try draft(content)
        try publish()
    }

    private var draftPath: String { path + ".new" }

    /// Writes the new content beside its place with mode 0600 and syncs it. `publish` shows it to readers.
    func draft(_ content: String) throws {
        unlink(draftPath)
        let file = open(draftPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw CommandFailure(line: "Cannot make \(path): \(Self.reason(errno)).") }
        let bytes = Array((content + "\n").utf8)
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        let code = errno
        close(file)
        guard isWritten else { throw CommandFailure(line: "Cannot write \(path): \(Self.reason(code)).") }
    }

    /// Puts the draft into its place, whatever stood there.
    func publish() throws {
        guard rename(draftPath, path) == 0 else {
            throw CommandFailure(line: "Cannot make \(path): \(Self.reason(errno)).")
        }
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
