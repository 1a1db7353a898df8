import Contracts
import Crypto
import Foundation
import NIOCore
import RPC
import Storage
import Synchronization

@testable import deals

/// The register as stories use it.
extension Desk {
    static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Bytes that are the same in every run.
    static func content(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(state: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    func register(
        _ bytes: [UInt8], _ type: DocumentType = .teaser, in deal: Deal, as person: Person
    ) async throws -> DocumentUpload {
        let new = NewDocument(
            type: type, title: "Paper", fileName: "paper.pdf", mediaType: "application/pdf", size: Int64(bytes.count),
            sha256: Self.sha256(bytes))
        let answer = try await call(DealMethods.addDocument, new, as: person, on: [deal.id.text])
        guard let upload = answer.upload else { throw RPCFault.internal }
        return upload
    }

    func link(_ type: DocumentType = .teaser, in deal: Deal, as person: Person) async throws -> DealDocument {
        let new = NewDocument(type: type, title: "Paper", link: "https://rooms.example/1")
        return try document(await call(DealMethods.addDocument, new, as: person, on: [deal.id.text]))
    }

    func put(
        _ bytes: some Collection<UInt8>, at offset: Int, of id: UUID, in deal: Deal, as person: Person
    ) async throws -> DocumentRegistration {
        let place = try StrictJSON.encode(ChunkPlace(offset: Int64(offset)))
        var context = context(person)
        context.resource = [deal.id.text, id.text]
        let body = BytesInput.joined(place, ByteBuffer(bytes: bytes))
        let reply = try await router.dispatch(DealMethods.putDocumentContent.entry, body: body, context: context)
        return try JSONDecoder().decode(DocumentRegistration.self, from: Data(reply.body.readableBytesView))
    }

    func upload(
        _ bytes: [UInt8], _ type: DocumentType = .teaser, in deal: Deal, as person: Person
    ) async throws -> DealDocument {
        let upload = try await register(bytes, type, in: deal, as: person)
        return try document(await put(bytes, at: 0, of: upload.id, in: deal, as: person))
    }

    func newVersion(
        of document: DealDocument, _ bytes: [UInt8], in deal: Deal, as person: Person
    ) async throws -> DealDocument {
        let new = NewDocumentVersion(
            fileName: "paper-2.pdf", mediaType: "application/pdf", size: Int64(bytes.count),
            sha256: Self.sha256(bytes))
        let answer = try await call(
            DealMethods.addDocumentVersion, new, as: person, on: [deal.id.text, document.id.text])
        guard let upload = answer.upload else { throw RPCFault.internal }
        return try self.document(await put(bytes, at: 0, of: upload.id, in: deal, as: person))
    }

    func removeDocument(_ id: UUID, from deal: Deal, as person: Person, reason: String = "filed twice") async throws {
        let removal = DocumentRemoval(reason: reason)
        _ = try await call(DealMethods.removeDocument, removal, as: person, on: [deal.id.text, id.text])
    }

    func documentList(_ deal: Deal, as person: Person) async throws -> DocumentList {
        try await call(DealMethods.documents, Nothing(), as: person, on: [deal.id.text])
    }

    func parts(
        _ id: UUID, in deal: Deal, as person: Person, _ wish: ContentWish = ContentWish()
    ) async throws -> [ContentPart] {
        var context = context(person)
        context.resource = [deal.id.text, id.text]
        let parts = Mutex<[ContentPart]>([])
        try await documents.content(wish, context) { part in parts.withLock { $0.append(part) } }
        return parts.withLock { $0 }
    }

    func download(_ id: UUID, in deal: Deal, as person: Person) async throws -> [UInt8] {
        try await parts(id, in: deal, as: person).flatMap(\.content)
    }

    func has(_ type: DocumentType, _ deal: Deal) async throws -> Bool {
        try await store.read { db in try DocumentStore.has(type, deal: deal.id, in: db) }
    }

    private func document(_ answer: DocumentRegistration) throws -> DealDocument {
        guard let document = answer.document else { throw RPCFault.internal }
        return document
    }
}

extension ContentPart {
    var content: [UInt8] {
        if case .bytes(let bytes) = self { Array(bytes) } else { [] }
    }
}

/// The register's calls about one deal, for who must not learn that it is there.
enum DocumentCalls {
    static func calls(_ desk: Desk, on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        return [
            ("documents", { try await desk.bytes(DealMethods.documents, Nothing(), as: person, on: [reference]) }),
            (
                "documents.add",
                {
                    let new = NewDocument(type: .nda, title: "NDA", link: "https://rooms.example/1")
                    return try await desk.bytes(DealMethods.addDocument, new, as: person, on: [reference])
                }
            ),
            (
                "documents.versions.add",
                {
                    let new = NewDocumentVersion(link: "https://rooms.example/1")
                    return try await desk.bytes(DealMethods.addDocumentVersion, new, as: person, on: child)
                }
            ),
            (
                "documents.content.put",
                {
                    var context = desk.context(person)
                    context.resource = child
                    let body = BytesInput.joined(Array("{}".utf8), ByteBuffer(string: "x"))
                    let method = DealMethods.putDocumentContent.entry
                    let reply = try await desk.router.dispatch(method, body: body, context: context)
                    return Data(reply.body.readableBytesView)
                }
            ),
            (
                "documents.content",
                {
                    var context = desk.context(person)
                    context.resource = child
                    try await desk.documents.content(ContentWish(), context) { _ in }
                    return Data()
                }
            ),
            (
                "documents.remove",
                {
                    let removal = DocumentRemoval(reason: "spite")
                    return try await desk.bytes(DealMethods.removeDocument, removal, as: person, on: child)
                }
            ),
        ]
    }
}
