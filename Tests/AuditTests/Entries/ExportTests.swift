import Contracts
import Crypto
import Foundation
import RPC
import Testing
import TransparencyLog

@testable import audit

extension Officer {
    /// - Parameter during: what happens after the head was sent.
    fileprivate func file(
        _ filter: AuditFilter, as format: ExportFormat, of signer: CheckpointSigner? = nil,
        during: @Sendable () async throws -> Void = {}
    ) async throws -> (name: String, text: String) {
        var (name, bytes) = ("", Data())
        try await ExportHandlers(log: fixture.log, signer: signer).export(filter, as: format, context()) { part in
            switch part {
            case .head(let text):
                name = text
                try await during()
            case .bytes(let piece):
                #expect(piece.count <= CSVPart.bytesMax)
                bytes += piece
            }
        }
        return (name, String(decoding: bytes, as: UTF8.self))
    }
}

private func lines(_ text: String) throws -> (entries: [AuditExportLine], end: AuditExportEnd) {
    let lines = text.split(separator: "\n").map { Data($0.utf8) }
    let end = try JSONDecoder().decode(AuditExportEnd.self, from: try #require(lines.last))
    return (try lines.dropLast().map { try JSONDecoder().decode(AuditExportLine.self, from: $0) }, end)
}

@Test func exportIsTheWholeLogWithWhatItsRootIsMadeOf() async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(450)
        let log = officer.fixture.log
        let (name, text) = try await officer.file(AuditFilter(), as: .ndjson) {
            // What is logged meanwhile is not in it.
            try await log.append([deal(451)], from: "deals")
        }
        #expect(name.hasPrefix("audit-") && name.hasSuffix(".ndjson"))
        let (entries, end) = try lines(text)
        // With the entry that tells of the export itself.
        #expect(end.entries == 451 && end.checkpoint.size == 451)
        #expect(entries.map(\.entry.seq) == Array(0..<451))
        #expect(entries.last?.entry.type == EventType.auditExported)
        var tree = MerkleFrontier()
        for line in entries {
            let bytes = try #require(Data(base64Encoded: line.bytes))
            #expect(Data(SHA256.hash(data: Data([0]) + bytes)).base64EncodedString() == line.entry.leafHash)
            _ = tree.append(.leaf(bytes))
        }
        #expect(tree.root.data.base64EncodedString() == end.checkpoint.root)
    }
}

@Test func everyLineIsProvedToWhatWasSigned() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.fill(9)
    let (entries, end) = try lines(try await Officer(fixture).file(AuditFilter(), as: .ndjson, of: signer).text)
    let signed = try signer.trusted.open(Data(try #require(end.signed).utf8)).checkpoint
    // With the entry that tells of the export itself.
    #expect(signed.size == 10 && entries.count == 10 && signed.root.base64 == end.checkpoint.root)
    for line in entries {
        let (index, texts) = (try #require(line.index), try #require(line.proof))
        let hashes = texts.compactMap { MerkleHash(base64: $0) }
        let proof = InclusionProof(index: index, size: signed.size, hashes: hashes)
        var bytes = try #require(Data(base64Encoded: line.bytes))
        #expect(index == line.entry.seq && proof.holds(for: .leaf(bytes), root: signed.root))
        bytes[bytes.startIndex + 20] ^= 1
        #expect(!proof.holds(for: .leaf(bytes), root: signed.root))
    }
    // What nobody has signed is exported all the same.
    try await fixture.grow(10...10)
    let later = try lines(try await Officer(fixture).file(AuditFilter(), as: .ndjson).text)
    #expect(later.entries.map { $0.proof == nil } == Array(repeating: false, count: 10) + [true, true])
    #expect(later.end.signed == end.signed && later.end.checkpoint.size == 12)
    try await fixture.remove()
}

@Test func exportHasExactlyWhatTheSearchFinds() async throws {
    try await withOfficer { officer in
        try await officer.fixture.fill(20)
        let filter = AuditFilter(actor: bert.text, from: start.advanced(bySeconds: 300))
        let found = try await officer.fixture.log.list(AuditQuery(filter, sort: "seq"))
        let (entries, end) = try lines(try await officer.file(filter, as: .ndjson).text)
        #expect(entries.map(\.entry.seq) == found && end.entries == found.count && found.count == 8)
        let told = try #require(try await officer.entries(EventType.auditExported).first)
        #expect(told.changes.map(\.field) == ["format", "actor", "from"])
    }
}

@Test func exportReadsFewPagesOfBoundedSize() async throws {
    let fixture = try Fixture()
    let exports = ExportStore(log: fixture.log)
    var search = try LogSearch(AuditQuery(sort: "seq"))
    try await fixture.fill(450)
    #expect(try await exports.page(search)?.count == 450)
    // What is kept beside an entry counts as well.
    let large = (451...480).map { number in
        var event = deal(number, type: EventType.dealActivityChanged)
        event.event.changes = [FieldChange("text", before: nil, after: String(repeating: "x", count: 200_000))]
        return event
    }
    try await fixture.log.append(large, from: "deals")
    search.after = 449
    #expect(try await exports.page(search)?.count == 21)
    search.limit = 30
    #expect(try await fixture.log.page(search).items.count == 10)
    try await fixture.remove()
}

@Test func tableIsSafeForSpreadsheetsAndEndsWithTheCheckpoint() async throws {
    try await withOfficer { officer in
        var event = deal(1)
        event.event.requestId = "=HYPERLINK(\"x\")"
        try await officer.fixture.log.append([event], from: "deals")
        let rows = try await officer.file(AuditFilter(type: "deal."), as: .csv).text.split(separator: "\r\n")
        #expect(rows.count == 3)
        #expect(rows[0].hasPrefix("seq,time,type,outcome,actor.kind"))
        #expect(rows[1].contains("\"'=HYPERLINK(\"\"x\"\")\""))
        #expect(rows[2].hasPrefix("2,,checkpoint,"))
        // One root in 64 begins with a plus, which a spreadsheet would compute with.
        let root = try await officer.fixture.verify().root
        #expect(rows[2].hasSuffix(root.hasPrefix("+") ? ",'\(root)" : ",\(root)"))
    }
}

@Test(arguments: ["+Glv", "/Glv", "9Glv"]) func rootOfATableIsNoFormula(root: String) throws {
    let row = try ExportFormat.csv.end(AuditExportEnd(checkpoint: .init(size: 7, root: root), entries: 7))
    #expect(String(decoding: row, as: UTF8.self).hasSuffix(root.hasPrefix("+") ? ",'\(root)\r\n" : ",\(root)\r\n"))
}

@Test func twoExportAtATime() async throws {
    try await withOfficer { officer in
        let handlers = ExportHandlers(log: officer.fixture.log)
        func export(_ send: (CSVPart) async throws -> Void) async -> String? {
            await refusal { try await handlers.export(AuditFilter(), as: .ndjson, officer.context(), send: send) }
        }
        var inner: String?
        let outer = await export { part in
            guard case .head = part else { return }
            _ = await export { part in
                guard case .head = part else { return }
                inner = await export { _ in }
            }
        }
        #expect(outer == nil && inner == "busy")
        #expect(await export { _ in } == nil)
    }
}
