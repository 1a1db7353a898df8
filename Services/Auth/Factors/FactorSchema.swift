extension AuthSchema {
    /// A user has at most one app that counts and one that is being set up. `secret` is sealed. `last_step` is the half
    /// minute of the last code that was taken. Of a recovery code only the SHA-256 is there, until it is used.
    static let secondFactors = """
        CREATE TABLE totp_factor (
            user_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('pending', 'active')),
            secret BLOB NOT NULL,
            created_ms INTEGER NOT NULL,
            wrong_codes INTEGER NOT NULL DEFAULT 0 CHECK (wrong_codes BETWEEN 0 AND 9),
            enabled_ms INTEGER,
            last_step INTEGER,
            PRIMARY KEY (user_id, state),
            CHECK ((state = 'active') = (enabled_ms IS NOT NULL)),
            CHECK ((state = 'active') = (last_step IS NOT NULL))
        ) STRICT;
        CREATE INDEX totp_factor_pending ON totp_factor (created_ms) WHERE state = 'pending';

        CREATE TABLE recovery_code (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            user_id BLOB NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            created_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX recovery_code_by_user ON recovery_code (user_id);
        """
}
