import Foundation
import GRDB
import Testing

@testable import Storage

/// What is left in the files of what was deleted.
struct ScrubTests {
    private static let marker = Data("what nobody may find".utf8)

    private static func holdsMarker(_ path: String) -> Bool {
        FileManager.default.contents(atPath: path)?.range(of: marker) != nil
    }

    private static func writeAndDelete(_ store: Store) async throws {
        try await store.write { db in
            try db.execute(sql: "PRAGMA secure_delete = OFF")
            for _ in 0..<200 { try Outbox.append(newEntry(), in: db) }
            try db.execute(sql: "CREATE TABLE secret (value BLOB) STRICT")
            try db.execute(sql: "INSERT INTO secret VALUES (?)", arguments: [marker])
            try insertNote(1, in: db)
        }
        try await store.write { try $0.execute(sql: "DROP TABLE secret") }
    }

    @Test func nothingOfWhatWasDeletedIsLeft() async throws {
        for scrubs in [false, true] {
            try await withDirectory { directory in
                let store = try openStore(directory)
                let (file, log) = (directory + "/test.sqlite", directory + "/test.sqlite-wal")
                try await Self.writeAndDelete(store)
                #expect(Self.holdsMarker(log))
                if scrubs {
                    try await store.scrub()
                    #expect(!Self.holdsMarker(log))
                    #expect(FileManager.default.contents(atPath: log)?.isEmpty == true)
                }
                try await store.write { try insertNote(2, in: $0) }
                #expect(try await store.read { try notes(in: $0) } == [1, 2])
                #expect(try await store.outbox.page(after: 0, limit: 500, wait: .zero).newest == 200)
                try await store.close()
                // The test could see it.
                #expect(Self.holdsMarker(file) == !scrubs)
            }
        }
    }

    @Test func archivedLogGoesOnInANewGenerationWithoutIt() async throws {
        try await withBench { bench in
            let store = try bench.open()
            try await bench.backup(store)
            try await store.addNotes(10...19)
            await store.archive?.ship()
            let before = store.archive?.status.generation
            try await Self.writeAndDelete(store)
            try await store.scrub()
            #expect(store.archive?.status.hasBase == false)
            bench.clock.set(second: 10)
            await store.archive?.ship()
            #expect(store.archive?.status.generation != before)
            #expect(store.archive?.status.error == nil)
            try await bench.backup(store)
            #expect(store.archive?.status.hasBase == true)
            bench.clock.set(second: 20)
            try await store.addNotes(20...29)
            await store.archive?.ship()
            let rows = try await store.everyRow()
            try await store.close()
            #expect(try bench.restored() == rows)
            for path in try bench.segmentPaths() { #expect(try !content(of: path).contains(Self.marker)) }
        }
    }

    private func content(of segment: String) throws -> Data {
        var content = Data()
        _ = try Gzip.expand(InputFile(segment), from: Int64(WalSegment.headerBytes), bytesMax: 1 << 26) {
            content.append(contentsOf: $0)
        }
        return content
    }
}
