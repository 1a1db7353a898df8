import ArgumentParser
import Foundation
import GRDB
import Logging
import Storage
import Testing

@testable import ibpipeline

@Suite(.timeLimit(.minutes(2)))
struct BackupCommandTests {
    /// A cluster of four stores, as far as backups see it, in a directory of its own.
    private struct Cluster {
        let directory: String
        var data: DataDirectory { DataDirectory(directory + "/data") }
        var backups: String { directory + "/backups" }

        func store(_ service: String, archive: ArchiveSettings? = nil) throws -> Store {
            var migrator = DatabaseMigrator()
            Outbox.addMigration(to: &migrator)
            Inbox.addMigration(to: &migrator)
            return try Store.open(
                directory: data.folder(of: service), fileName: service + ".sqlite", migrator: migrator,
                durability: .normal, archive: archive, logger: Logger(label: "test"))
        }

        /// Deals and auth have three events each; audit has read that many of them.
        func fill(auditHasRead: Int64) async throws {
            for service in BackupSet.services {
                let store = try store(service)
                try await store.write { db in
                    if service == "audit" {
                        try Inbox.move("deals", to: auditHasRead, in: db)
                    } else if service != "health" {
                        for _ in 0..<3 { try Outbox.append(Self.event(), in: db) }
                    }
                }
                try await store.close()
            }
        }

        static func event() -> Outbox.NewEntry {
            Outbox.NewEntry(
                eventID: UUID(), topic: "deals", aggregate: "D-1", type: "deal.created", aggregateVersion: 1,
                occurredMilliseconds: 0, traceID: nil, actor: "user", payload: Data("{}".utf8))
        }

        func run(_ arguments: String...) async throws {
            var command = try Pipeline.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        }

        func backup() async throws {
            try await run("backup", "--data-dir", data.path, "--to", backups, "--keep", "30d")
        }

        func outbox(_ service: String, in data: String) throws -> Int? {
            let queue = try DatabaseQueue(path: "\(data)/\(service)/\(service).sqlite")
            defer { try? queue.close() }
            return try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox") }
        }
    }

    private func withCluster(_ body: (Cluster) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await body(Cluster(directory: folder.path))
    }

    @Test func stoppedClusterComesBackWhole() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 3)
            try await cluster.backup()
            try await cluster.run("drill", "--from", cluster.backups, "--json")
            let target = cluster.directory + "/restored"
            try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            #expect(try cluster.outbox("deals", in: target) == 3)
            #expect(try cluster.outbox("auth", in: target) == 3)
            let failure = try await #require(throws: CommandFailure.self) {
                try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            }
            #expect(failure.line.contains("is not empty"))
        }
    }

    @Test func clusterThatRunsIsNotCopiedBehindItsBack() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 3)
            let lock = try cluster.data.lock()
            let ofCluster = try await #require(throws: CommandFailure.self) { try await cluster.backup() }
            #expect(ofCluster.code == 75)
            lock.release()
            let store = try cluster.store("deals")
            let ofService = try await #require(throws: CommandFailure.self) { try await cluster.backup() }
            #expect(ofService.code == 75)
            try await store.close()
        }
    }

    @Test func wrongDataDirectoryIsNotMade() async throws {
        try await withCluster { cluster in
            await #expect(throws: CommandFailure.self) { try await cluster.backup() }
            #expect(!FileManager.default.fileExists(atPath: cluster.data.path))
        }
    }

    @Test func consumerAheadOfItsProducerIsToldAndNothingIsRemoved() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 4)
            try await cluster.backup()
            await #expect(throws: ExitCode.self) { try await cluster.run("drill", "--from", cluster.backups) }
            let target = cluster.directory + "/restored"
            let failure = try await #require(throws: CommandFailure.self) {
                try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            }
            #expect(failure.code == 1)
            #expect(try cluster.outbox("deals", in: target) == 3)
        }
    }

    @Test func missingServiceStopsTheRestoreBeforeAnythingIsWritten() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 3)
            try await cluster.backup()
            try FileManager.default.removeItem(atPath: cluster.backups + "/auth")
            let target = cluster.directory + "/restored"
            await #expect(throws: CommandFailure.self) {
                try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            }
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }

    @Test func allServicesGoBackToOneMomentOfTheirArchives() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 0)
            let set = BackupSet(cluster.backups)
            var middle = BackupMoment.now
            for service in BackupSet.services {
                let settings = ArchiveSettings(folder: set.folder(of: service))
                let store = try cluster.store(service, archive: settings)
                _ = try await store.backup(to: settings.folder, appVersion: "1.0")
                try await store.write { _ = try Outbox.append(Cluster.event(), in: $0) }
                await store.archive?.ship()
                middle = try #require(store.archive?.status.completeAt)
                if service == "auth" {
                    try await store.write { _ = try Outbox.append(Cluster.event(), in: $0) }
                }
                try await store.close()
            }
            try await cluster.run("drill", "--from", cluster.backups)
            let target = cluster.directory + "/restored"
            try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            #expect(try cluster.outbox("auth", in: target) == 5)
            let auth = try Restoration(from: set.folder(of: "auth"), at: middle)
            #expect(try auth.restore(into: cluster.directory + "/middle/auth").events.outboxNewest == 4)
            // The others were closed before that moment, and nobody looked at them any more.
            let failure = try await #require(throws: CommandFailure.self) {
                try await cluster.run(
                    "drill", "--from", cluster.backups, "--at", "\(middle.adding(.seconds(60)))")
            }
            #expect(failure.line.contains("is not known"))
        }
    }

    @Test func consumerThatWasShippedAMomentLaterThanItsSourceStepsBack() async throws {
        try await withCluster { cluster in
            try await cluster.fill(auditHasRead: 0)
            let set = BackupSet(cluster.backups)
            var stores: [String: Store] = [:]
            for service in BackupSet.services {
                let settings = ArchiveSettings(folder: set.folder(of: service))
                let store = try cluster.store(service, archive: settings)
                _ = try await store.backup(to: settings.folder, appVersion: "1.0")
                stores[service] = store
            }
            let (deals, audit) = (try #require(stores["deals"]), try #require(stores["audit"]))
            for sequence in 4...6 as ClosedRange<Int64> {
                try await deals.write { _ = try Outbox.append(Cluster.event(), in: $0) }
                // Killed before the last event was shipped, but after audit had read and shipped it.
                if sequence < 6 { await deals.archive?.ship() }
                try await audit.write { try Inbox.move("deals", to: sequence, in: $0) }
                await audit.archive?.ship()
            }
            let target = cluster.directory + "/restored"
            try await cluster.run("restore", "--from", cluster.backups, "--to", target)
            #expect(try cluster.outbox("deals", in: target) == 5)
            let parts = try set.restorations(at: nil)
            #expect(parts.first { $0.service == "audit" }?.restoration.events.inboxCursors == ["deals": 5])
            for store in stores.values { try await store.close() }
        }
    }

    @Test(arguments: [
        ["restore", "--from", "/b", "--to", "/d", "--at", "yesterday"], ["backup", "--to", "/b"],
        ["backup", "--to", "/b", "--data-dir", "/d", "--keep", "30"],
    ])
    func wrongArgumentsAreUsageErrors(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Pipeline.parseAsRoot(arguments) }
        #expect(error.map { Pipeline.exitCode(for: $0).rawValue } == CommandFailure.usage)
    }
}
