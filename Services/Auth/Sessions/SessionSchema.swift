extension AuthSchema {
    /// Of a user, at most one reset is good at a time. It is deleted when it is used.
    static let devicesAndResets = """
        ALTER TABLE session ADD COLUMN user_agent TEXT CHECK (length(user_agent) BETWEEN 1 AND 200);

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

    /// `is_restricted`: it reaches no further than its user's own account; see `SecondFactorPolicy`.
    static let restrictedSessions = """
        ALTER TABLE session ADD COLUMN is_restricted INTEGER NOT NULL DEFAULT 0 CHECK (is_restricted IN (0, 1));
        """
}
