import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The document register. Documents have no permission of their own: who reads the deal reads them, who edits it adds
/// and removes them. The bytes lie on the shelf (`DocumentShelf`).
struct DocumentStore: Sendable {
    let store: Store

    /// Of one deal, without those that are removed: the list is answered whole, and a frame has a limit.
    static let documentsMax = 1000
    static let uploadsMax = 20
    /// Of all files of one deal, those of removed documents and uploads too.
    static let dealBytesMax: Int64 = 4 * 1024 * 1024 * 1024

    /// What a chunk belongs to.
    enum Target: Sendable {
        case open(DocumentUpload)
        /// All of it is there: the chunk is sent again, because the answer to it was lost.
        case complete(DealDocument)
    }

    /// Whether the register of the deal has such a document: for rules of stages.
    static func has(_ type: DocumentType, deal: UUID, in db: Database) throws -> Bool {
        try DocumentRows.has(type, deal: deal, in: db)
    }

    func list(_ reference: DealReference, by caller: Caller) async throws -> DocumentList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal.id
            return DocumentList(
                items: try DocumentRows.list(of: deal, in: db),
                uploads: try UploadRows.list(of: deal, by: caller, in: db))
        }
    }

    func add(_ form: DocumentForm, to reference: DealReference, by caller: Caller) async throws -> DocumentRegistration
    {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            return try Self.register(form, after: nil, of: deal, by: caller, in: db)
        }
    }

    func addVersion(
        _ form: DocumentVersionForm, of id: UUID, in reference: DealReference, by caller: Caller
    ) async throws -> DocumentRegistration {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let document = try DocumentRows.document(id, of: deal.id, in: db)
            let last = try DocumentRows.last(of: document.seriesId, in: db)
            return try Self.register(
                DocumentForm(form, of: document), after: last, of: deal, by: caller, in: db)
        }
    }

    func target(_ id: UUID, of reference: DealReference, by caller: Caller) async throws -> Target {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal.id
            if let upload = try UploadRows.upload(id, of: deal, by: caller, in: db) { return .open(upload) }
            return .complete(try Self.own(id, of: deal, by: caller, in: db))
        }
    }

    /// Makes a document of an upload whose file is on the shelf.
    func complete(_ id: UUID, of reference: DealReference, by caller: Caller) async throws -> DealDocument {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            guard let upload = try UploadRows.upload(id, of: deal.id, by: caller, in: db) else {
                // Somebody's other request was faster.
                return try Self.own(id, of: deal.id, by: caller, in: db)
            }
            let last = try upload.seriesId.flatMap { try DocumentRows.last(of: $0, in: db) }
            let document = DealDocument(upload, after: last, by: caller)
            try UploadRows.delete(id, in: db)
            try Self.insert(document, into: deal, by: caller, in: db)
            return document
        }
    }

    /// - Returns: true when it was an upload, whose bytes are then nobody's.
    func remove(_ id: UUID, reason: String, of reference: DealReference, by caller: Caller) async throws -> Bool {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            if try UploadRows.upload(id, of: deal.id, by: caller, in: db) != nil {
                try UploadRows.delete(id, in: db)
                return true
            }
            let document = try DocumentRows.document(id, of: deal.id, in: db)
            if let refusal = RemovalRule.refusal(of: document, from: deal) { throw refusal }
            try DocumentRows.remove(id, reason: reason, by: caller, in: db)
            let changes = document.told.map { FieldChange($0.field, before: $0.text, after: nil) }
            try Event.record(
                EventType.dealDocumentRemoved, about: deal, by: caller,
                ids: [FieldChange("documentId", before: id.text, after: nil)],
                changes: changes + [FieldChange("reason", before: nil, after: reason)], in: db)
            return false
        }
    }

    /// The head of a file that the caller may read.
    func head(_ id: UUID, of reference: DealReference, by caller: Caller) async throws -> ContentHead {
        try await store.read { db in try Self.readable(id, of: reference, by: caller, in: db).head }
    }

    /// Writes down that the caller reads the file, before he gets a byte of it.
    func recordDownload(_ id: UUID, of reference: DealReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, document, _) = try Self.readable(id, of: reference, by: caller, in: db)
            let changes = document.told.map { FieldChange($0.field, before: nil, after: $0.text) }
            try Event.record(
                EventType.documentDownloaded, about: deal, by: caller,
                ids: [FieldChange("documentId", before: nil, after: id.text)], changes: changes, in: db)
        }
    }
}

