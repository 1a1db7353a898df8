import Foundation

/// What tells whether one of the TLS files changed since it was read; follows symbolic links, as Kubernetes places them.
struct TLSFileStamps: Equatable, Sendable {
    private let stamps: [Stamp?]

    init(_ files: TLSIdentity.Files) {
        stamps = [files.certificate, files.key, files.authority].map(Stamp.init)
    }

    private struct Stamp: Equatable {
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var seconds: Int
        var nanoseconds: Int
        /// Of the last change of owner or mode, which may have made it readable.
        var changeSeconds: Int
        var changeNanoseconds: Int

        /// Nil when there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
            changeSeconds = status.st_ctim.tv_sec
            changeNanoseconds = status.st_ctim.tv_nsec
        }
    }
}
