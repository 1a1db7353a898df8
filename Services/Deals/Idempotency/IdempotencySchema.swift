extension DealsSchema {
    static let idempotencyKeys = """
        CREATE TABLE idempotency_key (
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
            request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX idempotency_key_by_age ON idempotency_key (created_ms);
        """

    /// Keys of all calls, with what was answered. Keys of the older form are let go: they named new deals, and one that is
    /// sent once more finds its code name taken.
    static let answeredKeys = """
        DROP TABLE idempotency_key;
        CREATE TABLE idempotency_key (
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
            request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
            deal_id BLOB NOT NULL REFERENCES deal (id),
            answer BLOB NOT NULL CHECK (length(answer) BETWEEN 1 AND 1048576),
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (user_id, key)
        ) STRICT;
        CREATE INDEX idempotency_key_by_age ON idempotency_key (created_ms);
        """

    /// Keys also of calls whose answer tells of no deal, or of many. What such a call does in several transactions has a part
    /// for each.
    static let keysOfNoDeal = """
        DROP INDEX idempotency_key_by_age;
        ALTER TABLE idempotency_key RENAME TO idempotency_key_of_deal;
        CREATE TABLE idempotency_key (
            user_id BLOB NOT NULL CHECK (length(user_id) = 16),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
            part INTEGER NOT NULL CHECK (part BETWEEN 0 AND 100),
            request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
            deal_id BLOB REFERENCES deal (id),
            answer BLOB NOT NULL CHECK (length(answer) BETWEEN 1 AND 1048576),
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (user_id, key, part)
        ) STRICT;
        INSERT INTO idempotency_key (user_id, key, part, request_hash, deal_id, answer, created_ms)
        SELECT user_id, key, 0, request_hash, deal_id, answer, created_ms FROM idempotency_key_of_deal;
        DROP TABLE idempotency_key_of_deal;
        CREATE INDEX idempotency_key_by_age ON idempotency_key (created_ms);
        """
}
