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
}
