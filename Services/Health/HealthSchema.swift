import Contracts
import GRDB
import Storage

/// The tables of `health.sqlite`: one row for each probe of the last 48 hours, and the webhooks with their deliveries.
enum HealthSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("probe history") { db in
            try db.execute(
                sql: """
                    CREATE TABLE probe (
                        id INTEGER PRIMARY KEY,
                        target TEXT NOT NULL,
                        at_ms INTEGER NOT NULL,
                        state TEXT NOT NULL CHECK (state IN ('up', 'degraded', 'down')),
                        latency_us INTEGER NOT NULL CHECK (latency_us >= 0),
                        error TEXT
                    ) STRICT;
                    CREATE INDEX probe_by_time ON probe (at_ms);
                    """)
        }
        Outbox.addMigration(to: &migrator)
        Inbox.addMigration(to: &migrator)
        WebhookSchema.addMigration(to: &migrator)
        DeadLetters.addMigration(to: &migrator)
        WebhookSchema.addOverflowMigration(to: &migrator)
        return migrator
    }
}
