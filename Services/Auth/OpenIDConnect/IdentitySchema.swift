extension AuthSchema {
    /// An account elsewhere is known by its issuer and subject alone. A sign-in under way is known by the SHA-256 of the
    /// secret in its browser's cookie.
    static let identities = """
        CREATE TABLE identity (
            issuer TEXT NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2048),
            subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
            user_id BLOB NOT NULL REFERENCES user (id),
            created_ms INTEGER NOT NULL,
            last_used_ms INTEGER NOT NULL CHECK (last_used_ms >= created_ms),
            PRIMARY KEY (issuer, subject),
            UNIQUE (user_id, issuer)
        ) STRICT;

        CREATE TABLE openid_flow (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            return_to TEXT NOT NULL CHECK (length(return_to) BETWEEN 1 AND 1024),
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL CHECK (expires_ms > created_ms)
        ) STRICT;
        CREATE INDEX openid_flow_by_expiry ON openid_flow (expires_ms);
        """
}
