extension AuthSchema {
    /// Only those that may still be accepted, or have just expired: of strangers nothing is kept. What became of the others
    /// is in the events.
    static let invitations = """
        CREATE TABLE invitation (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
            email_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
            role TEXT NOT NULL CHECK (role IN ('admin', 'banker', 'compliance', 'management', 'observer')),
            created_by BLOB NOT NULL REFERENCES user (id),
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL CHECK (expires_ms > created_ms)
        ) STRICT;
        CREATE INDEX invitation_by_age ON invitation (created_ms, id);
        """
}
