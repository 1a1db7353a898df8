import GRDB
import Storage

/// The tables of `deals.sqlite`; the SQL of each stands in its topic's folder. The schema guards what the code
/// promises: impossible states cannot be stored. Instants are Unix milliseconds, days `YYYY-MM-DD`, ids 16 bytes,
/// amounts whole minor units.
///
/// Migrations are only ever added at the end, and their SQL never changes.
enum DealsSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        migrator.registerMigration("deals 1") { db in
            for sql in [numbers, deals, transitions, team, conflicts, counterparties, idempotencyKeys] {
                try db.execute(sql: sql)
            }
        }
        migrator.registerMigration("deals 2 work") { db in try db.execute(sql: work) }
        migrator.registerMigration("deals 3 documents") { db in try db.execute(sql: documents) }
        migrator.registerMigration("deals 4 walls") { db in try db.execute(sql: walls) }
        migrator.registerMigration("deals 5 rates") { db in try db.execute(sql: rates) }
        migrator.registerMigration("deals 6 record") { db in try db.execute(sql: record) }
        migrator.registerMigration("deals 7 parties") { db in try db.execute(sql: organizations + parties) }
        migrator.registerMigration("deals 8 history") { db in
            for sql in [dealVersions, answeredKeys, timelineIndexes] { try db.execute(sql: sql) }
        }
        migrator.registerMigration("deals 9 rules") { db in
            try db.execute(sql: movesWithWords)
            try db.execute(sql: approvals)
        }
        migrator.registerMigration("deals 10 pipelines") { db in
            try db.execute(sql: pipelines)
            try PipelineSeed.write(in: db)
        }
        migrator.registerMigration("deals 11 finding") { db in
            try db.execute(sql: views + words + board)
        }
        migrator.registerMigration("deals 12 imports") { db in try db.execute(sql: imports) }
        migrator.registerMigration("deals 13 lean") { db in try db.execute(sql: lean) }
        migrator.registerMigration("deals 14 keys") { db in try db.execute(sql: keysOfNoDeal) }
        migrator.registerMigration("deals 15 size") { db in
            try db.execute(sql: texts + orders + tallies)
            try WordIndex.fill(in: db)
        }
        migrator.registerMigration("deals 16 hits") { db in try db.execute(sql: hits) }
        migrator.registerMigration("deals 17 fees") { db in try db.execute(sql: fees) }
        migrator.registerMigration("deals 18 counterparties") { db in try db.execute(sql: tracker + ndas) }
        migrator.registerMigration("deals 19 control room") { db in
            try db.execute(sql: controlRoom)
            try ScreenedNames.fill(in: db)
        }
        migrator.registerMigration("deals 20 bids") { db in try db.execute(sql: bids + credits + tails) }
        migrator.registerMigration("deals 21 firm") { db in
            try db.execute(sql: directory + closings)
            try PersonRows.fillWords(in: db)
            try Closings.fill(in: db)
            try db.execute(sql: closingTriggers)
        }
        migrator.registerMigration("deals 22 reports") { db in
            try db.execute(sql: reports)
            try DealStateFill.write(in: db)
        }
        migrator.registerMigration("deals 23 forecast") { db in try db.execute(sql: forecast + reportIndexes) }
        return migrator
    }
}
