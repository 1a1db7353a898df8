package import Foundation

/// The bounds of a document's content, in bytes.
package enum DocumentContent {
    package static let bytesMax: Int64 = 25 * 1024 * 1024
    /// Of one chunk of an upload.
    package static let chunkBytesMax = 1024 * 1024
    /// Of one item of the stream: as base64 in JSON it stays below what the wire compresses.
    package static let partBytesMax = 40 * 1024
}

/// A document whose bytes are still coming in. Its id becomes the document's.
package struct DocumentUpload: Codable, Sendable, Hashable {
    package var id: UUID
    /// Of what document it will be a version; nil for a new one.
    package var seriesId: UUID?
    package var type: DocumentType
    package var title: String
    package var fileName: String
    package var mediaType: String
    package var size: Int64
    package var sha256: String
    /// How many bytes are there, from the first on: the next chunk begins here.
    package var received: Int64
    package var startedAt: Instant
    /// What is not complete by then is forgotten.
    package var expiresAt: Instant

    package init(
        id: UUID, seriesId: UUID?, type: DocumentType, title: String, fileName: String, mediaType: String, size: Int64,
        sha256: String, received: Int64, startedAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.seriesId = seriesId
        self.type = type
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
        self.received = received
        self.startedAt = startedAt
        self.expiresAt = expiresAt
    }
}

package struct ChunkPlace: Codable, Sendable, Hashable {
    /// Of the chunk's first byte; 0 when left out.
    package var offset: Int64?

    package init(offset: Int64? = nil) { self.offset = offset }
}

/// What a reader has and wants, so that nothing is read, nor counted as read, that he does not get.
package struct ContentWish: Codable, Sendable, Hashable {
    package var headOnly: Bool?
    /// The hash of the content that the reader has already.
    package var have: String?

    package init(headOnly: Bool? = nil, have: String? = nil) {
        self.headOnly = headOnly
        self.have = have
    }
}

package enum ContentPart: Codable, Sendable, Hashable {
    case head(ContentHead)
    case bytes(Data)
}

package struct ContentHead: Codable, Sendable, Hashable {
    package var fileName: String
    package var mediaType: String
    package var size: Int64
    package var sha256: String

    package init(fileName: String, mediaType: String, size: Int64, sha256: String) {
        self.fileName = fileName
        self.mediaType = mediaType
        self.size = size
        self.sha256 = sha256
    }
}