extension DocumentStore {
    private static func readable(
        _ id: UUID, of reference: DealReference, by caller: Caller, in db: Database
    ) throws -> (deal: Deal, document: DealDocument, head: ContentHead) {
        let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
        let document = try DocumentRows.document(id, of: deal.id, in: db)
        guard let head = document.head else {
            throw RPCFault(
                .failedPrecondition, "document_is_a_link", "The register has a link to this document, not its file.")
        }
        return (deal, document, head)
    }

    /// A document whose bytes came from the caller.
    private static func own(_ id: UUID, of deal: UUID, by caller: Caller, in db: Database) throws -> DealDocument {
        let document = try DocumentRows.document(id, of: deal, in: db)
        guard document.addedBy == caller.id, document.link == nil else { throw RPCFault.notFound("document") }
        return document
    }

    private static func register(
        _ form: DocumentForm, after prior: DealDocument?, of deal: Deal, by caller: Caller, in db: Database
    ) throws -> DocumentRegistration {
        try requireRoom(for: form, in: deal.id, db)
        guard let upload = DocumentUpload(form, series: prior?.seriesId, by: caller) else {
            let document = DealDocument(form, id: UUIDv7.make(at: caller.now), after: prior, by: caller)
            try insert(document, into: deal, by: caller, in: db)
            return DocumentRegistration(document: document)
        }
        try UploadRows.insert(upload, into: deal.id, by: caller, in: db)
        return DocumentRegistration(upload: upload)
    }

    private static func requireRoom(for form: DocumentForm, in deal: UUID, _ db: Database) throws {
        let uploads = try UploadRows.total(of: deal, in: db)
        guard try DocumentRows.count(of: deal, in: db) + uploads.count < documentsMax else {
            throw RPCFault(.failedPrecondition, "documents_full", "A deal has at most \(documentsMax) documents.")
        }
        guard form.content.link == nil, let size = form.content.size else { return }
        guard uploads.count < uploadsMax else {
            throw RPCFault(
                .failedPrecondition, "too_many_uploads", "At most \(uploadsMax) uploads to a deal go on at a time.")
        }
        guard try DocumentRows.bytes(of: deal, in: db) + uploads.bytes + size <= dealBytesMax else {
            throw RPCFault(
                .failedPrecondition, "documents_full", "A deal's files have at most \(dealBytesMax) bytes together.")
        }
    }

    private static func insert(
        _ document: DealDocument, into deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try DocumentRows.insert(document, into: deal.id, in: db)
        let changes = document.told.map { FieldChange($0.field, before: nil, after: $0.text) }
        try Event.record(
            document.supersedes == nil ? EventType.dealDocumentAdded : EventType.dealDocumentReplaced, about: deal,
            by: caller, ids: [FieldChange("documentId", before: document.supersedes?.text, after: document.id.text)],
            changes: changes, in: db)
    }
}

/// What the sweep asks.
extension DocumentStore {
    func forgetOldUploads(_ now: Instant) async throws {
        try await store.write { db in try UploadRows.deleteOld(now, in: db) }
    }

    /// Those of the files that belong to no document and no upload.
    func orphans(among files: [ShelfFile]) async throws -> [ShelfFile] {
        try await store.read { db in
            try files.filter { file in
                if try UploadRows.isKnown(file.id, in: db) { return false }
                return try file.isPart || !DocumentRows.isKnown(file.id, in: db)
            }
        }
    }
}
