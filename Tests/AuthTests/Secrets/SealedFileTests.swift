import Contracts
import Crypto
import Foundation
import GRDB
import RPC
import ServiceKit
import Storage
import Testing
import Tokens

@testable import auth

/// What lies in auth.sqlite, byte by byte.
struct SealedFileTests {
    private static func withOldFile(_ body: (OldFile) async throws -> Void) async throws {
        let old = try OldFile()
        defer { old.remove() }
        // What is looked for can be found.
        #expect(try old.finds(under: old.data) == ["auth.sqlite"])
        try await body(old)
    }

    /// Starts on the file, makes sure that the key and the secret are what they were, and stops.
    private static func start(
        _ old: OldFile, _ settings: AuthSettings, _ body: (AuthBench) async throws -> Void = { _ in }
    ) async throws {
        let bench = try await AuthBench(settings)
        #expect(try await bench.watch(0).keys.map(\.kid) == [old.active.kid])
        let sealed = try await bench.desk.store.read { db in
            try Data.fetchAll(db, sql: "SELECT private_key FROM signing_key UNION ALL SELECT value FROM server_secret")
        }
        #expect(
            try sealed.map { $0.count } == [69, 69]
                && settings.box.open(sealed[0], for: "signing_key/\(old.active.kid)")
                    == old.active.privateKey.rawRepresentation
                && settings.box.open(sealed[1], for: "server_secret/refresh_successor") == old.secret)
        try await body(bench)
        try await bench.desk.close()
    }

    @Test func whatLayThereInClearIsSealedAndNothingOfItStays() async throws {
        try await Self.withOldFile { old in
            try await Self.start(old, old.settings) { bench in
                let log = FileManager.default.contents(atPath: old.file + "-wal") ?? Data()
                #expect(log.range(of: old.active.privateKey.rawRepresentation) == nil)
            }
            #expect(try old.finds(under: old.directory) == [])
        }
    }

    @Test func afterAKillItIsNotInTheLogEither() async throws {
        try await Self.withOldFile { old in
            var settings = old.settings
            settings.dataDirectory = try old.killed()
            #expect(try old.finds(under: settings.dataDirectory).contains("auth.sqlite-wal"))
            try await Self.start(old, settings)
            #expect(try old.finds(under: settings.dataDirectory) == [])
        }
    }

    /// Backups of the older version hold the key in clear and stay as they are; from now on none does.
    @Test func archivedLogEndsAndGoesOnWithoutIt() async throws {
        try await Self.withOldFile { old in
            var reader = SettingsReader(environment: ["IBP_BACKUP_DIR": old.backups])
            var settings = old.settings
            settings.backups = try BackupSettings.read(&reader)
            let plan = try #require(settings.backups?.plan(of: "auth"))
            try await old.archive(plan)
            let before = try old.finds(under: old.backups)
            #expect(before.contains { $0.hasSuffix(".gz") } && before.contains { $0.hasSuffix(".wal") })
            try await Self.start(old, settings) { bench in
                await bench.desk.store.archive?.ship()
                #expect(bench.desk.store.archive?.status.hasBase == false)
                _ = try await bench.desk.store.backup(to: plan.folder, appVersion: "2")
                #expect(bench.desk.store.archive?.status.hasBase == true)
                _ = try await bench.desk.ring.rotate(Nothing(), RPCContext(peer: Peer.operator))
                await bench.desk.store.archive?.ship()
                #expect(bench.desk.store.archive?.status.error == nil)
            }
            #expect(try old.finds(under: old.backups) == before)
            #expect(try old.finds(under: old.data) == [])
            let restored = old.directory + "/restored"
            _ = try Restoration(from: plan.folder, at: nil).restore(into: restored)
            settings.dataDirectory = restored
            settings.backups = nil
            try await AuthBench(settings).desk.close()
        }
    }

    /// The power went between the sealing and the rewriting of the file.
    @Test func rewritingThatWasCutShortIsMadeUpFor() async throws {
        try await Self.withOldFile { old in
            let settings = old.settings
            try await Self.start(old, settings)
            let remains = Data.random(count: 64)
            let queue = try DatabaseQueue(path: old.file)
            try await queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA secure_delete = OFF; CREATE TABLE remains (value BLOB) STRICT")
                // A page each: more than what comes later takes into use again.
                for _ in 0..<60 {
                    try db.execute(sql: "INSERT INTO remains VALUES (?)", arguments: [remains + Data(count: 3000)])
                }
                try db.execute(sql: "DROP TABLE remains")
                try SealedStore.setRemains(true, in: db)
            }
            try queue.close()
            let holds = { FileManager.default.contents(atPath: old.file)?.range(of: remains) != nil }
            #expect(holds())
            let log = LogLines()
            try await AuthBench(settings, logger: log.logger).desk.close()
            #expect(!holds())
            #expect(log.lines.count { $0.contains("sealed anew") } == 1)
            try await AuthBench(settings, logger: log.logger).desk.close()
            #expect(log.lines.count { $0.contains("sealed anew") } == 1)
        }
    }

    @Test func valuesInClearFitIntoNoTable() async throws {
        try await AuthBench.with { bench in
            for sql in [
                "UPDATE signing_key SET private_key = randomblob(32)",
                "UPDATE server_secret SET value = randomblob(32)",
            ] {
                await #expect(throws: DatabaseError.self) {
                    try await bench.desk.store.write { try $0.execute(sql: sql) }
                }
            }
        }
    }
}
