import ArgumentParser
import Foundation
import GRDB
import Logging
import Storage

/// A store by itself, run by the tests that take its power away, fill its disk or slow its syncs down.
@main
struct StorageProbe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage-probe", abstract: "Writes through a store as a service does, and prints what it is told.",
        subcommands: [Append.self, CommitRate.self, FullDisk.self])

    static let fileName = "probe.sqlite"

    static func open(_ directory: String, _ durability: Durability, logger: Logger = .silent) throws -> Store {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("entries") { db in
            try db.execute(sql: "CREATE TABLE entry (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
        }
        return try Store.open(
            directory: directory, fileName: fileName, migrator: migrator, durability: durability, logger: logger)
    }

    static func insert(_ id: Int, bytes: Int = 0, in db: Database) throws {
        let body = String(repeating: "\(id) ", count: 1 + bytes / 8)
        try db.cachedStatement(sql: "INSERT INTO entry (id, body) VALUES (?, ?)").execute(arguments: [id, body])
    }

    static func print(_ report: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        say(String(decoding: try encoder.encode(report), as: UTF8.self))
    }

    /// Straight to the pipe: what is said must be out when the process dies with the next instruction.
    static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

extension Durability: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument {
        case "full": self = .full
        case "normal": self = .normal
        default: return nil
        }
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "storage-probe") { _ in SwiftLogNoOpLogHandler() } }
}
