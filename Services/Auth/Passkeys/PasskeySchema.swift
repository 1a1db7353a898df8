extension AuthSchema {
    /// Challenges are numbered by purpose, so that strangers who ask for many push out their own alone.
    /// `transports` are names with a space between them.
    static let passkeys = """
        CREATE TABLE passkey (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            user_id BLOB NOT NULL REFERENCES user (id),
            credential_id BLOB NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
            x BLOB NOT NULL CHECK (length(x) = 32),
            y BLOB NOT NULL CHECK (length(y) = 32),
            counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),
            is_backup_eligible INTEGER NOT NULL CHECK (is_backup_eligible IN (0, 1)),
            is_backed_up INTEGER NOT NULL CHECK (is_backed_up IN (0, 1)),
            transports TEXT NOT NULL CHECK (length(transports) <= 100),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
            created_ms INTEGER NOT NULL,
            last_used_ms INTEGER,
            CHECK (is_backup_eligible = 1 OR is_backed_up = 0)
        ) STRICT;
        CREATE INDEX passkey_by_user ON passkey (user_id);

        CREATE TABLE passkey_challenge (
            purpose TEXT NOT NULL CHECK (purpose IN ('registration', 'sign_in')),
            number INTEGER NOT NULL,
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            user_id BLOB REFERENCES user (id),
            session_id BLOB REFERENCES session (id) ON DELETE CASCADE,
            expires_ms INTEGER NOT NULL,
            PRIMARY KEY (purpose, number),
            CHECK ((purpose = 'registration') = (user_id IS NOT NULL)),
            CHECK ((purpose = 'registration') = (session_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX passkey_challenge_by_session ON passkey_challenge (session_id) WHERE session_id IS NOT NULL;
        CREATE INDEX passkey_challenge_by_expiry ON passkey_challenge (expires_ms);
        """
}
