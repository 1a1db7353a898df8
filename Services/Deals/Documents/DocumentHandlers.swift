import Contracts
import Foundation
import Logging
import NIOCore
import RPC

/// The register, the bytes that come into it, and those that go out.
struct DocumentHandlers: Sendable {
    let documents: DocumentStore
    let shelf: DocumentShelf
    let logger: Logger
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.documents, list)
        router.on(DealMethods.addDocument, add)
        router.on(DealMethods.addDocumentVersion, addVersion)
        router.on(DealMethods.putDocumentContent, bytes: put)
        router.on(DealMethods.documentContent) { wish, context, writer in
            try await content(wish, context) { try await writer.send($0) }
        }
        router.on(DealMethods.removeDocument, remove)
    }

    var sweep: DocumentSweep { DocumentSweep(documents: documents, shelf: shelf, logger: logger, now: now) }

    func list(_: Nothing, _ context: RPCContext) async throws -> DocumentList {
        let caller = try Caller(context, may: .readDeals, now: now())
        var list = try await documents.list(DealReference(context), by: caller)
        for index in list.uploads.indices {
            list.uploads[index].received = try await shelf.received(list.uploads[index])
        }
        return list
    }

    func add(_ input: NewDocument, _ context: RPCContext) async throws -> DocumentRegistration {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        return try await documents.add(DocumentForm(input), to: reference, by: caller)
    }

    func addVersion(_ input: NewDocumentVersion, _ context: RPCContext) async throws -> DocumentRegistration {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, id) = try (DealReference(context), Self.child(context))
        return try await documents.addVersion(DocumentVersionForm(input), of: id, in: reference, by: caller)
    }

    func put(_ place: ChunkPlace, _ bytes: ByteBuffer, _ context: RPCContext) async throws -> DocumentRegistration {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, id) = try (DealReference(context), Self.child(context))
        let target = try await documents.target(id, of: reference, by: caller)
        let offset = try Self.offset(place, bytes)
        switch target {
        case .complete(let document): return DocumentRegistration(document: document)
        case .open(let upload):
            if case .part(let received) = try await shelf.put(bytes, at: offset, of: upload) {
                return DocumentRegistration(upload: upload.with(received: received))
            }
            return DocumentRegistration(document: try await documents.complete(id, of: reference, by: caller))
        }
    }

    func remove(_ input: DocumentRemoval, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let (reference, id) = try (DealReference(context), Self.child(context))
        var faults: [FieldFault] = []
        guard let reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults) else {
            throw RPCFault.invalid(faults)
        }
        if try await documents.remove(id, reason: reason, of: reference, by: caller) {
            try await shelf.remove(ShelfFile(id: id, isPart: true))
        }
        return Nothing()
    }

    /// Checks the whole file before the first byte of it goes out, and writes down who reads it.
    func content(
        _ wish: ContentWish, _ context: RPCContext, send: (ContentPart) async throws -> Void
    ) async throws {
        let caller = try Caller(context, may: .readDeals, now: now())
        let (reference, id) = try (DealReference(context), Self.child(context))
        let head = try await documents.head(id, of: reference, by: caller)
        if wish.headOnly == true || wish.have == head.sha256 { return try await send(.head(head)) }
        do {
            let file = try await shelf.open(id, as: head)
            try await documents.recordDownload(id, of: reference, by: caller)
            try await send(.head(head))
            var offset: Int64 = 0
            while offset < head.size {
                let bytes = try await shelf.read(file, at: offset, of: head.size)
                for start in stride(from: 0, to: bytes.count, by: DocumentContent.partBytesMax) {
                    try await send(.bytes(bytes[start..<min(start + DocumentContent.partBytesMax, bytes.count)]))
                }
                offset += Int64(bytes.count)
            }
        } catch let fault as ShelfFault {
            logger.error(
                "a document is damaged", metadata: ["document.id": "\(id.text)", "error": "\(fault.reason)"])
            throw RPCFault(
                .dataLoss, "document_damaged", "The stored file is not the one that was uploaded; it is not delivered.",
                doNotRetry: true)
        }
    }

    private static func offset(_ place: ChunkPlace, _ bytes: ByteBuffer) throws(RPCFault) -> Int64 {
        let offset = place.offset ?? 0
        var faults: [FieldFault] = []
        if offset < 0 { faults.append(FieldFault("offset", "out_of_range", "must not be negative")) }
        if !(1...DocumentContent.chunkBytesMax).contains(bytes.readableBytes) {
            let words = "a chunk has 1 to \(DocumentContent.chunkBytesMax) bytes"
            faults.append(FieldFault("", "out_of_range", words))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return offset
    }

    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// What is no id names no document; the deal is asked for first all the same.
    private static func child(_ context: RPCContext) -> UUID {
        context.resource.dropFirst().first.flatMap(UUID.init(uuidString:)) ?? nobody
    }
}
