import Contracts
import RPC

/// Where a document's content is, checked: behind a link, or in a file that is uploaded next.
struct ContentForm: Sendable, Hashable {
    let fileName: String?
    let mediaType: String?
    let size: Int64?
    let sha256: String?
    let link: String?

    /// - Parameter faults: takes what does not fit. Of a file all must be told; of what a link leads to, what is known.
    init(
        fileName: String?, mediaType: String?, size: Int64?, sha256: String?, link: String?,
        _ faults: inout [FieldFault]
    ) {
        self.link = link.flatMap { DocumentText.link($0, &faults) }
        self.fileName = fileName.flatMap { DocumentText.fileName($0, &faults) }
        self.mediaType = mediaType.flatMap { DocumentText.mediaType($0, &faults) }
        self.sha256 = sha256.flatMap { DocumentText.sha256($0, &faults) }
        self.size = size
        if let size, !(1...DocumentContent.bytesMax).contains(size) {
            faults.append(FieldFault("size", "out_of_range", "must be 1 to \(DocumentContent.bytesMax) bytes"))
        }
        guard link == nil else { return }
        let told = [
            ("fileName", fileName != nil), ("mediaType", mediaType != nil), ("size", size != nil),
            ("sha256", sha256 != nil),
        ]
        for (field, isThere) in told where !isThere {
            faults.append(FieldFault(field, "required", "is required of a file; or send a link"))
        }
    }
}

/// A checked registration of a new document.
struct DocumentForm: Sendable, Hashable {
    let type: DocumentType
    let title: String
    let content: ContentForm

    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: NewDocument) throws(RPCFault) {
        var faults: [FieldFault] = []
        let title = DocumentText.title.check(input.title, &faults)
        content = ContentForm(
            fileName: input.fileName, mediaType: input.mediaType, size: input.size, sha256: input.sha256,
            link: input.link, &faults)
        guard let title, faults.isEmpty else { throw .invalid(faults) }
        type = input.type
        self.title = title
    }

    /// A version of a document that is there.
    init(_ version: DocumentVersionForm, of document: DealDocument) {
        type = document.type
        title = version.title ?? document.title
        content = version.content
    }
}

/// A checked registration of a new version.
struct DocumentVersionForm: Sendable, Hashable {
    let title: String?
    let content: ContentForm

    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: NewDocumentVersion) throws(RPCFault) {
        var faults: [FieldFault] = []
        title = input.title.flatMap { DocumentText.title.check($0, &faults) }
        content = ContentForm(
            fileName: input.fileName, mediaType: input.mediaType, size: input.size, sha256: input.sha256,
            link: input.link, &faults)
        guard faults.isEmpty else { throw .invalid(faults) }
    }
}
