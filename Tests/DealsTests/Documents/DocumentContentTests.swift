import Contracts
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

@testable import deals

/// Bytes that go out.
struct DocumentContentTests {
    private static func with(_ body: (Desk, Person, Deal, DealDocument) async throws -> Void) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await body(desk, banker, deal, try await desk.upload(Desk.content(100_000), in: deal, as: banker))
        }
    }

    private func downloads(_ desk: Desk) async throws -> [Event] {
        try await desk.events().filter { $0.type == EventType.documentDownloaded }
    }

    @Test func theHeadComesFirstAndThenEveryByteInParts() async throws {
        try await Self.with { desk, banker, deal, document in
            let parts = try await desk.parts(document.id, in: deal, as: banker)
            #expect(document.head.map(ContentPart.head) == parts.first)
            #expect(parts.dropFirst().map(\.content.count) == [40_960, 40_960, 18_080])
            #expect(parts.flatMap(\.content) == Desk.content(100_000))
        }
    }

    @Test func aDownloadIsWrittenDownBeforeTheFirstByte() async throws {
        try await Self.with { desk, banker, deal, document in
            var context = desk.context(banker)
            context.resource = [deal.id.text, document.id.text]
            let known = Mutex<[Int]>([])
            try await desk.documents.content(ContentWish(), context) { _ in
                let count = try await downloads(desk).count
                known.withLock { $0.append(count) }
            }
            #expect(known.withLock { Set($0) } == [1])
            let event = try #require(try await downloads(desk).first)
            #expect(event.actor.id == banker.id.text && event.subject.id == deal.id.text)
            #expect(event.changes.first == FieldChange("documentId", before: nil, after: document.id.text))
        }
    }

    @Test func whoHasItOrAsksAboutItDownloadsNothing() async throws {
        try await Self.with { desk, banker, deal, document in
            for wish in [ContentWish(headOnly: true), ContentWish(have: document.sha256)] {
                let parts = try await desk.parts(document.id, in: deal, as: banker, wish)
                #expect(parts.count == 1 && parts.first == document.head.map(ContentPart.head))
            }
            #expect(try await downloads(desk).isEmpty)
            let other = ContentWish(have: Desk.sha256([1]))
            #expect(try await desk.parts(document.id, in: deal, as: banker, other).count == 4)
        }
    }

    @Test(arguments: ["changed", "cut", "longer", "gone", "a link to it"])
    func aDamagedFileIsNeverDelivered(damage: String) async throws {
        try await Self.with { desk, banker, deal, document in
            let path = "\(desk.documents.shelf.directory)/\(document.id.text)"
            var bytes = Desk.content(100_000)
            switch damage {
            case "changed": bytes[99_999] ^= 1
            case "cut": bytes.removeLast()
            case "longer": bytes.append(0)
            default: break
            }
            try FileManager.default.removeItem(atPath: path)
            if damage == "a link to it" {
                try Data(bytes).write(to: URL(filePath: path + ".elsewhere"))
                try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".elsewhere")
            } else if damage != "gone" {
                try Data(bytes).write(to: URL(filePath: path))
            }
            let parts = Mutex(0)
            var context = desk.context(banker)
            context.resource = [deal.id.text, document.id.text]
            let refused = try await fault("document_damaged") {
                try await desk.documents.content(ContentWish(), context) { _ in parts.withLock { $0 += 1 } }
            }
            #expect(refused.status == .dataLoss && parts.withLock { $0 } == 0)
            #expect(try await downloads(desk).isEmpty)
        }
    }

    /// Over a real connection, as the gateway reads it.
    @Test func theStreamBringsTheFile() async throws {
        try await Self.with { desk, banker, deal, document in
            try await NoticeStreamTests.withClient(of: desk) { client in
                var context = desk.context(banker)
                context.resource = [deal.id.text, document.id.text]
                var bytes: [UInt8] = []
                let parts = try client.stream(
                    DealMethods.documentContent, ContentWish(), timeout: .seconds(30), context: context, window: 2)
                for try await part in parts { bytes += part.content }
                #expect(bytes == Desk.content(100_000))
                let outsider = desk.context(desk.person(.banker))
                var hidden = try client.stream(
                    DealMethods.documentContent, ContentWish(), context: outsider
                ).makeAsyncIterator()
                try await fault("not_found") { try await hidden.next() as Any }
            }
        }
    }
}
