import Contracts
import Crypto
import Foundation
import GRDB
import Storage
import Tokens

/// Signing keys and secrets in auth.sqlite, sealed.
struct KeyStore: Sendable {
    /// Retired keys are kept; of those the list shows no more than fit.
    static let listMax = 100

    let store: Store
    let changes: AccessChangeStore
    let box: SecretBox

    /// The key that signs, made at the first start. Throws `StartFailure` when any stored key cannot be used.
    func activeKey(_ occasion: Occasion) async throws -> SigningKey {
        try await store.write { db in
            var active: SigningKey?
            for row in try Row.fetchAll(db, sql: "SELECT kid, private_key, state FROM signing_key") {
                let key = try key(row)
                if row["state"] == SigningKeyState.active.rawValue { active = key }
            }
            return try active ?? create(.active, occasion, in: db)
        }
    }

    /// From which the successors of refresh tokens and the keys of the throttle are derived; made at the first start.
    func serverSecret() async throws -> SymmetricKey {
        let name = "refresh_successor"
        let secret = try await store.write { db in
            let sealed = try Data.fetchOne(
                db, sql: "SELECT value FROM server_secret WHERE name = ?", arguments: [name])
            if let sealed { return try box.open(sealed, in: .serverSecret, of: name) }
            let secret = Data.random(count: 32)
            try db.execute(
                sql: "INSERT INTO server_secret (name, value) VALUES (?, ?)",
                arguments: [name, try box.seal(secret, in: .serverSecret, of: name)])
            return secret
        }
        return SymmetricKey(data: secret)
    }

    /// The newest first.
    func list() async throws -> [SigningKeyFacts] {
        try await store.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT kid, state, created_ms, changed_ms FROM signing_key ORDER BY created_ms DESC, kid LIMIT ?
                    """,
                arguments: [Self.listMax]
            ).map(SigningKeyFacts.init(row:))
        }
    }

    /// The next key, which gateways hear of; nil when there is one already.
    func announce(_ occasion: Occasion) async throws -> SigningKey? {
        try await store.write { db in
            try Self.hasNext(db) ? nil : create(.next, occasion, in: db)
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
            for kid in try Self.names(in: .replaced, before: replacedBefore, db) {
                try move(kid, to: .retired, EventType.keyRetired, occasion, in: db)
            }
            var active: SigningKey?
            if let next = try Self.names(in: .next, before: announcedBefore, db).first,
                let old = try Self.names(in: .active, before: occasion.now, db).first
            {
                try move(old, to: .replaced, nil, occasion, in: db)
                try move(next, to: .active, EventType.keyRotated, occasion, in: db)
                active = try key(in: .active, db)
            }
            if try !Self.names(in: .active, before: activeBefore, db).isEmpty, try !Self.hasNext(db) {
                _ = try create(.next, occasion, in: db)
            }
            return active
        }
    }

    private func move(
        _ kid: String, to state: SigningKeyState, _ event: String?, _ occasion: Occasion, in db: Database
    ) throws {
        try db.execute(
            sql: "UPDATE signing_key SET state = ?, changed_ms = ? WHERE kid = ?",
            arguments: [state.rawValue, occasion.now.milliseconds, kid])
        try changes.append(session: nil, at: occasion.now, in: db)
        if let event { try occasion.record(event, EventSubject(kind: "key", id: kid), in: db) }
    }

    private static func names(in state: SigningKeyState, before end: Instant, _ db: Database) throws -> [String] {
        try String.fetchAll(
            db, sql: "SELECT kid FROM signing_key WHERE state = ? AND changed_ms <= ?",
            arguments: [state.rawValue, end.milliseconds])
    }

    private static func hasNext(_ db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM signing_key WHERE state = 'next')") ?? false
    }

    private func key(in state: SigningKeyState, _ db: Database) throws -> SigningKey? {
        try Row.fetchOne(
            db, sql: "SELECT kid, private_key FROM signing_key WHERE state = ?", arguments: [state.rawValue]
        )
        .map(key)
    }

    private func create(_ state: SigningKeyState, _ occasion: Occasion, in db: Database) throws -> SigningKey {
        let key = SigningKey()
        try db.execute(
            sql: """
                INSERT INTO signing_key (kid, private_key, x, y, state, created_ms, changed_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key.kid, try box.seal(key.privateKey.rawRepresentation, in: .signingKey, of: key.kid), key.publicKey.x,
                key.publicKey.y, state.rawValue, occasion.now.milliseconds, occasion.now.milliseconds,
            ])
        try changes.append(session: nil, at: occasion.now, in: db)
        try occasion.record(EventType.keyCreated, EventSubject(kind: "key", id: key.kid), in: db)
        return key
    }

    private func key(_ row: Row) throws -> SigningKey {
        let kid: String = row["kid"]
        let bytes = try box.open(row["private_key"], in: .signingKey, of: kid)
        guard let privateKey = try? P256.Signing.PrivateKey(rawRepresentation: bytes), SigningKey(privateKey).kid == kid
        else {
            throw StartFailure("signing key \(kid) in auth.sqlite cannot be read; restore the file from a backup")
        }
        return SigningKey(privateKey)
    }
}

extension SigningKeyFacts {
    fileprivate init(row: Row) throws {
        guard let state = SigningKeyState(rawValue: row["state"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "signing key with an unknown state")
        }
        self.init(
            kid: row["kid"], state: state, createdAt: Instant(milliseconds: row["created_ms"]),
            changedAt: Instant(milliseconds: row["changed_ms"]))
    }
}
