import Foundation
import NIOHTTP1
import Testing
import TransparencyLog

/// Somebody who does not trust the server keeps its key, reads what it publishes, and verifies all of it alone.
@Test(.timeLimit(.minutes(5)))
func whoTrustsNobodyVerifiesWhatIsPublished() async throws {
    try await Cluster.with(environment: Root.settings) { cluster in
        let root = try await Browser.root(cluster.url)
        let password = "seven quiet herons wade"
        try await root.addPerson("cleo@firm.example", name: "Cleo", role: "compliance", password: password)
        let cleo = try await Browser.signIn(cluster.url, "cleo@firm.example", password)

        let keys = try await cleo.get("/api/audit/log/vkey").text
        let log = TrustedLog(
            origin: "ibpipeline.local/audit", keys: [try VerifierKey(keys.trimmingCharacters(in: .newlines))])
        let published = try await eventually("a checkpoint of what has happened so far") {
            let answer = try await cleo.get("/api/audit/log/checkpoint")
            guard answer.status == 200, try log.open(answer.body).checkpoint.size >= 4 else {
                return nil as Browser.Answer?
            }
            return answer
        }
        #expect(published.headers["content-type"] == ["text/plain; charset=utf-8"])
        #expect(published.headers["cache-control"] == ["no-store"])
        let checkpoint = try log.open(published.body).checkpoint

        let entries = try await publishedEntries(cleo, of: checkpoint)
        var rest = entries[...]
        var notes = [published.body][...]
        let parts = ExportParts(nextCheckpoint: { notes.popFirst() }, nextEntry: { rest.popFirst() })
        #expect(try ExportVerifier.verify(parts, of: log).problems == [])
        try await expectTreeOf(entries, cleo, checkpoint)
        try await expectProofOf(entries[1], at: 1, cleo, log)
        for path in ["checkpoint", "vkey", "tile/0/000.p/1", "tile/entries/000.p/1"] {
            #expect(try await root.get("/api/audit/log/\(path)").status == 403)
        }
        #expect(try await root.get("/api/audit/entries/1/proof").status == 403)
        #expect(try await cleo.get("/api/audit/verify").json["ok"] == .bool(true))
    }
}

private func publishedEntries(_ reader: Browser, of checkpoint: Checkpoint) async throws -> [Data] {
    let tile = try #require(Tile(.entries, index: 0, in: checkpoint.size))
    let plain = try await reader.get("/api/audit/log/\(tile.path)")
    #expect(plain.headers["content-type"] == ["application/octet-stream"])
    #expect(plain.headers["cache-control"] == ["no-store"])
    #expect(plain.headers["vary"] == ["Accept-Encoding"])
    let packed = try await reader.send(
        .GET, "/api/audit/log/\(tile.path)", headers: [("Accept-Encoding", "gzip")])
    #expect(packed.headers["content-encoding"] == ["gzip"])
    // The client has unpacked it.
    #expect(packed.body == plain.body)
    let length = packed.headers["content-length"].first.flatMap { Int($0) } ?? 0
    #expect(length < plain.body.count)
    return try #require(EntryBundle.decode(plain.body, width: tile.width)).map { Data($0) }
}

private func expectTreeOf(_ entries: [Data], _ reader: Browser, _ checkpoint: Checkpoint) async throws {
    let tile = try #require(Tile(.hashes(level: 0), index: 0, in: checkpoint.size))
    let answer = try await reader.get("/api/audit/log/\(tile.path)")
    #expect(tile.hashes(in: answer.body) == entries.map { .leaf($0) })
    #expect(try await reader.get("/api/audit/log/tile/0/001").status == 404)
    #expect(try await reader.get("/api/audit/log/tile/0/x000/000").status == 404)
}

private func expectProofOf(_ entry: Data, at seq: Int, _ reader: Browser, _ log: TrustedLog) async throws {
    let answer = try await reader.get("/api/audit/entries/\(seq)/proof")
    #expect(answer.headers["content-disposition"].first?.contains("\(seq).tlog-proof") == true)
    let proof = try TlogProof(answer.body)
    #expect(proof.index == Int64(seq))
    _ = try proof.verify(.leaf(entry), of: log)
    #expect(try await reader.get("/api/audit/entries/999999/proof").status == 404)
    #expect(try await reader.get("/api/audit/entries/one/proof").status == 404)
}
