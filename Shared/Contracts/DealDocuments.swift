package import Foundation
package import RPC

// The document register of a deal. What is registered without a link is uploaded in chunks, and a document when all of
// it is there; it is read as a stream.
extension DealMethods {
    package static let documents = RPCMethod<Nothing, DocumentList>(
        0x0220, "deals.documents", callers: [Peer.gateway], isIdempotent: true)
    package static let addDocument = RPCMethod<NewDocument, DocumentRegistration>(
        0x0221, "deals.documents.add", callers: [Peer.gateway], deduplicates: true)
    package static let addDocumentVersion = RPCMethod<NewDocumentVersion, DocumentRegistration>(
        0x0222, "deals.documents.versions.add", callers: [Peer.gateway], deduplicates: true)
    /// The chunk's bytes come beside the input (`BytesInput`). Sent twice it does no harm.
    package static let putDocumentContent = RPCMethod<ChunkPlace, DocumentRegistration>(
        0x0223, "deals.documents.content.put", callers: [Peer.gateway], isIdempotent: true)
    /// The head first, then the bytes to the end.
    package static let documentContent = RPCStreamMethod<ContentWish, ContentPart>(
        0x0224, "deals.documents.content", callers: [Peer.gateway], isFinite: true)
    package static let removeDocument = RPCMethod<DocumentRemoval, Nothing>(
        0x0225, "deals.documents.remove", callers: [Peer.gateway])
}

package enum DocumentType: String, Codable, Sendable, CaseIterable {
    case engagementLetter = "engagement_letter"
    case nda, teaser, cim
    case processLetter = "process_letter"
    case managementPresentation = "mgmt_pres"
    case ioi, loi, spa
    case boardBook = "board_book"
    case fairnessOpinion = "fairness_opinion"
    case pitch
    case feeLetter = "fee_letter"
    case other
}

/// Where the content is: a link, or a file that is uploaded next, whose name, media type, size and hash must be told.
package struct NewDocument: Codable, Sendable, Hashable {
    package var type: DocumentType
    package var title: String
    package var fileName: String?
    /// Without parameters: `application/pdf`.
    package var mediaType: String?
    package var size: Int64?
    /// 64 lower-case hexadecimal digits.
    package var sha256: String?
    /// Of https.
    package var link: String?

    package init(
        type: DocumentType, title: String, fileName: String? = nil, mediaType: String? = nil, size: Int64? = nil,
        sha256: String? = nil, link: String? = nil
    ) {
        self.type = type
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.link = link
    }
}

/// As `NewDocument`; the type stays, and the title if none is given.
package struct NewDocumentVersion: Codable, Sendable, Hashable {
    package var title: String?
    package var fileName: String?
    package var mediaType: String?
    package var size: Int64?
    package var sha256: String?
    package var link: String?

    package init(
        title: String? = nil, fileName: String? = nil, mediaType: String? = nil, size: Int64? = nil,
        sha256: String? = nil, link: String? = nil
    ) {
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.link = link
    }
}

/// One version of a document. It never changes; it can be superseded by a newer one, and removed.
package struct DealDocument: Codable, Sendable, Hashable {
    package var id: UUID
    /// The id of the document's first version, the same in all of them.
    package var seriesId: UUID
    package var versionNo: Int
    /// The version before this one.
    package var supersedes: UUID?
    /// False once there is a newer version.
    package var isCurrent: Bool
    package var type: DocumentType
    package var title: String
    package var fileName: String?
    package var mediaType: String?
    package var size: Int64?
    package var sha256: String?
    package var link: String?
    package var addedBy: UUID
    package var addedAt: Instant

    package init(
        id: UUID, seriesId: UUID, versionNo: Int, supersedes: UUID?, isCurrent: Bool, type: DocumentType, title: String,
        fileName: String?, mediaType: String?, size: Int64?, sha256: String?, link: String?, addedBy: UUID,
        addedAt: Instant
    ) {
        self.id = id
        self.seriesId = seriesId
        self.versionNo = versionNo
        self.supersedes = supersedes
        self.isCurrent = isCurrent
        self.type = type
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.link = link
        self.addedBy = addedBy
        self.addedAt = addedAt
    }
}

package struct DocumentList: Codable, Sendable {
    /// All versions that are not removed, newest first.
    package var items: [DealDocument]
    /// Those that the reader began himself.
    package var uploads: [DocumentUpload]

    package init(items: [DealDocument], uploads: [DocumentUpload]) {
        self.items = items
        self.uploads = uploads
    }
}

/// One of the two: the document, or the upload that will make it one.
package struct DocumentRegistration: Codable, Sendable, Hashable {
    package var document: DealDocument?
    package var upload: DocumentUpload?

    package init(document: DealDocument) { self.document = document }

    package init(upload: DocumentUpload) { self.upload = upload }
}

package struct DocumentRemoval: Codable, Sendable, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
