import ArgumentParser
import Foundation
import Testing
import TransparencyLog

@testable import ibpipeline

struct VerifyTests {
    private let log = TestLog(600)

    /// An export of 600 entries with checkpoints at 100, 400 and 600, damaged by the body, then verified.
    private func verify(
        _ arguments: [String] = [], of log: TestLog? = nil, damage: (TemporaryFolder) throws -> Void = { _ in }
    ) async throws -> Printed {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try (log ?? self.log).export(to: folder.export, checkpoints: [100, 400, 600])
        try damage(folder)
        return try await folder.verify(arguments)
    }

    private func change(_ name: String, _ body: @escaping (inout [Data]) -> Void) -> (TemporaryFolder) throws -> Void {
        { folder in
            let bytes = try #require(try folder.export.read(name, bytesMax: 1 << 20))
            var entries = EntryBundle.readable(bytes, width: Tile.widthMax).entries.map { Data($0) }
            body(&entries)
            let changed = try #require(EntryBundle.encode(entries))
            try folder.export.write(changed, to: name)
        }
    }

    @Test func goodExportIsGood() async throws {
        let printed = try await verify()
        #expect(printed.exitCode == 0)
        #expect(
            printed.lines == [
                "good: all 600 entries of log.example/audit are what was signed",
                "3 checkpoints fit, each a continuation of the one before; the last has 600 entries",
                "root \(log.roots[600].base64)",
            ])
    }

    @Test func scriptsGetOneObject() async throws {
        let printed = try await verify(["--json"])
        let json = try printed.json()
        #expect(json["isGood"] == .bool(true))
        #expect(json["origin"] == .string("log.example/audit"))
        #expect(json["root"] == .string(log.roots[600].base64))
    }

    @Test func changedByteOfAnEntryIsNamed() async throws {
        let printed = try await verify(damage: change("tile/entries/001") { $0[44][0] ^= 1 })
        #expect(printed.exitCode == 1)
        #expect(
            printed.lines.prefix(2) == [
                "TAMPERED: the first that is not what was signed: entry 300",
                "- entry 300 is not the one whose hash is stored",
            ])
    }

    @Test func missingEntryIsNamed() async throws {
        let printed = try await verify(damage: change("tile/entries/001") { $0.remove(at: 44) })
        #expect(printed.exitCode == 1)
        #expect(printed.lines.first == "TAMPERED: the first that is not what was signed: entry 300")
        #expect(printed.lines.contains("- tile/entries/001 holds 255 whole entries of 256"))
    }

    @Test func missingBundleIsNamedAndTheEntriesBehindItAreStillChecked() async throws {
        let printed = try await verify { folder in
            try FileManager.default.removeItem(atPath: "\(folder.export.path)/tile/entries/000")
            try change("tile/entries/002.p/88") { $0.removeLast() }(folder)
        }
        #expect(printed.exitCode == 1)
        #expect(printed.lines.first == "TAMPERED: the first that is not what was signed: entry 0")
        #expect(printed.lines.contains("- tile/entries/000 is missing"))
        #expect(printed.lines.contains("- tile/entries/002.p/88 holds 87 whole entries of 88"))
    }

    @Test func reorderedEntriesAreNamed() async throws {
        let printed = try await verify(damage: change("tile/entries/000") { $0.swapAt(5, 6) })
        #expect(printed.exitCode == 1)
        #expect(printed.lines.first == "TAMPERED: the first that is not what was signed: entry 5")
    }

    @Test func entriesBehindTheLastAreTampering() async throws {
        let printed = try await verify { folder in
            let name = "tile/entries/002.p/88"
            let bytes = try #require(try folder.export.read(name, bytesMax: 1 << 20))
            try folder.export.write(bytes + [0, 1, 65], to: name)
        }
        #expect(printed.exitCode == 1)
        #expect(printed.lines.contains("- tile/entries/002.p/88 holds more than its 88 entries"))
    }

    @Test func changedHashOfAHigherLevelIsFound() async throws {
        let printed = try await verify { folder in
            var bytes = try #require(try folder.export.read("tile/1/000.p/2", bytesMax: 1 << 20))
            bytes[40] ^= 1
            try folder.export.write(bytes, to: "tile/1/000.p/2")
        }
        #expect(printed.exitCode == 1)
        #expect(printed.lines.contains { $0.hasSuffix("is not the hash of what lies below it") })
    }

    @Test func wrongSignatureIsTampering() async throws {
        let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
        let printed = try await verify { try $0.export.finish(log.signed(600, by: impostor), size: 600) }
        #expect(printed.exitCode == 1)
        #expect(printed.lines.contains { $0.hasSuffix("no key that is trusted has signed it") })
        #expect(printed.lines.contains { $0.hasPrefix("2 checkpoints fit") })
    }

    @Test func forkedCheckpointIsTampering() async throws {
        let fork = TestLog(600, changed: [599])
        let printed = try await verify {
            try $0.export.write(fork.signed(600).bytes, to: "checkpoints/00000000000000000600-fork")
        }
        #expect(printed.exitCode == 1)
        #expect(printed.lines.contains { $0.contains("over another tree of size 600") })
    }

    @Test func checkpointFromElsewhereMustFitToo() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let fork = try folder.file(
            "fork", String(decoding: TestLog(300, changed: [7]).signed(300).bytes, as: UTF8.self))
        let same = try folder.file("same", String(decoding: log.signed(300).bytes, as: UTF8.self))
        let fitting = try await verify(["--checkpoint", same])
        #expect(fitting.exitCode == 0)
        let printed = try await verify(["--checkpoint", fork])
        #expect(printed.exitCode == 1)
        #expect(printed.lines.first == "TAMPERED: the first that is not what was signed: entries 100 to 299")
    }

    @Test func erasuresAreListed() async throws {
        var log = TestLog(598)
        log.append(
            TestLog.act(
                "audit.entry.redacted", about: ("entry", "7"),
                [("paths", "actor.address changes[0].after"), ("reason", "asked for")]))
        log.append(TestLog.act("audit.user.erased", about: ("user", "u-1"), [("reason", "left")]))
        let printed = try await verify(of: log)
        #expect(printed.exitCode == 0)
        #expect(
            printed.lines.suffix(3) == [
                "ERASED: personal values, as 2 entries tell; the log commits to them as before",
                "- actor.address, changes[0].after of entry 7, by anna at 2026-11-27T08:00:00.000Z: asked for (entry 598)",
                "- all of user u-1, by anna at 2026-11-27T08:00:00.000Z: left (entry 599)",
            ])
        let json = try await verify(["--json"], of: log).json()
        #expect(json["erasureCount"] == .integer(2))
    }

    @Test func prunedEntriesAreSaidToBeUnchecked() async throws {
        let printed = try await verify(of: TestLog.pruned(before: 256), damage: { try removeFirstBundle($0) })
        #expect(printed.exitCode == 0)
        #expect(
            printed.lines.first == "good: the 344 entries that are left of log.example/audit are what was signed")
        #expect(
            printed.lines.last
                == "NOT CHECKED: what entries 0 to 255 said: the log has pruned them, and only their hashes fit")
    }

    private func removeFirstBundle(_ folder: TemporaryFolder) throws {
        try FileManager.default.removeItem(atPath: "\(folder.export.path)/tile/entries/000")
        try folder.export.setMinimumIndex(256)
    }

    @Test(arguments: [
        TestLog(600), TestLog.pruned(before: 255),
        TestLog.pruned(before: 256, source: "deals"),
    ]) func minimumThatNoEntryTellsIsNotBelieved(log: TestLog) async throws {
        let printed = try await verify(of: log, damage: { try removeFirstBundle($0) })
        #expect(printed.exitCode == 1)
        #expect(printed.lines.first == "UNEXPLAINED: nothing is there of entries 0 to 255")
        #expect(printed.lines.contains { $0.hasSuffix("--pruned-before 256") })
    }

    @Test func callerMayKnowWhatWasPruned() async throws {
        let known = try await verify(["--pruned-before", "256"], damage: { try removeFirstBundle($0) })
        #expect(known.exitCode == 0)
        #expect(known.lines.last?.contains("they were pruned, as --pruned-before says") == true)
        let less = try await verify(["--pruned-before", "255"], damage: { try removeFirstBundle($0) })
        #expect(less.exitCode == 1)
    }

    @Test func changedEntryBelowTheMinimumIsNamedIfItIsThere() async throws {
        for arguments in [[], ["--pruned-before", "256"]] {
            let printed = try await verify(arguments, of: TestLog.pruned(before: 256)) { folder in
                try change("tile/entries/000") { $0[5][0] ^= 1 }(folder)
                try folder.export.setMinimumIndex(256)
            }
            #expect(printed.exitCode == 1)
            #expect(printed.lines.first == "TAMPERED: the first that is not what was signed: entry 5")
        }
    }

    @Test func partOfABundleBelowTheMinimumIsCheckedToo() async throws {
        let log = TestLog.pruned(before: 512)
        func keepPart(_ folder: TemporaryFolder, changed: Bool) throws {
            try FileManager.default.removeItem(atPath: "\(folder.export.path)/tile/entries/001")
            var entries = Array(log.entries[256..<300])
            if changed { entries[4][0] ^= 1 }
            let bytes = try #require(EntryBundle.encode(entries))
            try folder.export.write(bytes, to: "tile/entries/001.p/44")
            try folder.export.setMinimumIndex(512)
        }
        let good = try await verify(of: log) { try keepPart($0, changed: false) }
        #expect(good.exitCode == 0)
        #expect(good.lines.last?.hasPrefix("NOT CHECKED: what entries 300 to 511 said") == true)
        let bad = try await verify(of: log) { try keepPart($0, changed: true) }
        #expect(bad.exitCode == 1)
        #expect(bad.lines.first == "TAMPERED: the first that is not what was signed: entry 260")
    }

    @Test func whatCannotBeReadIsNeitherGoodNorTampered() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let empty = try await folder.verify()
        #expect(empty.exitCode == 2)
        let pipe = try await verify { folder in
            unlink("\(folder.export.path)/tile/entries/000")
            #expect(mkfifo("\(folder.export.path)/tile/entries/000", 0o600) == 0)
        }
        #expect(pipe.exitCode == 2)
    }

    @Test func missingKeyIsAUsageErrorThatSaysWhereToCompareIt() throws {
        do {
            _ = try VerifyCommand.parse(["--url", "https://deals.firm.example"])
            Issue.record("a log was believed without a key")
        } catch {
            let message = VerifyCommand.message(for: error)
            #expect(message.contains("https://deals.firm.example/api/audit/log/vkey"))
            #expect(VerifyCommand.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func cosignaturesAreWantedWhereAWitnessIsNamed() async throws {
        let witness = TestLog.signer("witness.example", .cosignature, seed: 3)
        let printed = try await verify(["--witness", witness.verifier.text])
        #expect(printed.exitCode == 1)
        #expect(printed.lines.contains { $0.hasSuffix("0 of 1 witnesses have signed it") })
    }

    @Test func helpHasExamplesAndExitCodes() {
        for help in [AuditCommand.helpMessage(), ExportCommand.helpMessage(), WitnessCommand.helpMessage()] {
            #expect(help.contains("  ibpipeline audit "))
        }
        #expect(VerifyCommand.helpMessage().contains("0 good, 1 tampered"))
    }
}

