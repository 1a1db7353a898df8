import Contracts
import Foundation
import RPC

/// Where a chunk goes in a file of which the first bytes are there.
enum ChunkRule {
    enum Decision: Sendable, Hashable {
        case write
        /// It begins after the end of what is there: something between was lost.
        case gap
        /// It reaches beyond the size that was registered.
        case tooLong
    }

    static func decide(offset: Int64, count: Int, there: Int64, size: Int64) -> Decision {
        // Written so that no sum can overflow.
        if offset > size || Int64(count) > size - offset { return .tooLong }
        return offset > there ? .gap : .write
    }
}

/// Which documents may be taken out of the register.
enum RemovalRule {
    /// What the firm was engaged by is kept until the deal has ended.
    static func refusal(of document: DealDocument, from deal: Deal) -> RPCFault? {
        guard document.type == .engagementLetter, deal.engagementLetterSignedOn != nil, !deal.status.isEnded else {
            return nil
        }
        return RPCFault(
            .failedPrecondition, "letter_is_executed",
            "The engagement letter is signed; it stays in the register while the deal lives.")
    }
}

extension DocumentUpload {
    static let hoursMax = 24

    /// - Returns: nil when nothing is to be uploaded: the content stands behind a link.
    init?(_ form: DocumentForm, series: UUID?, by caller: Caller) {
        let content = form.content
        guard content.link == nil, let fileName = content.fileName, let mediaType = content.mediaType,
            let size = content.size, let sha256 = content.sha256
        else { return nil }
        self.init(
            id: UUIDv7.make(at: caller.now), seriesId: series, type: form.type, title: form.title, fileName: fileName,
            mediaType: mediaType, size: size, sha256: sha256, received: 0, startedAt: caller.now,
            expiresAt: caller.now.advanced(bySeconds: Int64(Self.hoursMax) * 3600))
    }
}

extension DealDocument {
    /// The form as the version after another one, or as a document's first.
    init(_ form: DocumentForm, id: UUID, after prior: DealDocument?, by caller: Caller) {
        let content = form.content
        self.init(
            id: id, seriesId: prior?.seriesId ?? id, versionNo: (prior?.versionNo ?? 0) + 1, supersedes: prior?.id,
            isCurrent: true, type: form.type, title: form.title, fileName: content.fileName,
            mediaType: content.mediaType, size: content.size, sha256: content.sha256, link: content.link,
            addedBy: caller.id, addedAt: caller.now)
    }

    /// What an upload has become.
    init(_ upload: DocumentUpload, after prior: DealDocument?, by caller: Caller) {
        self.init(
            id: upload.id, seriesId: prior?.seriesId ?? upload.id, versionNo: (prior?.versionNo ?? 0) + 1,
            supersedes: prior?.id, isCurrent: true, type: upload.type, title: upload.title, fileName: upload.fileName,
            mediaType: upload.mediaType, size: upload.size, sha256: upload.sha256, link: nil, addedBy: caller.id,
            addedAt: caller.now)
    }

    /// Nil when the content stands behind a link.
    var head: ContentHead? {
        guard link == nil, let fileName, let mediaType, let size, let sha256 else { return nil }
        return ContentHead(fileName: fileName, mediaType: mediaType, size: size, sha256: sha256)
    }

    /// What an event tells of it beside its id.
    var told: [(field: String, text: String)] {
        let told: [(String, String?)] = [
            ("documentType", type.rawValue), ("documentTitle", title), ("documentVersion", String(versionNo)),
            ("documentSHA256", sha256),
        ]
        return told.compactMap { field, text in text.map { (field: field, text: $0) } }
    }
}
