import ArgumentParser
import Foundation
import Testing
import TransparencyLog

@testable import ibpipeline

struct ExportTests {
    private func export(_ url: String, to folder: TemporaryFolder, _ arguments: [String] = []) async throws -> Printed {
        let command = try ExportCommand.parse(["--url", url, "--out", folder.export.path] + arguments)
        return try await folder.capture { try await command.run(on: $0) }
    }

    /// An export that must come to its end.
    private func exportAll(_ url: String, to folder: TemporaryFolder, _ arguments: [String] = []) async throws {
        let printed = try await export(url, to: folder, arguments)
        try #require(printed.exitCode == 0, "\(printed.failure ?? "")")
    }

    /// What a verification of what lies there says first, which must be good.
    private func verdict(on folder: TemporaryFolder) async throws -> String {
        let printed = try await folder.verify()
        #expect(printed.exitCode == 0)
        return try #require(printed.lines.first)
    }

    private func withServer(
        _ log: TestLog, size: Int? = nil,
        _ body: @escaping (_ server: TileServer, _ url: String, _ folder: TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = TileServer(log, size: size)
        try await server.serve { url in try await body(server, url, folder) }
    }

    @Test func exportVerifiesWithoutTheServer() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await TileServer(TestLog(700)).serve { url in
            try await exportAll(url, to: folder)
        }
        let first = try await verdict(on: folder)
        #expect(first == "good: all 700 entries of log.example/audit are what was signed")
    }

    @Test func laterExportFetchesOnlyWhatIsNewAndAddsItsCheckpoint() async throws {
        try await withServer(TestLog(700), size: 300) { server, url, folder in
            try await exportAll(url, to: folder)
            _ = server.takeServed()
            server.change { $0.size = 700 }
            try await exportAll(url, to: folder)
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
        try await withServer(TestLog(2000)) { server, url, folder in
            server.change { $0.requestsLeft = 12 }
            let broken = try await export(url, to: folder)
            #expect(broken.exitCode == 1)
            let first = Set(server.takeServed()).subtracting(["checkpoint"])
            server.change { $0.requestsLeft = nil }
            try await exportAll(url, to: folder)
            // Those that were on their way when it broke down may come twice.
            #expect(first.intersection(server.takeServed()).count <= LogClient.fetchesMax)
            _ = try await verdict(on: folder)
        }
    }

    @Test func halfAFileIsFetchedAgain() async throws {
        try await withServer(TestLog(300)) { server, url, folder in
            try await exportAll(url, to: folder)
            try folder.export.write(Data([0]), to: "tile/entries/000")
            try await exportAll(url, to: folder)
            _ = try await verdict(on: folder)
        }
    }

    @Test func anotherLogIsRefused() async throws {
        try await withServer(TestLog(10)) { server, url, folder in
            let other = try TestLog(10).signed(10, origin: "other.example/log")
            try folder.export.write(other.bytes, to: ExportDirectory.newest)
            let printed = try await export(url, to: folder)
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("is an export of other.example/log") == true)
            #expect(server.takeServed() == ["checkpoint"])
        }
    }

    @Test func folderWithOtherThingsIsRefused() async throws {
        try await withServer(TestLog(10)) { _, url, folder in
            try folder.export.write(Data("mine".utf8), to: "letter.txt")
            let printed = try await export(url, to: folder)
            #expect(printed.failure?.contains("no export of a log") == true)
        }
    }

