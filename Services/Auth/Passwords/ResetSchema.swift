extension AuthSchema {
    /// Of a user, at most one reset is good at a time. It is deleted when it is used.
    static let resets = """
        CREATE TABLE password_reset (
            user_id BLOB NOT NULL PRIMARY KEY REFERENCES user (id),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            requested_by BLOB NOT NULL REFERENCES user (id),
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL CHECK (expires_ms > created_ms),
            CHECK (requested_by <> user_id)
        ) STRICT;
        CREATE INDEX password_reset_by_expiry ON password_reset (expires_ms);
        """
}
