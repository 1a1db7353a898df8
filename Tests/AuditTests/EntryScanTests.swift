import Contracts
import Foundation
import Testing

@testable import audit

private func scan(_ bytes: Data) -> (isEntry: Bool, scan: EntryScan) {
    var scan = EntryScan()
    return bytes.withUnsafeBytes { (scan.read($0), scan) }
}

private func path(_ text: String) -> PersonalPath? { Data(text.utf8).withUnsafeBytes(PersonalPath.init) }

@Test func scanFindsWhatDecodingFinds() throws {
    for number in 1...200 {
        var event = deal(number).event
        event.type = number.isMultiple(of: 2) ? EventType.userUpdated : event.type
        event.actor.address = number.isMultiple(of: 3) ? nil : "192.0.2.\(number)"
        event.requestId = number.isMultiple(of: 5) ? nil : "r-\(number)"
        event.subject.number = number.isMultiple(of: 7) ? nil : "D \"\(number)\"\n\\é"
        event.changes = (0..<number % 4).map { FieldChange(["name", "role"][$0 % 2], before: nil, after: "ä\($0)\"") }
        let bytes = EntryBytes.sealed(event, source: "deals", sequence: Int64(number)).bytes
        let (isEntry, found) = scan(bytes)
        let entry = try LoggedEntry(bytes: bytes)
        #expect(isEntry)
        func text(_ field: EntryScan.Field) throws -> String? {
            try found[field].map {
                try JSONDecoder().decode(String.self, from: Data("\"".utf8) + bytes[$0] + Data("\"".utf8))
            }
        }
        #expect(try text(.id) == entry.id.text)
        #expect(try text(.type) == entry.type)
        #expect(try text(.time) == entry.time.text)
        #expect(try text(.actorID) == entry.actor.id)
        #expect(try text(.subjectID) == entry.subject.id)
        #expect(try text(.subjectKind) == entry.subject.kind)
        #expect(try text(.subjectNumber) == entry.subject.number)
        #expect(try text(.requestID) == entry.requestId)
        #expect(try text(.traceID) == entry.traceId)
        #expect(try text(.outcome) == entry.outcome?.rawValue)
        #expect(found[.sourceSeq].map { String(decoding: bytes[$0], as: UTF8.self) } == String(number))
        let commitments = Dictionary(
            uniqueKeysWithValues: found.commitments.map { ($0.path, String(decoding: bytes[$0.digits], as: UTF8.self)) }
        )
        let expected = entry.commitments.compactMap { key, value in path(key).map { ($0, value) } }
        #expect(commitments == Dictionary(uniqueKeysWithValues: expected))
        #expect(expected.count == entry.commitments.count)
    }
}

/// Whatever stands there: no trap, and nothing outside of the bytes.
@Test func scanOfDamagedBytesEnds() {
    let whole = EntryBytes.sealed(deal(1).event, source: "deals", sequence: 1).bytes
    for length in whole.indices { #expect(!scan(whole.prefix(length)).isEntry) }
    for _ in 0..<5000 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4) { bytes[Int.random(in: bytes.indices)] = UInt8.random(in: 0...255) }
        let found = scan(bytes).scan
        #expect(EntryScan.Field.allCases.allSatisfy { found[$0].map { $0.upperBound <= bytes.count } ?? true })
    }
    #expect(!scan(Data(repeating: UInt8(ascii: "["), count: 100_000)).isEntry)
    #expect(!scan(Data("{\"x\":".utf8) + Data(repeating: UInt8(ascii: "["), count: 100_000)).isEntry)
}

@Test(arguments: [
    "", "actor", "actor.addres", "actor.addressx", "changes[].before", "changes[01].before", "changes[-1].after",
    "changes[1].befor", "changes[1].afterx", "changes[1]before", "changes[9999999999].after", "changes[1",
])
func otherSpellingsOfPathsAreNone(text: String) { #expect(path(text) == nil) }

@Test func pathsAreWhatPersonalFieldsWrite() {
    #expect(path(PersonalFields.address) == .address)
    for index in [0, 9, 10, 700] {
        #expect(path(PersonalFields.path(index, .before)) == .change(index, .before))
        #expect(path(PersonalFields.path(index, .after)) == .change(index, .after))
    }
}

@Test func wordsOfPlainTextsAreThoseOfAllTexts() {
    let words = PersonalWords.of("Anna-Lena O'Hara, VP 2nd; " + String(repeating: "X", count: 80))
    #expect(words == ["anna", "lena", "o", "hara", "vp", "2nd", String(repeating: "x", count: 64)])
    #expect(PersonalWords.of("ÄNNA-Lena Öhara") == ["anna", "lena", "ohara"])
    #expect(PersonalWords.of(Array(repeating: "a", count: 40).joined(separator: " ")).count == PersonalWords.wordsMax)
    #expect(PersonalWords.of(" .,-").isEmpty)
}
