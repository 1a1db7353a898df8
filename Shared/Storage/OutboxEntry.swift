package import Foundation
package import GRDB

extension Outbox {
    /// An event on its way into the outbox.
    package struct NewEntry: Sendable {
        /// Unique: a second entry with the same id is refused.
        package var eventID: UUID
        package var topic: String
        /// The id of what changed, and its version after the change (0 where it has none).
        package var aggregate: String
        package var type: String
        package var aggregateVersion: Int64
        /// Unix time.
        package var occurredMilliseconds: Int64
        package var traceID: String?
        package var actor: String
        /// The whole event, at most 256 KiB.
        package var payload: Data
        /// Of the payload; counts up when its meaning changes.
        package var schemaVersion: Int

        package init(
            eventID: UUID, topic: String, aggregate: String, type: String, aggregateVersion: Int64,
            occurredMilliseconds: Int64, traceID: String?, actor: String, payload: Data, schemaVersion: Int = 1
        ) {
            self.eventID = eventID
            self.topic = topic
            self.aggregate = aggregate
            self.type = type
            self.aggregateVersion = aggregateVersion
            self.occurredMilliseconds = occurredMilliseconds
            self.traceID = traceID
            self.actor = actor
            self.payload = payload
            self.schemaVersion = schemaVersion
        }
    }

    /// Call it inside the `write` that makes the change: then both are on disk or neither. Returns the sequence number.
    @discardableResult
    package static func append(_ entry: NewEntry, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO outbox (event_id, topic, aggregate, aggregate_version, type, schema_version, occurred_ms,
                    trace_id, actor, payload)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            entry.eventID, entry.topic, entry.aggregate, entry.aggregateVersion, entry.type, entry.schemaVersion,
            entry.occurredMilliseconds, entry.traceID, entry.actor, entry.payload,
        ])
        return db.lastInsertedRowID
    }

    /// The third trigger is for INSERT OR REPLACE, whose deletion of the old row fires no trigger.
    package static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("outbox 1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE outbox (
                        seq INTEGER PRIMARY KEY AUTOINCREMENT,
                        event_id BLOB NOT NULL UNIQUE CHECK (length(event_id) = 16),
                        topic TEXT NOT NULL CHECK (length(topic) BETWEEN 1 AND 100),
                        aggregate TEXT NOT NULL CHECK (length(aggregate) <= 400),
                        aggregate_version INTEGER NOT NULL CHECK (aggregate_version >= 0),
                        type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
                        schema_version INTEGER NOT NULL CHECK (schema_version >= 1),
                        occurred_ms INTEGER NOT NULL,
                        trace_id TEXT CHECK (length(trace_id) <= 100),
                        actor TEXT NOT NULL CHECK (length(actor) <= 400),
                        payload BLOB NOT NULL CHECK (length(payload) BETWEEN 1 AND 262144)
                    ) STRICT;
                    CREATE TRIGGER outbox_keeps_rows_as_they_are BEFORE UPDATE ON outbox BEGIN
                        SELECT RAISE(ABORT, 'outbox rows are never changed');
                    END;
                    CREATE TRIGGER outbox_keeps_rows BEFORE DELETE ON outbox BEGIN
                        SELECT RAISE(ABORT, 'outbox rows are never deleted');
                    END;
                    CREATE TRIGGER outbox_never_replaces BEFORE INSERT ON outbox
                    WHEN EXISTS (SELECT 1 FROM outbox WHERE event_id = NEW.event_id OR seq = NEW.seq) BEGIN
                        SELECT RAISE(ABORT, 'outbox rows are never replaced');
                    END;
                    """)
        }
        migrator.registerMigration("outbox 2 groups and retention") { try $0.execute(sql: groupsAndRetention) }
    }
}
