import Contracts
import NIOCore
import RPC

/// Routes of the document register.
extension RouteTable {
    static let documents: [Route] = [
        .get(
            "/api/deals/{id}/documents", "The document register, newest first, and your own uploads",
            DealMethods.documents
        )
        .allow(.readDeals),
        .post(
            "/api/deals/{id}/documents", "Register a document: a link, or a file that is uploaded next",
            DealMethods.addDocument
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .post(
            "/api/deals/{id}/documents/{childId}/versions", "Register a new version, which supersedes the one before",
            DealMethods.addDocumentVersion
        )
        .allow(.workOnDeals).body(16 * 1024).created(),
        .upload(
            "/api/deals/{id}/documents/{childId}/content", "Upload a chunk; the last one makes it a document",
            DealMethods.putDocumentContent, bytesMax: DocumentContent.chunkBytesMax
        )
        .allow(.workOnDeals).query(.chunk).deadline(.seconds(15)),
        .own(
            "/api/deals/{id}/documents/{childId}/content", "The file of a document, to be kept", .download,
            Nothing.self
        )
        .allow(.readDeals).file().heavy(),
        .delete(
            "/api/deals/{id}/documents/{childId}", "Take a version out of the register, or give an upload up",
            DealMethods.removeDocument
        )
        .allow(.workOnDeals).body(4096).noContent(),
    ]
}
