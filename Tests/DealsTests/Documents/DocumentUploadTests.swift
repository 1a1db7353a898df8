import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Bytes that come in.
struct DocumentUploadTests {
    private static func with(_ body: (Desk, Person, Deal) async throws -> Void) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            try await body(desk, banker, try await desk.deal("Falcon", by: banker))
        }
    }

    @Test func anUploadBecomesADocumentWithItsLastChunk() async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(2500)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            #expect(upload.received == 0 && upload.size == 2500 && upload.seriesId == nil)
            #expect(try await desk.documentList(deal, as: banker).items.isEmpty)
            let first = try await desk.put(bytes[..<1000], at: 0, of: upload.id, in: deal, as: banker)
            #expect(first.document == nil && first.upload?.received == 1000)
            let second = try await desk.put(bytes[1000..<2000], at: 1000, of: upload.id, in: deal, as: banker)
            #expect(second.upload?.received == 2000)
            let last = try await desk.put(bytes[2000...], at: 2000, of: upload.id, in: deal, as: banker)
            let document = try #require(last.document)
            #expect(document.id == upload.id && document.seriesId == upload.id && document.versionNo == 1)
            #expect(document.isCurrent && document.addedBy == banker.id && document.sha256 == Desk.sha256(bytes))
            let list = try await desk.documentList(deal, as: banker)
            #expect(list.items == [document] && list.uploads.isEmpty)
            #expect(try await desk.download(document.id, in: deal, as: banker) == bytes)
        }
    }

    @Test func chunksThatAreSentAgainDoNoHarm() async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(300)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            for _ in 0..<2 {
                let answer = try await desk.put(bytes[..<200], at: 0, of: upload.id, in: deal, as: banker)
                #expect(answer.upload?.received == 200)
            }
            #expect(
                try await desk.put(bytes[..<100], at: 0, of: upload.id, in: deal, as: banker).upload?.received == 200)
            let whole = try await desk.put(bytes[100...], at: 100, of: upload.id, in: deal, as: banker)
            // The answer was lost: the same chunk gets the same one.
            #expect(try await desk.put(bytes[100...], at: 100, of: upload.id, in: deal, as: banker) == whole)
            #expect(try await desk.events().filter { $0.type == EventType.dealDocumentAdded }.count == 1)
        }
    }

    @Test func aGapTellsWhereToGoOnAndTheListDoesToo() async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(300)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            _ = try await desk.put(bytes[..<100], at: 0, of: upload.id, in: deal, as: banker)
            let gap = try await fault("upload_gap") {
                try await desk.put(bytes[200...], at: 200, of: upload.id, in: deal, as: banker)
            }
            let current = try JSONDecoder().decode(DocumentUpload.self, from: Data((gap.current ?? "").utf8))
            #expect(gap.status == .aborted && current.received == 100)
            #expect(try await desk.documentList(deal, as: banker).uploads == [current])
            let last = try await desk.put(bytes[100...], at: 100, of: upload.id, in: deal, as: banker)
            #expect(last.document != nil)
        }
    }

    @Test(arguments: [false, true])
    func bytesThatWereNotRegisteredBeginAnew(tooMany: Bool) async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(300)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            _ = try await desk.put(bytes[..<200], at: 0, of: upload.id, in: deal, as: banker)
            let wrong = Desk.content(tooMany ? 101 : 100, seed: 2)
            try await fault(tooMany ? "upload_too_long" : "hash_mismatch") {
                try await desk.put(wrong, at: 200, of: upload.id, in: deal, as: banker)
            }
            #expect(try await desk.documentList(deal, as: banker).uploads.map(\.received) == [0])
            #expect(try await desk.put(bytes, at: 0, of: upload.id, in: deal, as: banker).document != nil)
        }
    }

    @Test func aChunkHasBoundsAndANumber() async throws {
        try await Self.with { desk, banker, deal in
            let upload = try await desk.register(Desk.content(3), in: deal, as: banker)
            let large = [UInt8](repeating: 0, count: DocumentContent.chunkBytesMax + 1)
            let refused = try await fault("validation_failed") {
                try await desk.put(large, at: -1, of: upload.id, in: deal, as: banker)
            }
            #expect(refused.details == ["offset out_of_range", " out_of_range"])
            try await fault("validation_failed") { try await desk.put([], at: 0, of: upload.id, in: deal, as: banker) }
        }
    }

    /// The file got its name, and then the process was killed.
    @Test func whatWasCompleteOnDiskIsCompletedByTheNextChunk() async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(300)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            let path = "\(desk.documents.shelf.directory)/\(upload.id.text)"
            #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
            try await desk.documents.sweep.sweep()
            #expect(try await desk.documentList(deal, as: banker).uploads.map(\.received) == [300])
            #expect(try await desk.put(bytes[299...], at: 299, of: upload.id, in: deal, as: banker).document != nil)
        }
    }

    @Test func anUploadIsItsOwnersOnTheDealItBelongsTo() async throws {
        try await Self.with { desk, banker, deal in
            let (second, other) = (desk.person(.banker), try await desk.deal("Hawk", by: banker))
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let bytes = Desk.content(10)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            #expect(try await desk.documentList(deal, as: second).uploads.isEmpty)
            try await fault("not_found") { try await desk.put(bytes, at: 0, of: upload.id, in: deal, as: second) }
            try await fault("not_found") { try await desk.put(bytes, at: 0, of: upload.id, in: other, as: banker) }
            try await fault("not_found") { try await desk.removeDocument(upload.id, from: deal, as: second) }
            let document = try #require(
                try await desk.put(bytes, at: 0, of: upload.id, in: deal, as: banker).document)
            try await fault("not_found") { try await desk.put(bytes, at: 0, of: document.id, in: deal, as: second) }
        }
    }

    @Test func twoLastChunksAtOnceMakeOneDocument() async throws {
        try await Self.with { desk, banker, deal in
            let bytes = Desk.content(200_000)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            let answers = try await withThrowingTaskGroup(of: DocumentRegistration.self) { tasks in
                for _ in 0..<4 {
                    tasks.addTask { try await desk.put(bytes, at: 0, of: upload.id, in: deal, as: banker) }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers).count == 1 && answers.first?.document?.id == upload.id)
            #expect(try await desk.events().filter { $0.type == EventType.dealDocumentAdded }.count == 1)
        }
    }

    @Test func aPersonTakenOffTheDealUploadsNoFurther() async throws {
        try await Self.with { desk, banker, deal in
            let second = desk.person(.banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let bytes = Desk.content(10)
            let upload = try await desk.register(bytes, in: deal, as: second)
            try await desk.remove(second, from: deal, by: banker)
            try await fault("not_found") { try await desk.put(bytes, at: 0, of: upload.id, in: deal, as: second) }
        }
    }
}
