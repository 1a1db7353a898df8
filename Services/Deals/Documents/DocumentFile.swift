import Crypto
import Foundation
import NIOCore
import Storage

/// What is wrong with a file on the shelf; for the log, never for a client.
struct ShelfFault: Error, CustomStringConvertible {
    let path: String
    let reason: String

    init(_ path: String, _ reason: String) {
        self.path = path
        self.reason = reason
    }

    /// What the last call to the system said.
    init(_ path: String, code: Int32 = errno) {
        self.init(path, String(cString: strerror(code)).lowercased())
    }

    var description: String { "\(path): \(reason)" }
}

/// An open file, closed when nobody holds it any more. Every call blocks its thread.
final class DocumentFile: Sendable {
    private static let hashBytes = 256 * 1024

    let path: String
    private let descriptor: Int32

    /// - Parameter flags: of open(2). A symbolic link is not followed: nobody but us puts anything here.
    init(_ path: String, _ flags: Int32) throws {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { close(descriptor) }

    func size() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure(path) }
        return Int64(status.st_size)
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) throws {
        try bytes.withUnsafeReadableBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure(path) }
                done += count
            }
        }
    }

    /// Fewer than `count` bytes where the file ends.
    func read(at offset: Int64, count: Int) throws -> Data {
        var data = Data(count: count)
        let done = try data.withUnsafeMutableBytes { try read(into: $0, at: offset) }
        return data.prefix(done)
    }

    /// In lower-case hexadecimal digits, of the whole file.
    func sha256() throws -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.hashBytes, alignment: 16)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while case let count = try read(into: buffer, at: offset), count > 0 {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw Self.failure(path) }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    /// A full disk is no damage: the same request may be sent again.
    private static func failure(_ path: String) -> any Error {
        let code = errno
        return code == ENOSPC || code == EDQUOT ? StorageError.diskFull(path: path) : ShelfFault(path, code: code)
    }
}
