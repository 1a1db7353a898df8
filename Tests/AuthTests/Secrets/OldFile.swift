import Contracts
import Crypto
import Foundation
import GRDB
import Logging
import ServiceKit
import Storage
import Tokens

@testable import Storage
@testable import auth

/// A directory with an auth.sqlite of the schema "auth 3": private keys and the secret lie there in clear, and more of them
/// in pages that were let go.
struct OldFile: Sendable {
    private static let schema = "auth 3: keys that take turns"

    let directory = NSTemporaryDirectory() + "ibp-auth-" + UUID().uuidString
    let active = SigningKey()
    let secret = Data.random(count: 32)
    private let gone = (0..<60).map { _ in SigningKey() }

    var data: String { directory + "/data" }
    var backups: String { directory + "/backups" }
    var file: String { data + "/auth.sqlite" }
    var settings: AuthSettings { AuthSettings(dataDirectory: data, box: SecretBox(FileKey())) }

    /// All that must not be found any more.
    private var plain: [Data] { ([active] + gone).map(\.privateKey.rawRepresentation) + [secret] }

    init() throws {
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        let queue = try open()
        try AuthSchema.migrator(sealing: SecretBox(FileKey())).migrate(queue, upTo: Self.schema)
        try queue.write { db in
            // A page each: more than what comes later takes into use again.
            for key in gone { try insert(key, "retired", filler: String(repeating: "-", count: 3000), db) }
            try insert(active, "next", db)
            try db.execute(
                sql: "INSERT INTO server_secret (name, value) VALUES ('refresh_successor', ?)", arguments: [secret])
        }
        try queue.write { db in
            try db.execute(sql: "DELETE FROM signing_key WHERE state = 'retired'")
            try db.execute(sql: "UPDATE signing_key SET state = 'active'")
        }
        try queue.close()
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// As SQLite was told to keep files until now; Debian's overwrites by default.
    private func open() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA secure_delete = OFF")
        }
        return queue
    }

    private func insert(_ key: SigningKey, _ state: String, filler: String = "", _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO signing_key VALUES (?, ?, ?, ?, ?, 1, 1)",
            arguments: [key.kid, key.privateKey.rawRepresentation, key.publicKey.x, key.publicKey.y + filler, state])
    }

    /// What a kill leaves: a log that nobody has taken into the database. In another directory.
    func killed() throws -> String {
        let queue = try open()
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        try queue.write { try $0.execute(sql: "UPDATE signing_key SET changed_ms = changed_ms + 1") }
        let copy = directory + "/killed"
        try FileManager.default.copyItem(atPath: data, toPath: copy)
        try queue.close()
        return copy
    }

    /// A run of the older version that archives its log.
    func archive(_ plan: BackupPlan) async throws {
        let names = AuthSchema.migrator(sealing: SecretBox(FileKey())).migrations
        var migrator = DatabaseMigrator()
        for name in names.prefix(through: names.firstIndex(of: Self.schema) ?? 0) {
            migrator.registerMigration(name) { _ in }
        }
        let store = try Store.open(
            directory: data, fileName: "auth.sqlite", migrator: migrator, archive: plan.archive,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        await store.archive?.ship()
        _ = try await store.backup(to: plan.folder, appVersion: "1")
        try await store.write { try $0.execute(sql: "UPDATE signing_key SET changed_ms = changed_ms + 1") }
        await store.archive?.ship()
        try await store.close()
    }

    /// The files under a directory that hold any of it, in clear or compressed. Only while nobody has them open.
    func finds(under directory: String) throws -> Set<String> {
        let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return try Set(
            names.filter { name in
                let content = try Self.content(of: "\(directory)/\(name)")
                return plain.contains { content.range(of: $0) != nil }
            })
    }

    private static func content(of path: String) throws -> Data {
        guard path.hasSuffix(".gz") || path.hasSuffix(WalSegment.suffix) else {
            return FileManager.default.contents(atPath: path) ?? Data()
        }
        var content = Data()
        _ = try Gzip.expand(
            InputFile(path), from: path.hasSuffix(".gz") ? 0 : Int64(WalSegment.headerBytes), bytesMax: 1 << 26
        ) { content.append(contentsOf: $0) }
        return content
    }
}
