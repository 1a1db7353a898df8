import Foundation
import GRDB

/// One SQLite file, opened as this project wants it: write-ahead log, one writer, read-only readers, pragmas read back.
struct DatabaseFile {
    let path: String
    let durability: Durability
    /// After how many pages of log the writer checkpoints by itself; 0 when an archive does it.
    var checkpointPages = 1000

    /// Shows the file to `look` and writes nothing to it; one that is not there yet is not shown.
    func inspect(label: String, migrator: DatabaseMigrator, _ look: (Database) throws -> Void) throws {
        guard Disk.exists(path) else { return }
        var configuration = configuration(label: label)
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            try queue.read { db in
                guard try !migrator.hasBeenSuperseded(db) else { throw StorageError.newerSchema(path: path) }
                try look(db)
            }
        } catch let error as DatabaseError {
            throw StorageError(error, of: path)
        }
    }

    /// Opens or creates the file, migrates it, and refuses what it cannot vouch for. Blocks: for start-up only.
    func open(label: String, migrator: DatabaseMigrator) throws -> DatabasePool {
        do {
            let pool = try DatabasePool(path: path, configuration: configuration(label: label))
            guard try pool.read({ try !migrator.hasBeenSuperseded($0) }) else {
                throw StorageError.newerSchema(path: path)
            }
            try makeDurable(pool)
            try migrator.migrate(pool)
            try checkDurable(pool)
            return pool
        } catch let error as DatabaseError {
            throw StorageError(error, of: path)
        }
    }

    /// After `open`, so that the schema is there. As many as there are event loops.
    func openShortReads(label: String) throws -> ShortReads {
        try ShortReads(
            path: path, configuration: configuration(label: label),
            count: ProcessInfo.processInfo.activeProcessorCount)
    }

    private func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        // GRDB's default is to fail at once.
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)
        // `synchronous` has no place here, although it looks like one: GRDB's pool sets it to NORMAL after this ran.
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -16000;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA foreign_keys = ON;
                    -- So that the triggers against deleting rows see those that INSERT OR REPLACE would delete.
                    PRAGMA recursive_triggers = ON;
                    PRAGMA analysis_limit = 400;
                    """)
        }
        return configuration
    }

    /// SQLite does not change `synchronous` inside a transaction. The log may grow to 64 MiB before it is cut back.
    /// 1000 pages are about 4 MiB.
    private func makeDurable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA synchronous = \(durability.synchronous);
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA wal_autocheckpoint = \(checkpointPages);
                    """)
        }
    }

    private func checkDurable(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try durability.check(
                synchronous: Int.fetchOne(db, sql: "PRAGMA synchronous"),
                journalMode: String.fetchOne(db, sql: "PRAGMA journal_mode"), of: path)
        }
    }
}