    @Test(arguments: [TestLog(500, changed: [3]), TestLog(200)]) func rewrittenLogIsRefusedAndWhatItSignedIsKept(
        other: TestLog
    ) async throws {
        try await withServer(TestLog(300)) { server, url, folder in
            try await exportAll(url, to: folder)
            let before = try folder.export.read(ExportDirectory.newest, bytesMax: 1 << 20)
            server.change { ($0.log, $0.size) = (other, other.entries.count) }
            let printed = try await export(url, to: folder)
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("does not continue") == true)
            #expect(try folder.export.read(ExportDirectory.newest, bytesMax: 1 << 20) == before)
            let kept = try folder.export.read(ExportDirectory.refused, bytesMax: 1 << 20)
            #expect(try kept == other.signed(other.entries.count).bytes)
            _ = try await verdict(on: folder)
        }
    }

    @Test func prunedLogIsExportedFromItsMinimumIndexOn() async throws {
        try await withServer(.pruned(before: 768, count: 1500)) { server, url, folder in
            server.change { $0.minimumIndex = 768 }
            let printed = try await export(url, to: folder)
            #expect(printed.output.contains("before 768 are pruned"))
            let verified = try await folder.verify(["--json"])
            let json = try verified.json()
            #expect(json["isGood"] == .bool(true))
            #expect(json["notChecked"] == .object(["from": .integer(0), "to": .integer(767)]))
            #expect(json["prunedBy"] == .string("log"))
        }
    }

    @Test func whatWasExportedBeforeItWasPrunedStays() async throws {
        try await withServer(TestLog(1500), size: 1000) { server, url, folder in
            try await exportAll(url, to: folder)
            server.change { ($0.minimumIndex, $0.size) = (768, 1500) }
            try await exportAll(url, to: folder)
            let first = try await verdict(on: folder)
            #expect(first.hasPrefix("good: all 1500"))
        }
    }

    @Test func pruningBetweenTwoExportsLeavesAGapAndNoMore() async throws {
        try await withServer(.pruned(before: 1280, count: 2000), size: 1000) { server, url, folder in
            try await exportAll(url, to: folder)
            server.change { ($0.minimumIndex, $0.size) = (1280, 2000) }
            try await exportAll(url, to: folder)
            try await exportAll(url, to: folder)
            #expect(try folder.export.minimumIndex() == 1280)
            let verified = try await folder.verify()
            #expect(verified.exitCode == 0)
            #expect(verified.lines.first?.hasPrefix("good: the 1720 entries that are left") == true)
            #expect(verified.lines.last?.hasPrefix("NOT CHECKED: what entries 1000 to 1279 said") == true)
        }
    }

    @Test func pruningDuringAnExportDoesNotStopIt() async throws {
        try await withServer(.pruned(before: 1536, count: 2000)) { server, url, folder in
            server.change { $0.prunes = (after: "tile/entries/000", before: 1536) }
            try await exportAll(url, to: folder)
            _ = try await verdict(on: folder)
        }
    }

    @Test(arguments: ["tile/entries/003", "tile/entries/007.p/208"]) func bundleThatIsWithheldIsNotPruned(
        path: String
    ) async throws {
        try await withServer(TestLog(2000)) { server, url, folder in
            server.change { $0.withheld = [path] }
            let printed = try await export(url, to: folder)
            #expect(printed.exitCode == 1)
            #expect(printed.failure?.contains("does not serve \(path), which") == true)
        }
    }

    @Test func widerBundleThatBeginsOtherwiseReplacesNothing() async throws {
        let log = TestLog(700)
        try await withServer(log, size: 300) { server, url, folder in
            try await exportAll(url, to: folder)
            let kept = try folder.export.read("tile/entries/001.p/44", bytesMax: 1 << 20)
            server.change { state in
                state.log.entries[260] = Data("forged".utf8)
                state.size = 700
            }
            for _ in 0..<2 {
                let printed = try await export(url, to: folder)
                #expect(printed.exitCode == 1)
                #expect(printed.failure?.contains("another entry 260 than was exported before") == true)
            }
            let there = try folder.export.read("tile/entries/001.p/44", bytesMax: 1 << 20)
            #expect(kept != nil && there == kept)
            #expect(try folder.export.read("tile/entries/001.refused", bytesMax: 1 << 20) != nil)
            let earlier = try await verdict(on: folder)
            #expect(earlier.hasPrefix("good: all 300"))
            server.change { $0.log = log }
            try await exportAll(url, to: folder)
            let later = try await verdict(on: folder)
            #expect(later.hasPrefix("good: all 700"))
        }
    }

    @Test func emptyLogIsExported() async throws {
        try await withServer(TestLog(0)) { _, url, folder in
            try await exportAll(url, to: folder)
            _ = try await verdict(on: folder)
        }
    }

    @Test func unsignedCheckpointIsNotKeptWhereAKeyIsGiven() async throws {
        let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
        try await withServer(TestLog(10)) { _, url, folder in
            let printed = try await export(url, to: folder, ["--key", impostor.verifier.text])
            #expect(printed.failure?.contains("no key that is trusted") == true)
            #expect(folder.export.isEmpty)
        }
    }

    @Test func runningClusterWithAnotherKeyIsTamperingAndNothingIsFetched() async throws {
        let impostor = TestLog.signer(TestLog.origin, .ed25519, seed: 9)
        try await withServer(TestLog(10)) { server, url, folder in
            let command = try VerifyCommand.parse(["--url", url, "--key", impostor.verifier.text])
            let printed = try await folder.capture { try await command.run(on: $0) }
            #expect(printed.exitCode == 1)
            #expect(printed.lines.contains("- checkpoint 1: no key that is trusted has signed it"))
            #expect(server.takeServed() == ["checkpoint"])
        }
    }

    @Test func tokenTravelsFromItsFile() async throws {
        try await withServer(TestLog(3)) { server, url, folder in
            let file = try folder.file("token", "ibp_secret\n")
            try await exportAll(url, to: folder, ["--token-file", file])
            #expect(server.tokens == ["Bearer ibp_secret"])
        }
    }

    @Test func runningClusterIsVerified() async throws {
        try await withServer(TestLog(700)) { server, url, folder in
            let command = try VerifyCommand.parse(["--url", url, "--key", TestLog.key.verifier.text])
            let good = try await folder.capture { try await command.run(on: $0) }
            #expect(good.exitCode == 0)
            server.change { $0.log.entries[5] = Data("forged".utf8) }
            let forged = try await folder.capture { try await command.run(on: $0) }
            #expect(forged.exitCode == 1)
            #expect(forged.lines.first == "TAMPERED: the first that is not what was signed: entry 5")
            server.change { $0.requestsLeft = 0 }
            let broken = try await folder.capture { try await command.run(on: $0) }
            #expect(broken.exitCode == 2)
        }
    }

    @Test func noRoomForTheDownloadIsNoTampering() async throws {
        try await withServer(TestLog(10)) { _, url, folder in
            let command = try VerifyCommand.parse(["--url", url, "--key", TestLog.key.verifier.text])
            // Nothing can be made below a file.
            let file = try folder.file("full", "")
            let printed = try await folder.capture { try await command.run(on: $0, scratch: file) }
            #expect(printed.exitCode == 2)
            #expect(printed.failure?.contains(file) == true)
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
