import GRDB
import Storage

/// The tables of auth.sqlite. Migrations are only ever added.
enum AuthSchema {
    /// - Parameter box: seals what older files hold in clear.
    static func migrator(sealing box: SecretBox) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        Outbox.addMigration(to: &migrator)
        migrator.registerMigration("auth 1") { try $0.execute(sql: first) }
        migrator.registerMigration("auth 2: web sessions, personal tokens") { try $0.execute(sql: second) }
        migrator.registerMigration("auth 3: keys that take turns") { try $0.execute(sql: third) }
        migrator.registerMigration("auth 4: invitations") { try $0.execute(sql: invitations) }
        migrator.registerMigration("auth 5: devices, resets") { db in
            try db.execute(sql: userAgents)
            try db.execute(sql: resets)
        }
        migrator.registerMigration("auth 6: throttle, devices") { try $0.execute(sql: throttle) }
        migrator.registerMigration("auth 7: second factors") { try $0.execute(sql: secondFactors) }
        migrator.registerMigration("auth 8: passkeys") { try $0.execute(sql: passkeys) }
        migrator.registerMigration("auth 9: identities") { try $0.execute(sql: identities) }
        migrator.registerMigration(sealing) { try seal(box, $0) }
        migrator.registerMigration("auth 11: restricted sessions") { try $0.execute(sql: restrictedSessions) }
        return migrator
    }

    /// `…_key` columns hold text as it is compared: NFKC, lower case.
    /// `access_change` numbers all that gateways must hear of: an ended session, or (no session) a change of keys.
    private static let first = """
        CREATE TABLE user (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            email TEXT NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
            email_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
            name_key TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('admin', 'banker', 'compliance', 'management', 'observer')),
            status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
            password_hash TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            created_ms INTEGER NOT NULL,
            updated_ms INTEGER NOT NULL,
            created_by BLOB CHECK (length(created_by) = 16)
        ) STRICT;
        CREATE INDEX user_by_age ON user (created_ms, id);

        CREATE TABLE session (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            user_id BLOB NOT NULL REFERENCES user (id),
            created_ms INTEGER NOT NULL,
            last_seen_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL CHECK (expires_ms > created_ms),
            ended_ms INTEGER,
            end_reason TEXT,
            address TEXT CHECK (length(address) <= 100),
            CHECK ((ended_ms IS NULL) = (end_reason IS NULL))
        ) STRICT;
        CREATE INDEX session_by_user ON session (user_id) WHERE ended_ms IS NULL;
        CREATE INDEX session_by_expiry ON session (expires_ms);

        CREATE TABLE refresh_token (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            session_id BLOB NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            issued_ms INTEGER NOT NULL,
            used_ms INTEGER,
            replaced_by BLOB CHECK (length(replaced_by) = 32),
            CHECK ((used_ms IS NULL) = (replaced_by IS NULL))
        ) STRICT;
        CREATE INDEX refresh_token_by_session ON refresh_token (session_id);

        CREATE TABLE signing_key (
            kid TEXT NOT NULL PRIMARY KEY,
            private_key BLOB NOT NULL,
            x TEXT NOT NULL,
            y TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
            created_ms INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX signing_key_active ON signing_key (state) WHERE state = 'active';

        CREATE TABLE server_secret (
            name TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL CHECK (length(value) = 32)
        ) STRICT;

        CREATE TABLE access_change (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            session_id BLOB CHECK (length(session_id) = 16),
            at_ms INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE setup_token (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            used_ms INTEGER
        ) STRICT;
        """

    /// `scopes` are names of permissions with a space between them. The id of a revoked token goes into `access_change`
    /// as a session's does.
    private static let second = """
        CREATE TABLE web_session (
            hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
            session_id BLOB NOT NULL UNIQUE REFERENCES session (id) ON DELETE CASCADE
        ) STRICT;

        CREATE TABLE personal_token (
            id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            user_id BLOB NOT NULL REFERENCES user (id),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
            hint TEXT NOT NULL,
            scopes TEXT NOT NULL CHECK (length(scopes) > 0),
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL CHECK (expires_ms > created_ms),
            last_used_ms INTEGER,
            last_address TEXT CHECK (length(last_address) <= 100),
            revoked_ms INTEGER
        ) STRICT;
        CREATE INDEX personal_token_by_user ON personal_token (user_id) WHERE revoked_ms IS NULL;
        CREATE INDEX personal_token_by_expiry ON personal_token (expires_ms);
        """

    /// A key is announced as `next`, signs while it is `active`, is known as `replaced` while what it signed lives, and is
    /// kept as `retired`. `changed_ms` is when it got its state.
    private static let third = """
        CREATE TABLE signing_key_of_turns (
            kid TEXT NOT NULL PRIMARY KEY,
            private_key BLOB NOT NULL,
            x TEXT NOT NULL,
            y TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('next', 'active', 'replaced', 'retired')),
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
        INSERT INTO signing_key_of_turns SELECT kid, private_key, x, y, state, created_ms, created_ms FROM signing_key;
        DROP TABLE signing_key;
        ALTER TABLE signing_key_of_turns RENAME TO signing_key;
        CREATE UNIQUE INDEX signing_key_active ON signing_key (state) WHERE state = 'active';
        CREATE UNIQUE INDEX signing_key_next ON signing_key (state) WHERE state = 'next';
        """
}
