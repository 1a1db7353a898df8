import Contracts
import Foundation
import GRDB
import Storage
import Testing
import TransparencyLog

@testable import audit

@Test func anEmptyLogIsNotSigned() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    #expect(signer.last == nil && signer.refusal == nil)
    #expect(try await fixture.notes().isEmpty && !fixture.kept.exists)
    try await fixture.remove()
}

@Test func growthIsSignedOnceAndKeptInBothPlaces() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    var tree = MerkleFrontier()
    for event in try await fixture.grow(1...3) {
        _ = tree.append(.leaf(EntryBytes.make(event.event, source: "deals", sequence: event.sequence)))
    }
    await signer.sign()
    await signer.sign()
    let notes = try await fixture.notes()
    #expect(notes.count == 1)
    #expect(try fixture.kept.read(bytesMax: 4096) == notes.first)
    let opened = try signer.trusted.open(try #require(notes.first)).checkpoint
    #expect(opened == Checkpoint(origin: Fixture.origin, size: 3, root: tree.root))
    try await fixture.grow(4...4)
    await signer.sign()
    #expect(signer.last?.size == 4)
    #expect(try await fixture.notes().count == 2)
    try await fixture.remove()
}

@Test func aHundredEntriesDoNotWaitForTheSecond() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...1)
    try await withThrowingTaskGroup(of: Void.self) { group in
        // A second that never ends.
        group.addTask { await signer.run { _ in try await Task.sleep(for: .seconds(3600)) } }
        try await eventually { signer.last?.size == 1 }
        try await fixture.grow(2...100)
        signer.took(99)
        try await fixture.grow(101...101)
        signer.took(1)
        try await eventually { signer.last?.size == 101 }
        // None between the two, for the ninety-nine.
        #expect(try await fixture.notes().count == 2)
        group.cancelAll()
    }
    try await fixture.remove()
}

@Test func theLoopSignsWhatHasGrown() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await signer.run { _ in await Task.yield() } }
        for number in 1...3 {
            try await fixture.grow(number...number)
            try await eventually { signer.last?.size == Int64(number) }
        }
        group.cancelAll()
    }
    try await fixture.remove()
}

@Test func theKeyIsMadeOnceForItsOwnerOnly() async throws {
    let fixture = try Fixture()
    let first = try await fixture.signer()
    let mode = try FileManager.default.attributesOfItem(atPath: fixture.keyPath)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let second = try await fixture.signer()
    #expect(first.trusted.keys.map(\.text) == second.trusted.keys.map(\.text))
    try await fixture.remove()
}

@Test(arguments: ["", "00", String(repeating: "g", count: 64), String(repeating: "٣", count: 32)])
func aKeyFileWithSomethingElseStopsTheStart(content: String) async throws {
    let fixture = try Fixture()
    try Data(content.utf8).write(to: URL(fileURLWithPath: fixture.keyPath))
    await #expect { _ = try await fixture.signer() } throws: { "\($0)".contains("IBP_AUDIT_SIGNING_KEY_FILE") }
    try await fixture.remove()
}

@Test func aLostKeyIsNotReplaced() async throws {
    let fixture = try Fixture()
    _ = try await fixture.signer()
    try await fixture.grow(1...2)
    await (try await fixture.signer()).sign()
    try FileManager.default.removeItem(atPath: fixture.keyPath)
    let signer = try await fixture.signer()
    #expect(signer.refusal == .keyMissing(path: fixture.keyPath))
    #expect(!FileManager.default.fileExists(atPath: fixture.keyPath))
    try await fixture.remove()
}

@Test func aNewKeyGoesOnWhereTheOldOneIsNamed() async throws {
    let fixture = try Fixture()
    let old = try await fixture.signer()
    try await fixture.grow(1...2)
    await old.sign()
    let oldKey = try #require(old.trusted.keys.first).text
    try FileManager.default.moveItem(atPath: fixture.keyPath, toPath: fixture.keyPath + ".old")
    _ = try fixture.settings().keyFile.create()

    guard case .lastUnreadable(.table, _)? = try await fixture.signer().refusal else {
        Issue.record("a strange signature was taken")
        return
    }
    let signer = try await fixture.signer(["IBP_AUDIT_SIGNING_PREVIOUS": oldKey])
    try await fixture.grow(3...3)
    await signer.sign()
    #expect(signer.last?.size == 3)
    #expect(try await fixture.log.verify(sources: ["deals"], of: signer.trusted, newest: signer.last).ok)
    try await fixture.remove()
}

@Test func whatCannotBeKeptIsNotPublished() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...2)
    let inTheWay = fixture.kept.path + ".tmp"
    try FileManager.default.createDirectory(atPath: inTheWay + "/full", withIntermediateDirectories: true)
    await signer.sign()
    #expect(signer.last == nil && signer.refusal == nil)
    #expect(try await fixture.notes().isEmpty)
    try FileManager.default.removeItem(atPath: inTheWay)
    await signer.sign()
    #expect(signer.last?.size == 2)
    try await fixture.remove()
}

@Test func ofManyWhoSignAtOnceOneDoes() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    try await fixture.grow(1...5)
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 { group.addTask { await signer.sign() } }
    }
    #expect(signer.last?.size == 5 && signer.refusal == nil)
    #expect(try await fixture.notes().count == 1)
    try await fixture.remove()
}
