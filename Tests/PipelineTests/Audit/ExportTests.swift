import ArgumentParser
import Foundation
import Testing
import TransparencyLog

@testable import ibpipeline

struct ExportTests {
    private func export(_ url: String, to folder: TemporaryFolder, _ arguments: [String] = []) async throws -> Printed {
        let command = try #require(
            try ExportCommand.parse(["--url", url, "--out", folder.export.path] + arguments) as ExportCommand?)
        return try await folder.capture { try await command.run(on: $0) }
    }

    private func withServer(
        _ log: TestLog, size: Int? = nil, _ body: (TileServer, String, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = TileServer(log, size: size)
        try await server.serve { try await body(server, $0, folder) }
    }

    @Test func exportVerifiesWithoutTheServer() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await TileServer(TestLog(700)).serve { url async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
        }
        let verified = try await folder.verify()
        #expect(verified.exitCode == 0)
        #expect(verified.lines.first == "good: all 700 entries of log.example/audit are what was signed")
    }

    @Test func laterExportFetchesOnlyWhatIsNewAndAddsItsCheckpoint() async throws {
        try await withServer(TestLog(700), size: 300) { server, url, folder async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
            _ = server.takeServed()
            server.change { $0.size = 700 }
            #expect(try await export(url, to: folder).exitCode == 0)
            let served = server.takeServed()
            #expect(!served.contains("tile/entries/000"))
            #expect(served.contains("tile/entries/001"))
            #expect(folder.export.names(in: "tile/entries") == ["000", "001", "002.p"])
            let verified = try await folder.verify()
            #expect(verified.exitCode == 0)
            #expect(verified.lines.contains { $0.hasPrefix("2 checkpoints fit") })
        }
    }

    @Test func interruptedExportGoesOnWhereItWas() async throws {
        try await withServer(TestLog(2000)) { server, url, folder async throws in
            server.change { $0.requestsLeft = 12 }
            #expect(try await export(url, to: folder).exitCode == 1)
            let first = Set(server.takeServed()).subtracting(["checkpoint"])
            server.change { $0.requestsLeft = nil }
            #expect(try await export(url, to: folder).exitCode == 0)
            // Those that were on their way when it broke down may come twice.
            #expect(first.intersection(server.takeServed()).count <= LogClient.fetchesMax)
            #expect(try await folder.verify().exitCode == 0)
        }
    }

    @Test func halfAFileIsFetchedAgain() async throws {
        try await withServer(TestLog(300)) { server, url, folder async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
            try folder.export.write(Data([0]), to: "tile/entries/000")
            #expect(try await export(url, to: folder).exitCode == 0)
            #expect(try await folder.verify().exitCode == 0)
        }
    }

    @Test func anotherLogIsRefused() async throws {
        try await withServer(TestLog(10)) { server, url, folder async throws in
            let other = try TestLog(10).signed(10, origin: "other.example/log")
            try folder.export.write(other.bytes, to: ExportDirectory.newest)
            let printed = try await export(url, to: folder)
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("is an export of other.example/log") == true)
            #expect(server.takeServed() == ["checkpoint"])
        }
    }

    @Test func folderWithOtherThingsIsRefused() async throws {
        try await withServer(TestLog(10)) { _, url, folder async throws in
            try folder.export.write(Data("mine".utf8), to: "letter.txt")
            #expect(try await export(url, to: folder).failure?.contains("no export of a log") == true)
        }
    }

    @Test(arguments: [TestLog(500, changed: [3]), TestLog(200)]) func rewrittenLogIsRefusedAndWhatItSignedIsKept(
        other: TestLog
    ) async throws {
        try await withServer(TestLog(300)) { server, url, folder async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
            let before = try folder.export.read(ExportDirectory.newest, bytesMax: 1 << 20)
            server.change { ($0.log, $0.size) = (other, other.entries.count) }
            let printed = try await export(url, to: folder)
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("does not continue") == true)
            #expect(try folder.export.read(ExportDirectory.newest, bytesMax: 1 << 20) == before)
            let kept = try folder.export.read(ExportDirectory.refused, bytesMax: 1 << 20)
            #expect(try kept == other.signed(other.entries.count).bytes)
            #expect(try await folder.verify().exitCode == 0)
        }
    }

    @Test func prunedLogIsExportedFromItsMinimumIndexOn() async throws {
        try await withServer(TestLog(1500)) { server, url, folder async throws in
            server.change { $0.minimumIndex = 800 }
            #expect(try await export(url, to: folder).output.contains("before 768 are pruned"))
            let verified = try await folder.verify(["--json"]).json()
            #expect(verified["isGood"] == .bool(true))
            #expect(verified["notChecked"] == .object(["from": .integer(0), "to": .integer(767)]))
        }
    }

    @Test func whatWasExportedBeforeItWasPrunedStays() async throws {
        try await withServer(TestLog(1500), size: 1000) { server, url, folder async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
            server.change { ($0.minimumIndex, $0.size) = (800, 1500) }
            #expect(try await export(url, to: folder).exitCode == 0)
            #expect(try await folder.verify().lines.first?.hasPrefix("good: all 1500") == true)
        }
    }

    @Test func emptyLogIsExported() async throws {
        try await withServer(TestLog(0)) { _, url, folder async throws in
            #expect(try await export(url, to: folder).exitCode == 0)
            #expect(try await folder.verify().exitCode == 0)
        }
    }

    @Test func unsignedCheckpointIsNotKeptWhereAKeyIsGiven() async throws {
        let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
        try await withServer(TestLog(10)) { _, url, folder async throws in
            let printed = try await export(url, to: folder, ["--key", impostor.verifier.text])
            #expect(printed.failure?.contains("no key that is trusted") == true)
            #expect(folder.export.isEmpty)
        }
    }

    @Test func runningClusterWithAnotherKeyIsTamperingAndNothingIsFetched() async throws {
        let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
        try await withServer(TestLog(10)) { server, url, folder async throws in
            let arguments = ["--url", url, "--key", impostor.verifier.text]
            let command = try #require(try VerifyCommand.parse(arguments) as VerifyCommand?)
            let printed = try await folder.capture { try await command.run(on: $0) }
            #expect(printed.exitCode == 1)
            #expect(printed.lines.contains("- checkpoint 1: no key that is trusted has signed it"))
            #expect(server.takeServed() == ["checkpoint"])
        }
    }

    @Test func tokenTravelsFromItsFile() async throws {
        try await withServer(TestLog(3)) { server, url, folder async throws in
            let file = try folder.file("token", "ibp_secret\n")
            #expect(try await export(url, to: folder, ["--token-file", file]).exitCode == 0)
            #expect(server.tokens == ["Bearer ibp_secret"])
        }
    }

    @Test func runningClusterIsVerified() async throws {
        try await withServer(TestLog(700)) { server, url, folder async throws in
            let arguments = ["--url", url, "--key", TestLog.key.verifier.text]
            let command = try #require(try VerifyCommand.parse(arguments) as VerifyCommand?)
            #expect(try await folder.capture { try await command.run(on: $0) }.exitCode == 0)
            server.change { $0.log.entries[5] = Data("forged".utf8) }
            let forged = try await folder.capture { try await command.run(on: $0) }
            #expect(forged.exitCode == 1)
            #expect(forged.lines.first == "TAMPERED: the first that is not what was signed: entry 5")
            server.change { $0.requestsLeft = 0 }
            #expect(try await folder.capture { try await command.run(on: $0) }.exitCode == 2)
        }
    }

    @Test(arguments: [
        ("https://deals.firm.example", true), ("http://127.0.0.1:8080", true), ("http://localhost:80", true),
        ("http://[::1]:80", true), ("http://deals.firm.example", false), ("http://127.0.0.1.evil.example", false),
        ("ftp://127.0.0.1", false), ("deals.firm.example", false),
    ]) func tokensTravelOverTLSOrStayOnThisMachine(url: String, isAllowed: Bool) {
        #expect(((try? LogURL.check(url)) != nil) == isAllowed)
    }
}
