import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage
import Tokens

/// Passkeys in auth.sqlite: made by their owner shortly after a sign-in, and proved by one signature each time.
struct PasskeyStore: Sendable {
    /// Of one user.
    static let passkeysMax = 10

    let store: Store
    let sessions: SessionStore
    /// Nil while passkeys are off.
    let party: RelyingParty?
    let logger: Logger

    /// Options for making a passkey.
    func offer(to identity: RPCIdentity, _ occasion: Occasion) async throws -> PasskeyCreation {
        let party = try relyingParty()
        return try await store.write { db in
            // Asked here too, before the authenticator keeps a passkey that is then refused.
            try StepUpStore.check(identity, at: occasion.now, in: db)
            try checkRoom(of: identity.subject, in: db)
            guard let user = try UserStore.user(identity.subject, in: db) else { throw RPCFault.unauthenticated }
            let challenge = try PasskeyChallengeStore.issue(
                for: .registration(user: identity.subject, session: identity.session), at: occasion.now, in: db)
            return PasskeyCreation(
                for: user, at: party, challenge: challenge, known: try Self.descriptors(of: user.id, in: db))
        }
    }

    /// The challenge is used up whether the passkey is taken or not.
    /// - Throws: `PasskeyRefusal`.
    func add(
        _ credential: PasskeyRegistration, named name: String, by identity: RPCIdentity, _ occasion: Occasion
    ) async throws -> Passkey {
        let party = try relyingParty()
        let response = try RegistrationResponse(credential)
        let result: Result<Passkey, PasskeyRefusal> = try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            try checkRoom(of: identity.subject, in: db)
            let challenge = try PasskeyChallengeStore.take(response.clientData.challenge, in: db)
            do throws(PasskeyRefusal) {
                try RegistrationRule.check(
                    response, challenge, for: .registration(user: identity.subject, session: identity.session),
                    at: party, now: occasion.now)
            } catch {
                return .failure(error)
            }
            guard try Self.known(response.id, in: db) == nil else { return .failure(.credentialTaken) }
            let passkey = Passkey(
                id: UUIDv7.make(at: occasion.now), name: name, createdAt: occasion.now, lastUsedAt: nil)
            try Self.insert(passkey, response, of: identity.subject, in: db)
            try occasion.record(
                EventType.passkeyAdded, passkey.eventSubject,
                changes: [
                    FieldChange("user", before: nil, after: identity.subject.text),
                    FieldChange("name", before: nil, after: name),
                ], in: db)
            return .success(passkey)
        }
        return try result.get()
    }

    func passkeys(of user: UUID) async throws -> [Passkey] { try await store.read { try Self.all(of: user, in: $0) } }

    /// Ends the user's other sessions: whoever has the passkey may have made them. False when there is no such passkey.
    func remove(_ id: UUID, by identity: RPCIdentity, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard let passkey = try Self.all(of: identity.subject, in: db).first(where: { $0.id == id }) else {
                return false
            }
            try remove(passkey, of: identity.subject, occasion, in: db)
            try sessions.endAll(
                of: identity.subject, but: identity.session, .passkeyRemoved, occasion, in: db)
            return true
        }
    }

    /// Options for signing in; the same for everybody.
    func request(at now: Instant) async throws -> PasskeyRequest {
        let party = try relyingParty()
        return try await store.write { db in
            PasskeyRequest(at: party, challenge: try PasskeyChallengeStore.issue(for: .signIn, at: now, in: db))
        }
    }

    /// - Throws: `passkeys_off`.
    func relyingParty() throws -> RelyingParty {
        guard let party else { throw RPCFault.passkeysOff }
        return party
    }

    private func checkRoom(of user: UUID, in db: Database) throws {
        guard try Self.count(of: user, in: db) < Self.passkeysMax else {
            throw RPCFault(
                .failedPrecondition, "too_many_passkeys",
                "You have \(Self.passkeysMax) passkeys already; remove one first.")
        }
    }
}

extension PasskeyStore {
    static func count(of user: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM passkey WHERE user_id = ?", arguments: [user]) ?? 0
    }

    static func stands(_ id: UUID, of user: UUID, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM passkey WHERE id = ? AND user_id = ?)", arguments: [id, user]
        ) ?? false
    }

    /// For who resets the user's factors; the user's sessions are theirs to end.
    func removeAll(of user: UUID, _ occasion: Occasion, in db: Database) throws {
        for passkey in try Self.all(of: user, in: db) { try remove(passkey, of: user, occasion, in: db) }
    }

    private func remove(_ passkey: Passkey, of user: UUID, _ occasion: Occasion, in db: Database) throws {
        try db.execute(sql: "DELETE FROM passkey WHERE id = ?", arguments: [passkey.id])
        try occasion.record(
            EventType.passkeyRemoved, passkey.eventSubject,
            changes: [
                FieldChange("user", before: user.text, after: nil),
                FieldChange("name", before: passkey.name, after: nil),
            ], in: db)
    }

    private static func insert(
        _ passkey: Passkey, _ response: RegistrationResponse, of user: UUID, in db: Database
    ) throws {
        let data = response.authenticatorData
        try db.execute(
            sql: """
                INSERT INTO passkey (id, user_id, credential_id, x, y, counter, is_backup_eligible, is_backed_up,
                    transports, name, created_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                passkey.id, user, Data(response.id), response.credential.key.x, response.credential.key.y,
                data.counter, data.flags.contains(.backupEligible), data.flags.contains(.backedUp),
                response.transports.joined(separator: " "), passkey.name, passkey.createdAt.milliseconds,
            ])
    }

    private static func all(of user: UUID, in db: Database) throws -> [Passkey] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM passkey WHERE user_id = ? ORDER BY created_ms DESC, id DESC", arguments: [user]
        ).map(Passkey.init(row:))
    }

    private static func descriptors(of user: UUID, in db: Database) throws -> [PasskeyDescriptor] {
        try Row.fetchAll(
            db, sql: "SELECT credential_id, transports FROM passkey WHERE user_id = ? ORDER BY id", arguments: [user]
        ).map { row in
            PasskeyDescriptor(
                id: Base64URL.encode(row["credential_id"] as Data),
                transports: (row["transports"] as String).split(separator: " ").map(String.init))
        }
    }
}

extension Passkey {
    var eventSubject: EventSubject { EventSubject(kind: "passkey", id: id.text) }

    init(row: Row) {
        self.init(
            id: row["id"], name: row["name"], createdAt: Instant(milliseconds: row["created_ms"]),
            lastUsedAt: (row["last_used_ms"] as Int64?).map(Instant.init(milliseconds:)))
    }
}

extension RPCFault {
    static let passkeysOff = RPCFault(
        .failedPrecondition, "passkeys_off", "There are no passkeys here; an operator sets IBP_PASSKEY_ORIGINS.")
}
