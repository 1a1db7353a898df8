import GRDB

/// The tables of webhooks in health.sqlite. A message is kept once however many endpoints get it; each of them has a delivery
/// of it, and a delivery its attempts.
enum WebhookSchema {
    static func addMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("webhooks") { db in
            try db.execute(sql: endpoints)
            try db.execute(sql: deliveries)
            try db.execute(sql: guards)
        }
    }

    /// What has failed from the start, because too much waited: counted with every page of events.
    static func addOverflowMigration(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("webhook overflow") { db in
            try db.execute(
                sql: """
                    CREATE INDEX webhook_delivery_overflow ON webhook_delivery (endpoint_id)
                        WHERE state = 'failed' AND attempts = 0
                    """)
        }
    }

    /// One that was removed stays, without its secrets, until its deliveries are swept away.
    private static let endpoints = """
        CREATE TABLE webhook_endpoint (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            url TEXT NOT NULL CHECK (length(url) BETWEEN 9 AND 2000),
            description TEXT CHECK (length(description) BETWEEN 1 AND 200),
            events TEXT NOT NULL CHECK (length(events) BETWEEN 1 AND 5049),
            status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled', 'removed')),
            disabled_reason TEXT CHECK (disabled_reason IN ('by_administrator', 'gone', 'failing')),
            secret BLOB CHECK (length(secret) > 37),
            previous_secret BLOB CHECK (length(previous_secret) > 37),
            previous_until_ms INTEGER,
            failing_since_ms INTEGER,
            rest_until_ms INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
            CHECK ((status = 'removed') = (secret IS NULL)),
            CHECK ((previous_secret IS NULL) = (previous_until_ms IS NULL))
        ) STRICT;
        CREATE INDEX webhook_endpoint_by_age ON webhook_endpoint (created_ms, id);
        """

    private static let deliveries = """
        CREATE TABLE webhook_message (
            event_id BLOB NOT NULL PRIMARY KEY CHECK (length(event_id) = 16),
            type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
            body BLOB NOT NULL CHECK (length(body) BETWEEN 2 AND 20000)
        ) STRICT;

        CREATE TABLE webhook_delivery (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            endpoint_id BLOB NOT NULL REFERENCES webhook_endpoint (id),
            event_id BLOB NOT NULL REFERENCES webhook_message (event_id),
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 10),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            next_ms INTEGER,
            created_ms INTEGER NOT NULL,
            finished_ms INTEGER,
            UNIQUE (endpoint_id, event_id),
            CHECK ((state = 'pending') = (next_ms IS NOT NULL)),
            CHECK ((state = 'pending') = (finished_ms IS NULL))
        ) STRICT;
        CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_ms, id) WHERE state = 'pending';
        CREATE INDEX webhook_delivery_log ON webhook_delivery (endpoint_id, created_ms, id);
        CREATE INDEX webhook_delivery_log_by_state ON webhook_delivery (endpoint_id, state, created_ms, id);
        CREATE INDEX webhook_delivery_by_age ON webhook_delivery (created_ms);
        CREATE INDEX webhook_delivery_of_message ON webhook_delivery (event_id);

        CREATE TABLE webhook_attempt (
            delivery_id BLOB NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number >= 1),
            at_ms INTEGER NOT NULL,
            duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
            status INTEGER CHECK (status BETWEEN 100 AND 999),
            response TEXT CHECK (length(response) BETWEEN 1 AND 256),
            error TEXT CHECK (length(error) BETWEEN 1 AND 200),
            PRIMARY KEY (delivery_id, number),
            CHECK ((status IS NULL) = (error IS NOT NULL))
        ) STRICT, WITHOUT ROWID;
        """

    private static let guards = """
        CREATE TRIGGER webhook_message_stays BEFORE UPDATE ON webhook_message
        BEGIN SELECT RAISE(ABORT, 'messages are never changed'); END;
        CREATE TRIGGER webhook_attempt_stays BEFORE UPDATE ON webhook_attempt
        BEGIN SELECT RAISE(ABORT, 'attempts are never changed'); END;
        CREATE TRIGGER webhook_delivery_is_of_one BEFORE UPDATE OF id, endpoint_id, event_id, created_ms
            ON webhook_delivery
        BEGIN SELECT RAISE(ABORT, 'a delivery stays one of one event to one endpoint'); END;
        CREATE TRIGGER webhook_endpoint_stays_removed BEFORE UPDATE ON webhook_endpoint WHEN OLD.status = 'removed'
        BEGIN SELECT RAISE(ABORT, 'a removed endpoint is gone'); END;
        """
}
