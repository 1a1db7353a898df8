import Contracts
import Foundation
import RPC
import Testing
import TransparencyLog

@testable import audit

private func bundle(_ handlers: TreeHandlers, _ path: String) async throws -> [AuditBundlePart] {
    var parts: [AuditBundlePart] = []
    try await handlers.entries(call(as: .compliance, path)) { parts.append($0) }
    return parts
}

@Test func everySignedEntryIsProvedToWhoHasTheKeyAlone() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let handlers = TreeHandlers(log: fixture.log, signer: signer)
    let events = try await fixture.grow(1...37)
    await signer.sign()
    let keys = try handlers.verifierKeys(call(as: .compliance)).text
    let key = try VerifierKey(String(try #require(keys.split(separator: "\n").first)))
    let trusted = TrustedLog(origin: Fixture.origin, keys: [key])
    for (seq, event) in events.enumerated() {
        let text = try await handlers.proof(call(as: .compliance, "\(seq)")).text
        let proof = try TlogProof(Data(text.utf8))
        let leaf = MerkleHash.leaf(EntryBytes.make(event.event, source: "deals", sequence: event.sequence))
        #expect(try proof.verify(leaf, of: trusted).checkpoint.size == 37)
        #expect(proof.hashes.count <= 6)
    }
    #expect(
        try await handlers.checkpoint(call(as: .compliance)).text == String(decoding: fixture.notes()[0], as: UTF8.self)
    )
    try await fixture.remove()
}

@Test func whatIsNotThereYetOrNeverWillBeIsToldApart() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let handlers = TreeHandlers(log: fixture.log, signer: signer)
    func code(_ seq: String) async -> String? {
        do {
            _ = try await handlers.proof(call(as: .compliance, seq))
            return nil
        } catch { return (error as? RPCFault)?.code }
    }
    await #expect { _ = try await handlers.checkpoint(call(as: .compliance)) } throws: {
        ($0 as? RPCFault)?.status == .notFound
    }
    try await fixture.grow(1...3)
    #expect(await code("2") == "checkpoint_pending")
    await signer.sign()
    #expect(await code("2") == nil)
    for seq in ["3", "-1", "02", "x", "", "9223372036854775808"] { #expect(await code(seq) == "not_found") }
    try await fixture.remove()
}

@Test func tilesAndBundlesAreFoundByTheirPathsAlone() async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let handlers = TreeHandlers(log: fixture.log, signer: signer)
    try await fixture.grow(1...260)
    await signer.sign()
    let full = try await handlers.tile(call(as: .compliance, "0/000"))
    #expect(full.isFull && full.hashes.count == Tile.bytesMax)
    let partial = try await handlers.tile(call(as: .compliance, "0/001.p/4"))
    #expect(!partial.isFull && partial.hashes.count == 4 * MerkleHash.byteCount)
    for path in ["0/001", "0/001.p/5", "0/0", "entries/000", "../0/000", "", "0/000/"] {
        await #expect(throws: RPCFault.self) { _ = try await handlers.tile(call(as: .compliance, path)) }
    }
    let parts = try await bundle(handlers, "000")
    guard case .head(let size)? = parts.first else {
        Issue.record("no head")
        return
    }
    let bytes = parts.dropFirst().reduce(into: Data()) { whole, part in
        if case .bytes(let bytes) = part { whole += bytes }
    }
    #expect(parts.count > 2 && bytes.count == size)
    #expect(EntryBundle.decode(bytes, width: 256)?.count == 256)
    for path in ["001", "0/000", "x000/000"] {
        await #expect(throws: RPCFault.self) { _ = try await bundle(handlers, path) }
    }
    try await fixture.remove()
}

@Test(arguments: [Role.admin, .banker, .management, .observer, nil])
func nobodyElseReadsTheTree(role: Role?) async throws {
    let fixture = try Fixture()
    let signer = try await fixture.signer()
    let handlers = TreeHandlers(log: fixture.log, signer: signer)
    try await fixture.grow(1...1)
    await signer.sign()
    let refusal = role == nil ? RPCStatus.unauthenticated : .permissionDenied
    func isRefused(_ body: () async throws -> Void) async -> Bool {
        do { try await body() } catch { return (error as? RPCFault)?.status == refusal }
        return false
    }
    #expect(await isRefused { _ = try await handlers.checkpoint(call(as: role)) })
    #expect(await isRefused { _ = try handlers.verifierKeys(call(as: role)) })
    #expect(await isRefused { _ = try await handlers.tile(call(as: role, "0/000.p/1")) })
    #expect(await isRefused { try await handlers.entries(call(as: role, "000.p/1")) { _ in } })
    #expect(await isRefused { _ = try await handlers.proof(call(as: role, "0")) })
    try await fixture.remove()
}
