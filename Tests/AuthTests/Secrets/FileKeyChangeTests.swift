import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import auth

/// What a start does with a file that was sealed under some key, not always the one it is given.
struct FileKeyChangeTests {
    private static let old = FileKey()
    private static let new = FileKey()

    /// A closed file that is sealed under the old key.
    private static func withFile(_ body: (AuthSettings) async throws -> Void) async throws {
        try await AuthBench.withSettings(isEmpty: true) { settings in
            let sealed = with(SecretBox(old), settings)
            let bench = try await AuthBench(sealed)
            _ = try await bench.desk.ring.rotate(Nothing(), RPCContext(peer: Peer.operator))
            try await bench.desk.close()
            try await body(sealed)
        }
    }

    private static func with(_ box: SecretBox, _ settings: AuthSettings) -> AuthSettings {
        var changed = settings
        changed.box = box
        return changed
    }

    private static func files(_ settings: AuthSettings) throws -> [String: Data?] {
        let names = try FileManager.default.contentsOfDirectory(atPath: settings.dataDirectory)
            .filter { !$0.hasSuffix("-shm") }
        let files = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, FileManager.default.contents(atPath: "\(settings.dataDirectory)/\($0)"))
            })
        // An empty log is none.
        return files.filter { !$0.key.hasSuffix("-wal") || $0.value?.isEmpty == false }
    }

    private static func edit(_ settings: AuthSettings, _ sql: String) throws {
        let queue = try DatabaseQueue(path: settings.dataDirectory + "/auth.sqlite")
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    private static func refusal(_ settings: AuthSettings) async throws -> String {
        let failure = try #require(
            await #expect(throws: SealingError.self) { try await AuthBench(settings).desk.close() })
        #expect(!failure.description.contains("\n"))
        #expect(failure.errorCode == 78)
        return failure.description
    }

    @Test func allIsSealedUnderTheNewKeyAtTheNextStart() async throws {
        try await Self.withFile { settings in
            let kids = try await Self.kids(settings)
            let sealedBefore = try Self.sealed(settings)
            #expect(sealedBefore.count == 3)
            let log = LogLines()
            let changing = Self.with(SecretBox(Self.new, previous: Self.old), settings)
            try await AuthBench(changing, logger: log.logger).desk.close()
            #expect(
                log.lines.filter { $0.contains("sealed") } == [
                    "secrets sealed anew, and nothing of what was there before is left in the file "
                        + "secrets.count=3 secrets.key=\(Self.new.name)"
                ])
            let after = try Self.sealed(settings)
            #expect(after.allSatisfy { $0.dropFirst().prefix(8) == Self.new.id })
            let file = try #require(FileManager.default.contents(atPath: settings.dataDirectory + "/auth.sqlite"))
            #expect(sealedBefore.allSatisfy { file.range(of: $0) == nil })

            let changed = Self.with(SecretBox(Self.new), settings)
            #expect(try await Self.kids(changed) == kids)
            try await AuthBench(changed, logger: log.logger).desk.close()
            #expect(log.lines.count { $0.contains("sealed") } == 1)
        }
    }

    @Test func wrongKeyStopsTheStartAndChangesNothing() async throws {
        try await Self.withFile { settings in
            let before = try Self.files(settings)
            let words = try await Self.refusal(Self.with(SecretBox(Self.new), settings))
            #expect(words.contains("under the key \(Self.old.name), but IBP_SECRETS_KEY is the key \(Self.new.name)"))
            #expect(words.contains("IBP_SECRETS_KEY_FILE") && words.contains("IBP_SECRETS_KEY_PREVIOUS"))
            let both = SecretBox(Self.new, previous: FileKey())
            #expect(try await Self.refusal(Self.with(both, settings)).contains(Self.old.name))
            #expect(try Self.files(settings) == before)
            try await AuthBench(settings).desk.close()
        }
    }

    /// The newer version would migrate the file; it must not before it knows that it can go on.
    @Test func wrongKeyStopsTheStartBeforeTheSchemaChanges() async throws {
        try await Self.withFile { settings in
            try Self.edit(settings, "DELETE FROM grdb_migrations WHERE identifier LIKE 'auth 1'")
            let before = try Self.files(settings)
            #expect(try await Self.refusal(Self.with(SecretBox(Self.new), settings)).contains(Self.old.name))
            #expect(try Self.files(settings) == before)
        }
    }

    @Test(arguments: [
        "UPDATE signing_key SET private_key = CAST(private_key || x'00' AS BLOB) WHERE state = 'next'",
        "UPDATE signing_key SET private_key = zeroblob(69) WHERE state = 'next'",
        "UPDATE signing_key SET private_key = (SELECT private_key FROM signing_key WHERE state = 'active')",
        "UPDATE signing_key SET private_key = (SELECT value FROM server_secret) WHERE state = 'next'",
    ])
    func damagedValueStopsTheStart(sql: String) async throws {
        try await Self.withFile { settings in
            try Self.edit(settings, sql)
            let before = try Self.files(settings)
            for box in [settings.box, SecretBox(Self.new, previous: Self.old)] {
                let words = try await Self.refusal(Self.with(box, settings))
                #expect(words.contains("signing_key/") && words.contains("damaged") && words.contains("backup"))
            }
            #expect(try Self.files(settings) == before)
        }
    }

    /// A table of another part of the service, with ids that are UUIDs and values that may be missing.
    @Test func everyColumnOfTheListIsSealedAnew() async throws {
        try await AuthBench.with { bench in
            let column = SealedColumn(
                file: "auth.sqlite", table: "extra", id: "user_id", value: "secret", purpose: "extra")
            let (user, secret) = (UUID(), Data.random(count: 20))
            try await bench.desk.store.write { db in
                try db.execute(sql: "CREATE TABLE extra (user_id BLOB NOT NULL PRIMARY KEY, secret BLOB) STRICT")
                try db.execute(
                    sql: "INSERT INTO extra VALUES (?, ?), (?, NULL)",
                    arguments: [user, try SecretBox(Self.old).seal(secret, for: "extra/\(user.text)"), UUID()])
            }
            let sealed = SealedStore(box: SecretBox(Self.new, previous: Self.old), columns: [column])
            try await bench.desk.store.read { try sealed.check($0) }
            try await sealed.renew(in: bench.desk.store, logger: LogLines().logger)
            let value = try await bench.desk.store.read {
                try Data.fetchOne($0, sql: "SELECT secret FROM extra WHERE secret IS NOT NULL")
            }
            #expect(try SecretBox(Self.new).open(#require(value), for: "extra/\(user.text)") == secret)
        }
    }

    private static func kids(_ settings: AuthSettings) async throws -> [String] {
        let bench = try await AuthBench(settings)
        let kids = try await bench.watch(0).keys.map(\.kid)
        try await bench.desk.close()
        return kids
    }

    private static func sealed(_ settings: AuthSettings) throws -> [Data] {
        let queue = try DatabaseQueue(path: settings.dataDirectory + "/auth.sqlite")
        defer { try? queue.close() }
        return try queue.read {
            try Data.fetchAll($0, sql: "SELECT private_key FROM signing_key UNION ALL SELECT value FROM server_secret")
        }
    }
}
