import Foundation
import ServiceKit
import Testing
import TransparencyLog

@testable import audit

private func signed(_ size: Int64, _ root: MerkleHash = .empty) throws -> SignedCheckpoint {
    let checkpoint = try #require(Checkpoint(origin: "bank.test/audit", size: size, root: root))
    return SignedCheckpoint(checkpoint: checkpoint, note: try SignedNote(text: checkpoint.text))
}

private let leaf = MerkleHash.leaf(Data("a".utf8))

@Test func theLargerOfTheTwoPlacesCounts() throws {
    #expect(try SigningRules.last(table: nil, file: nil)?.checkpoint == nil)
    #expect(try SigningRules.last(table: signed(3), file: nil)?.checkpoint.size == 3)
    #expect(try SigningRules.last(table: nil, file: signed(4))?.checkpoint.size == 4)
    #expect(try SigningRules.last(table: signed(3), file: signed(4))?.checkpoint.size == 4)
    #expect(try SigningRules.last(table: signed(5), file: signed(4))?.checkpoint.size == 5)
    #expect(try SigningRules.last(table: signed(5), file: signed(5))?.checkpoint.size == 5)
}

@Test func twoRootsOfOneSizeAreRefused() throws {
    let (table, file) = (try signed(5), try signed(5, leaf))
    #expect(throws: SigningRefusal.twoRoots(size: 5)) { try SigningRules.last(table: table, file: file) }
}

@Test func onlyALogThatContinuesWhatWasSignedIsSigned() throws {
    let last = try signed(5, leaf).checkpoint
    try SigningRules.check(5, continues: last) { _ in leaf }
    try SigningRules.check(9, continues: last) { _ in leaf }
    try SigningRules.check(0, continues: nil) { _ in leaf }
    #expect(throws: SigningRefusal.logShorter(size: 4, signed: 5)) {
        try SigningRules.check(4, continues: last) { _ in leaf }
    }
    #expect(throws: SigningRefusal.rootDiffers(size: 5)) {
        try SigningRules.check(9, continues: last) { _ in .empty }
    }
    #expect(throws: SigningRefusal.treeBroken(size: 5)) {
        try SigningRules.check(9, continues: last) { _ in throw LogError.hashMissing(index: 1) }
    }
}

@Test(arguments: [
    "https://bank.test/audit", "bank.test/audit/", "bank test", "bank+test", String(repeating: "a", count: 256),
])
func originIsAURLWithoutItsScheme(origin: String) throws {
    var reader = SettingsReader(environment: ["IBP_AUDIT_ORIGIN": origin])
    #expect { _ = try SigningSettings(&reader, directory: "/data") } throws: { "\($0)".contains("IBP_AUDIT_ORIGIN") }
}

@Test func settingsHaveDefaultsAndReadEarlierKeys() throws {
    var reader = SettingsReader(environment: [:])
    let settings = try SigningSettings(&reader, directory: "/data")
    #expect(settings.origin == "ibpipeline.local/audit")
    #expect(settings.keyFile.path == "/data/signing.key")
    #expect(settings.previous.isEmpty)

    let key = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    var more = SettingsReader(environment: ["IBP_AUDIT_SIGNING_PREVIOUS": "\(key),\(key)"])
    #expect(try SigningSettings(&more, directory: "/data").previous.map(\.text) == [key, key])
    var wrong = SettingsReader(environment: ["IBP_AUDIT_SIGNING_PREVIOUS": "EnochRoot+af0cfe79+x"])
    #expect { _ = try SigningSettings(&wrong, directory: "/data") } throws: {
        "\($0)".contains("IBP_AUDIT_SIGNING_PREVIOUS")
    }
}
