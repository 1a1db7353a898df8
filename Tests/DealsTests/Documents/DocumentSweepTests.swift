import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DocumentSweepTests {
    private func files(_ desk: Desk) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: desk.documents.shelf.directory))
    }

    @Test func filesThatBelongToNothingAreRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let document = try await desk.upload(Desk.content(10), in: deal, as: banker)
            let removed = try await desk.upload(Desk.content(11), in: deal, as: banker)
            try await desk.removeDocument(removed.id, from: deal, as: banker)
            let upload = try await desk.register(Desk.content(12), in: deal, as: banker)
            _ = try await desk.put(Desk.content(12)[..<5], at: 0, of: upload.id, in: deal, as: banker)
            let directory = desk.documents.shelf.directory
            let month = Int64(DocumentSweep.strayDaysMax) * 86_400
            let young = UUIDv7.make(at: desk.clock.now().advanced(bySeconds: -month)).text
            let old = UUIDv7.make(at: desk.clock.now().advanced(bySeconds: -month - 1)).text
            for name in [young, old, young + ".part", document.id.text + ".part", "README"] {
                #expect(FileManager.default.createFile(atPath: "\(directory)/\(name)", contents: Data("x".utf8)))
            }
            try await desk.documents.sweep.sweep()
            #expect(
                try files(desk) == [document.id.text, removed.id.text, upload.id.text + ".part", young, "README"])
        }
    }

    @Test func anUploadThatNobodyFinishesIsForgottenAfterADay() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let bytes = Desk.content(10)
            let upload = try await desk.register(bytes, in: deal, as: banker)
            _ = try await desk.put(bytes[..<5], at: 0, of: upload.id, in: deal, as: banker)
            desk.clock.advance(seconds: 86_399)
            try await desk.documents.sweep.sweep()
            #expect(try await desk.documentList(deal, as: banker).uploads.map(\.received) == [5])
            desk.clock.advance(seconds: 1)
            // Before the sweep comes, too.
            #expect(try await desk.documentList(deal, as: banker).uploads.isEmpty)
            try await fault("not_found") { try await desk.put(bytes[5...], at: 5, of: upload.id, in: deal, as: banker) }
            try await desk.documents.sweep.sweep()
            #expect(try files(desk).isEmpty)
        }
    }

    @Test func anUploadThatIsGivenUpLeavesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let upload = try await desk.register(Desk.content(10), in: deal, as: banker)
            _ = try await desk.put(Desk.content(10)[..<5], at: 0, of: upload.id, in: deal, as: banker)
            try await desk.removeDocument(upload.id, from: deal, as: banker)
            #expect(try files(desk).isEmpty)
            #expect(try await desk.documentList(deal, as: banker).uploads.isEmpty)
            #expect(try await desk.events().allSatisfy { !$0.type.contains("document") })
        }
    }
}
