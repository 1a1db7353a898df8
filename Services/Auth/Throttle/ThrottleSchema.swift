extension AuthSchema {
    /// `throttle` counts failed sign-ins in a row by key (`ThrottleKeys`); until `until_ms` a key waits, and `is_told` says
    /// whether the audit log has heard of that wait. `device` holds the SHA-256 of secrets that browsers keep.
    static let throttle = """
        CREATE TABLE throttle (
            key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 32),
            kind TEXT NOT NULL CHECK (kind IN ('account', 'address', 'pair', 'device')),
            failures INTEGER NOT NULL CHECK (failures >= 1),
            failed_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL CHECK (until_ms >= failed_ms),
            is_told INTEGER NOT NULL CHECK (is_told IN (0, 1))
        ) STRICT;
        CREATE INDEX throttle_by_age ON throttle (failed_ms);

        CREATE TABLE device (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            user_id BLOB NOT NULL REFERENCES user (id),
            created_ms INTEGER NOT NULL,
            last_used_ms INTEGER NOT NULL CHECK (last_used_ms >= created_ms)
        ) STRICT;
        CREATE INDEX device_by_user ON device (user_id, last_used_ms);
        CREATE INDEX device_by_use ON device (last_used_ms);
        """
}
