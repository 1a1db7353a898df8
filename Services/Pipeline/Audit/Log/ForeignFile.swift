import Foundation

/// A file that somebody else has made, who may have put anything there: only files are read, and no more of them than they may
/// have.
struct ForeignFile {
    let path: String

    /// Nil where there is no such file.
    func read(bytesMax: Int) throws -> Data? {
        // Without O_NONBLOCK a pipe would wait for its writer.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw CommandFailure.unreadable("Cannot read \(path): \(PrivateFile.reason(errno)).")
        }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= bytesMax else {
            throw CommandFailure.unreadable("\(path) is no file, or longer than it may be.")
        }
        do {
            return try handle.read(upToCount: bytesMax) ?? Data()
        } catch {
            throw CommandFailure.unreadable("Cannot read \(path).")
        }
    }
}
