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
            return try active ?? create(occasion, in: db)
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

    private func create(_ occasion: Occasion, in db: Database) throws -> SigningKey {
        let key = SigningKey()
        try db.execute(
            sql: "INSERT INTO signing_key (kid, private_key, x, y, state, created_ms) VALUES (?, ?, ?, ?, 'active', ?)",
            arguments: [
                key.kid, key.privateKey.rawRepresentation, key.publicKey.x, key.publicKey.y, occasion.now.milliseconds,
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
