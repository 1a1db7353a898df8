package import Foundation
package import RPC

// A file of comma-separated values becomes deals in steps, each of which can be looked at before the next: upload, mapping,
// validation, commit. Who made an import sees it, and nobody else.
extension DealMethods {
    package static let addImport = RPCMethod<NewImport, ImportJob>(
        0x0282, "deals.imports.add", callers: [Peer.gateway], deduplicates: true)
    package static let imports = RPCMethod<Nothing, ImportList>(
        0x0283, "deals.imports", callers: [Peer.gateway], isIdempotent: true)
    package static let getImport = RPCMethod<Nothing, ImportJob>(
        0x0284, "deals.imports.get", callers: [Peer.gateway], isIdempotent: true)
    /// The chunk's bytes come beside the input (`BytesInput`). Sent twice it does no harm.
    package static let putImportContent = RPCMethod<ChunkPlace, ImportJob>(
        0x0285, "deals.imports.content.put", callers: [Peer.gateway], isIdempotent: true)
    package static let mapImport = RPCMethod<ImportMapping, ImportJob>(
        0x0286, "deals.imports.map", callers: [Peer.gateway])
    package static let validateImport = RPCMethod<Nothing, ImportJob>(
        0x0287, "deals.imports.validate", callers: [Peer.gateway])
    package static let commitImport = RPCMethod<ImportCommit, ImportJob>(
        0x0288, "deals.imports.commit", callers: [Peer.gateway])
    package static let revertImport = RPCMethod<Nothing, ImportJob>(
        0x0289, "deals.imports.revert", callers: [Peer.gateway])
    /// The rows with errors as they came, and a column that says what is wrong with each.
    package static let importErrors = RPCStreamMethod<Nothing, CSVPart>(
        0x028A, "deals.imports.errors", callers: [Peer.gateway], isFinite: true)
    package static let importRows = RPCMethod<ImportRowQuery, ImportRowPage>(
        0x028B, "deals.imports.rows", callers: [Peer.gateway], isIdempotent: true)
    package static let removeImport = RPCMethod<Nothing, Nothing>(
        0x028C, "deals.imports.remove", callers: [Peer.gateway])
}

/// Where an import stands. Those that end in -ing are worked on, whoever waits.
package enum ImportState: String, Codable, Sendable, CaseIterable {
    case uploading, reading
    /// The file is no CSV that we read; `fault` says where.
    case unreadable
    /// Its columns are known and wait to be mapped.
    case read
    case mapped, validating, validated, committing, committed, reverting, reverted
    /// The work stopped; `fault` says why. The step may be asked for again and goes on where it was; what was committed
    /// stays, and may be reverted.
    case halted
    case removing
}

package enum ImportSeparator: String, Codable, Sendable, CaseIterable { case comma, semicolon, tab }

/// Announces a file, which is uploaded next in chunks.
package struct NewImport: Codable, Sendable, Hashable {
    package var fileName: String
    /// In bytes, at most 25 MiB.
    package var size: Int64
    /// 64 lower-case hexadecimal digits.
    package var sha256: String
    /// `comma` when left out.
    package var separator: ImportSeparator?

    package init(fileName: String, size: Int64, sha256: String, separator: ImportSeparator? = nil) {
        self.fileName = fileName
        self.size = size
        self.sha256 = sha256
        self.separator = separator
    }
}

package struct ImportJob: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var state: ImportState
    package var fileName: String
    package var size: Int64
    /// How many bytes are there, while it is uploaded: the next chunk begins here.
    package var received: Int64?
    package var separator: ImportSeparator
    /// As the file's first row names them.
    package var columns: [String]
    /// What they may be mapped to.
    package var fields: [String]
    package var mapping: ImportMapping?
    /// In the file, without its first.
    package var rows: Int
    /// Of them, how many the present or last step is done with.
    package var progress: Int
    package var counts: ImportCounts
    package var fault: ImportFault?
    package var createdAt: Instant
    package var updatedAt: Instant
    /// When it is forgotten, which nothing can revert afterwards.
    package var expiresAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, state: ImportState, fileName: String, size: Int64, separator: ImportSeparator, columns: [String],
        fields: [String], mapping: ImportMapping?, rows: Int, progress: Int, counts: ImportCounts, fault: ImportFault?,
        createdAt: Instant, updatedAt: Instant, expiresAt: Instant, version: Int64
    ) {
        self.id = id
        self.state = state
        self.fileName = fileName
        self.size = size
        self.separator = separator
        self.columns = columns
        self.fields = fields
        self.mapping = mapping
        self.rows = rows
        self.progress = progress
        self.counts = counts
        self.fault = fault
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
        self.version = version
    }
}

/// What stops an import, and where in the file.
package struct ImportFault: Codable, Sendable, Hashable {
    package var code: String
    package var message: String
    /// The first is 1, as are columns.
    package var line: Int?
    package var column: Int?

    package init(code: String, message: String, line: Int? = nil, column: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
    }
}

/// The imports of one person, the newest first: as many as are kept at a time.
package struct ImportList: Codable, Sendable {
    package var items: [ImportJob]

    package init(items: [ImportJob]) { self.items = items }
}

package struct ImportCommit: Codable, Sendable, Hashable {
    /// Rows with errors are left out; without it there must be none.
    package var skipInvalid: Bool?

    package init(skipInvalid: Bool? = nil) { self.skipInvalid = skipInvalid }
}
