import Contracts
import Dispatch
import Foundation
import NIOCore
import RPC

/// The files of documents, in a directory beside the database.
///
///     documents/ID          all of it, under the id of the document's version; never changed, never removed
///     documents/ID.part     what of an upload is there so far
///
/// A file is checked, synced and only then gets its name, and the row is written after that. Any thread; what is done
/// with files is done one after the other on a thread of its own, so that no two requests work on the same upload.
final class DocumentShelf: Sendable {
    /// Of one turn on the disk.
    static let readBytesMax = 1024 * 1024

    let directory: String
    private let disk = DispatchQueue(label: "ibp.documents")

    /// Makes the directory (mode 0700) where it is missing.
    init(directory: String) throws {
        self.directory = directory
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw ShelfFault(directory) }
    }

    enum Progress: Sendable, Hashable {
        case part(received: Int64)
        /// The file is whole and durable, and what it was said to be.
        case whole
    }

    /// Writes a chunk. One that is there already is written again, to the same effect.
    /// - Throws: `upload_gap` with the upload as it stands; `upload_too_long` or `hash_mismatch`, after which the upload
    ///   begins anew; `StorageError.diskFull` or `ShelfFault`.
    func put(_ chunk: ByteBuffer, at offset: Int64, of upload: DocumentUpload) async throws -> Progress {
        try await onDisk { try self.write(chunk, at: offset, of: upload) }
    }

    /// How many bytes of an upload are there.
    func received(_ upload: DocumentUpload) async throws -> Int64 {
        try await onDisk {
            if access(self.path(upload.id), F_OK) == 0 { return upload.size }
            var status = stat()
            guard lstat(self.partPath(upload.id), &status) == 0 else { return 0 }
            return Int64(status.st_size)
        }
    }

    /// - Throws: `ShelfFault` when the file is not the one that was uploaded.
    func open(_ id: UUID, as head: ContentHead) async throws -> DocumentFile {
        try await onDisk {
            let file = try DocumentFile(self.path(id), O_RDONLY)
            guard try file.size() == head.size else { throw ShelfFault(file.path, "has another length") }
            guard try file.sha256() == head.sha256 else { throw ShelfFault(file.path, "has another SHA-256") }
            return file
        }
    }

    /// - Throws: `ShelfFault`, also when the file ends before that.
    func read(_ file: DocumentFile, at offset: Int64, of size: Int64) async throws -> Data {
        try await onDisk {
            let bytes = try file.read(at: offset, count: Int(min(Int64(Self.readBytesMax), size - offset)))
            guard !bytes.isEmpty else { throw ShelfFault(file.path, "ends too early") }
            return bytes
        }
    }

    /// All files that are ours by their names.
    func files() async throws -> [ShelfFile] {
        try await onDisk {
            try FileManager.default.contentsOfDirectory(atPath: self.directory).compactMap(ShelfFile.init(name:))
        }
    }

    func remove(_ file: ShelfFile) async throws {
        try await onDisk {
            let path = "\(self.directory)/\(file.name)"
            guard unlink(path) == 0 || errno == ENOENT else { throw ShelfFault(path) }
        }
    }
}

extension DocumentShelf {
    private func write(_ chunk: ByteBuffer, at offset: Int64, of upload: DocumentUpload) throws -> Progress {
        // Complete, but the row is not: the process ended between the two.
        if access(path(upload.id), F_OK) == 0 { return .whole }
        let part = try DocumentFile(partPath(upload.id), O_RDWR | O_CREAT)
        let there = try part.size()
        switch ChunkRule.decide(offset: offset, count: chunk.readableBytes, there: there, size: upload.size) {
        case .write: break
        case .gap: throw try RPCFault.uploadGap(upload.with(received: there))
        case .tooLong:
            unlink(part.path)
            throw RPCFault.uploadTooLong(upload)
        }
        try part.write(chunk, at: offset)
        let received = max(there, offset + Int64(chunk.readableBytes))
        guard received == upload.size else { return .part(received: received) }
        guard try part.sha256() == upload.sha256 else {
            unlink(part.path)
            throw RPCFault.hashMismatch
        }
        try part.sync()
        guard rename(part.path, path(upload.id)) == 0 else { throw ShelfFault(part.path) }
        try DocumentFile(directory, O_RDONLY | O_DIRECTORY).sync()
        return .whole
    }

    private func path(_ id: UUID) -> String { "\(directory)/\(ShelfFile(id: id, isPart: false).name)" }

    private func partPath(_ id: UUID) -> String { "\(directory)/\(ShelfFile(id: id, isPart: true).name)" }

    private func onDisk<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result { try work() }) }
        }
    }
}

/// What the name of a file says.
struct ShelfFile: Sendable, Hashable {
    private static let partSuffix = ".part"

    let id: UUID
    let isPart: Bool

    init(id: UUID, isPart: Bool) {
        self.id = id
        self.isPart = isPart
    }

    /// Nil for what is not ours.
    init?(name: String) {
        isPart = name.hasSuffix(Self.partSuffix)
        guard let id = UUID(uuidString: isPart ? String(name.dropLast(Self.partSuffix.count)) : name) else {
            return nil
        }
        self.id = id
        guard self.name == name else { return nil }
    }

    /// As its id says (RFC 9562 section 5.7).
    var madeAt: Instant {
        let bytes = withUnsafeBytes(of: id.uuid) { Array($0.prefix(6)) }
        return Instant(milliseconds: bytes.reduce(0) { $0 << 8 | Int64($1) })
    }

    var name: String { isPart ? id.text + Self.partSuffix : id.text }
}

extension RPCFault {
    fileprivate static func uploadGap(_ upload: DocumentUpload) throws -> RPCFault {
        RPCFault(
            .aborted, "upload_gap", "\(upload.received) bytes are there; go on at that offset.",
            current: String(decoding: try StrictJSON.encode(upload), as: UTF8.self))
    }

    fileprivate static func uploadTooLong(_ upload: DocumentUpload) -> RPCFault {
        RPCFault(
            .failedPrecondition, "upload_too_long",
            "More than the \(upload.size) bytes that were registered; the upload begins anew.")
    }

    fileprivate static let hashMismatch = RPCFault(
        .failedPrecondition, "hash_mismatch",
        "The bytes have another SHA-256 than was registered; the upload begins anew.")
}

extension DocumentUpload {
    func with(received: Int64) -> DocumentUpload {
        var upload = self
        upload.received = received
        return upload
    }
}
