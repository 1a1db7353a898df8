import Foundation
import GRDB
import Storage

extension AuthSchema {
    static let sealing = "auth 10: sealed secrets"

    /// Whether the secrets in the file are sealed yet.
    static func isSealed(_ db: Database) throws -> Bool {
        guard try db.tableExists("grdb_migrations") else { return false }
        return try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM grdb_migrations WHERE identifier = ?)", arguments: [sealing])
            ?? false
    }

    /// Seals what lay there in clear until now. `secure_delete` overwrites what this transaction lets go; what was let go before,
    /// and the log, are `SealedStore`'s to clean.
    static func seal(_ box: SecretBox, _ db: Database) throws {
        try db.execute(sql: "PRAGMA secure_delete = ON")
        try db.execute(sql: sealedTables)
        let keys = try Row.fetchAll(db, sql: "SELECT kid, private_key FROM signing_key")
        for row in keys {
            let kid: String = row["kid"]
            try db.execute(
                sql: """
                    INSERT INTO signing_key_sealed
                    SELECT kid, ?, x, y, state, created_ms, changed_ms FROM signing_key WHERE kid = ?
                    """,
                arguments: [try box.seal(row["private_key"], in: .signingKey, of: kid), kid])
        }
        let secrets = try Row.fetchAll(db, sql: "SELECT name, value FROM server_secret")
        for row in secrets {
            let name: String = row["name"]
            try db.execute(
                sql: "INSERT INTO server_secret_sealed (name, value) VALUES (?, ?)",
                arguments: [name, try box.seal(row["value"], in: .serverSecret, of: name)])
        }
        try db.execute(sql: sealedTablesInPlace)
        if !keys.isEmpty || !secrets.isEmpty { try SealedStore.setRemains(true, in: db) }
    }

    /// Longer than what is around a secret (37 bytes) and a secret of none: 32 bytes in clear do not fit in.
    private static let sealedTables = """
        CREATE TABLE signing_key_sealed (
            kid TEXT NOT NULL PRIMARY KEY,
            private_key BLOB NOT NULL CHECK (length(private_key) > 37),
            x TEXT NOT NULL,
            y TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('next', 'active', 'replaced', 'retired')),
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE server_secret_sealed (
            name TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL CHECK (length(value) > 37)
        ) STRICT;
        """

    private static let sealedTablesInPlace = """
        DROP TABLE signing_key;
        ALTER TABLE signing_key_sealed RENAME TO signing_key;
        CREATE UNIQUE INDEX signing_key_active ON signing_key (state) WHERE state = 'active';
        CREATE UNIQUE INDEX signing_key_next ON signing_key (state) WHERE state = 'next';
        DROP TABLE server_secret;
        ALTER TABLE server_secret_sealed RENAME TO server_secret;
        """
}
