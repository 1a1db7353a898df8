import Contracts
import Crypto
import Foundation
import GRDB
import Storage
import Tokens

/// Signing keys and secrets in auth.sqlite. They lie there as they are: the file's rights and the disk protect them.
struct KeyStore: Sendable {
    let store: Store
    let changes: AccessChangeStore

    /// The key that signs, made at the first start. Throws `StartFailure` when any stored key cannot be used.
    func activeKey(_ occasion: Occasion) async throws -> SigningKey {
        try await store.write { db in
            var active: SigningKey?
            for row in try Row.fetchAll(db, sql: "SELECT kid, private_key, state FROM signing_key") {
                let key = try Self.key(row)
                if row["state"] == "active" { active = key }
            }
            return try active ?? create("active", occasion, in: db)
        }
    }

    /// From which successors of refresh tokens are derived; made at the first start.
    func successorSecret() async throws -> SymmetricKey {
        let secret = try await store.write { db in
            try db.execute(
                sql: "INSERT INTO server_secret (name, value) VALUES ('refresh_successor', ?) ON CONFLICT DO NOTHING",
                arguments: [Data.random(count: 32)])
            return try Data.fetchOne(db, sql: "SELECT value FROM server_secret WHERE name = 'refresh_successor'")
        }
        guard let secret else { throw StartFailure("auth.sqlite does not keep its secret") }
        return SymmetricKey(data: secret)
    }

    /// The next key, which gateways hear of; nil when there is one already.
    func announce(_ occasion: Occasion) async throws -> SigningKey? {
        try await store.write { db in
            try Self.key(in: "next", db) == nil ? create("next", occasion, in: db) : nil
        }
    }

    /// Makes the next key the active one, announces a next one, and retires what is replaced: whatever is due.
    /// - Returns: the active key, when it is another one now.
    func advance(
        announcedBefore: Instant, activeBefore: Instant, replacedBefore: Instant, _ occasion: Occasion
    ) async throws -> SigningKey? {
        // Nearly always nothing is due, and a read is cheap.
        let isDue = try await store.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM signing_key WHERE (state = 'next' AND changed_ms <= ?)
                        OR (state = 'active' AND changed_ms <= ?) OR (state = 'replaced' AND changed_ms <= ?))
                    """,
                arguments: [announcedBefore.milliseconds, activeBefore.milliseconds, replacedBefore.milliseconds])
        }
        guard isDue == true else { return nil }
        return try await store.write { db in
            for kid in try Self.names(in: "replaced", before: replacedBefore, db) {
                try move(kid, to: "retired", EventType.keyRetired, occasion, in: db)
            }
            var active: SigningKey?
            if let next = try Self.names(in: "next", before: announcedBefore, db).first,
                let old = try Self.names(in: "active", before: occasion.now, db).first
            {
                try move(old, to: "replaced", nil, occasion, in: db)
                try move(next, to: "active", EventType.keyRotated, occasion, in: db)
                active = try Self.key(in: "active", db)
            }
            if try !Self.names(in: "active", before: activeBefore, db).isEmpty, try Self.key(in: "next", db) == nil {
                _ = try create("next", occasion, in: db)
            }
            return active
        }
    }

    private func move(
        _ kid: String, to state: String, _ event: String?, _ occasion: Occasion, in db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE signing_key SET state = ?, changed_ms = ? WHERE kid = ?",
            arguments: [state, occasion.now.milliseconds, kid])
        try changes.append(session: nil, at: occasion.now, in: db)
        if let event { try occasion.record(event, EventSubject(kind: "key", id: kid), in: db) }
    }

    private static func names(in state: String, before end: Instant, _ db: Database) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT kid FROM signing_key WHERE state = ? AND changed_ms <= ?",
            arguments: [state, end.milliseconds])
    }

    private static func key(in state: String, _ db: Database) throws -> SigningKey? {
        try Row.fetchOne(db, sql: "SELECT kid, private_key FROM signing_key WHERE state = ?", arguments: [state])
            .map(key)
    }

    private func create(_ state: String, _ occasion: Occasion, in db: Database) throws -> SigningKey {
        let key = SigningKey()
        try db.execute(
            sql: """
                INSERT INTO signing_key (kid, private_key, x, y, state, created_ms, changed_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.kid, key.privateKey.rawRepresentation, key.publicKey.x, key.publicKey.y, state,
                occasion.now.milliseconds, occasion.now.milliseconds,
            ])
        try changes.append(session: nil, at: occasion.now, in: db)
        try occasion.record(EventType.keyCreated, EventSubject(kind: "key", id: key.kid), in: db)
        return key
    }

    private static func key(_ row: Row) throws -> SigningKey {
        let kid: String = row["kid"]
        let bytes: Data = row["private_key"]
        guard let privateKey = try? P256.Signing.PrivateKey(rawRepresentation: bytes), SigningKey(privateKey).kid == kid
        else {
            throw StartFailure("signing key \(kid) in auth.sqlite cannot be read; restore the file from a backup")
        }
        return SigningKey(privateKey)
    }
}