struct ProofTests {
    private let log = TestLog(300)

    private func verify(_ proof: Data, _ entry: Data) async throws -> Printed {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try proof.write(to: URL(filePath: "\(folder.path)/p.tlog-proof"))
        try entry.write(to: URL(filePath: "\(folder.path)/entry"))
        let command = try VerifyCommand.parse([
            "--proof", "\(folder.path)/p.tlog-proof", "--entry", "\(folder.path)/entry", "--key",
            TestLog.key.verifier.text,
        ])
        return try await folder.capture { try await command.run(on: $0) }
    }

    private func proof(of index: Int64) throws -> Data {
        try TlogProof(InclusionProof(of: index, in: 300, reading: log.read), checkpoint: log.signed(300)).bytes
    }

    @Test func proofOfAnEntryIsGood() async throws {
        let printed = try await verify(proof(of: 77), log.entries[77])
        #expect(printed.exitCode == 0)
        #expect(printed.output == "good: it is entry 77 of the 300 of log.example/audit\n")
    }

    @Test func anotherEntryIsTampering() async throws {
        let printed = try await verify(proof(of: 77), log.entries[78])
        #expect(printed.exitCode == 1)
        #expect(printed.output.hasPrefix("TAMPERED: the entry does not stand there"))
    }

    @Test func whatIsNoProofIsUnreadable() async throws {
        let printed = try await verify(Data("nothing\n".utf8), log.entries[0])
        #expect(printed.exitCode == 2)
    }
}
