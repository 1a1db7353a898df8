import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Invitations in auth.sqlite, by the SHA-256 of their tokens. One that is accepted, revoked or replaced is deleted in the
/// same transaction, and an expired one counts for nothing: no token makes two users.
struct InvitationStore: Sendable {
    /// Open ones of the whole firm.
    static let openMax = 1000
    static let lifetimeSeconds: Int64 = 72 * 3600

    let store: Store

    enum Refusal: Error {
        /// A user has the e-mail.
        case emailTaken
        case tooMany
    }

    /// From then on the only one for its e-mail.
    /// - Throws: `Refusal`, or what `StepUpStore.check` throws.
    func create(
        _ request: InvitationRequest, by actor: RPCIdentity, _ occasion: Occasion
    ) async throws -> CreatedInvitation {
        let token = OpaqueSecret()
        let invitation = Invitation(
            id: UUIDv7.make(at: occasion.now), email: request.email.text, name: request.name.text, role: request.role,
            createdBy: actor.subject, createdAt: occasion.now,
            expiresAt: occasion.now.advanced(bySeconds: Self.lifetimeSeconds))
        try await store.write { db in
            try StepUpStore.check(actor, at: occasion.now, in: db)
            guard try !UserStore.isTaken(email: invitation.email, in: db) else { throw Refusal.emailTaken }
            try Self.makeRoom(for: request.email, occasion, in: db)
            try Self.insert(invitation, key: request.email.key, token, in: db)
            try occasion.record(
                EventType.invitationCreated, invitation.eventSubject,
                changes: [FieldChange("role", before: nil, after: invitation.role.rawValue)], in: db)
        }
        return CreatedInvitation(token: token.text, invitation: invitation)
    }

    /// Open ones; one more than asked for, when there is one: so the caller knows whether a page follows.
    func page(_ page: AgePage, at now: Instant) async throws -> [Invitation] {
        try await store.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM invitation
                    WHERE expires_ms > :now AND (:created IS NULL OR (created_ms, id) < (:created, :id))
                    ORDER BY created_ms DESC, id DESC LIMIT :limit
                    """,
                arguments: [
                    "now": now.milliseconds, "created": page.cursor?.createdAt.milliseconds, "id": page.cursor?.id,
                    "limit": page.limit + 1,
                ]
            ).map(Invitation.init(row:))
        }
    }

    /// False when there is no such open one.
    func revoke(_ id: UUID, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT * FROM invitation WHERE id = ? AND expires_ms > ?",
                arguments: [id, occasion.now.milliseconds])
            guard let row else { return false }
            try Self.revoke(try Invitation(row: row), "by_administrator", occasion, in: db)
            return true
        }
    }

    /// What the token is good for; nil when it is good for nothing, whatever the reason.
    func open(_ token: OpaqueSecret, at now: Instant) async throws -> Invitation? {
        try await store.read { try Self.open(token, at: now, in: $0) }
    }

    /// Makes the user, who must be as invited. False when the token is good no more.
    /// - Throws: `Refusal.emailTaken`.
    func accept(_ token: OpaqueSecret, _ account: Account, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            guard let invitation = try Self.open(token, at: occasion.now, in: db) else { return false }
            guard try !UserStore.isTaken(email: account.user.email, in: db) else { throw Refusal.emailTaken }
            try Self.delete(invitation.id, in: db)
            try UserStore.insert(account, by: invitation.createdBy, occasion, in: db)
            try occasion.record(
                EventType.invitationAccepted, invitation.eventSubject,
                changes: [FieldChange("user", before: nil, after: account.user.id.text)], in: db)
            return true
        }
    }
}

extension InvitationStore {
    /// Of an administrator who is none any more.
    static func revokeAll(by user: UUID, _ reason: String, _ occasion: Occasion, in db: Database) throws {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM invitation WHERE created_by = ?", arguments: [user])
        for row in rows { try revoke(try Invitation(row: row), reason, occasion, in: db) }
    }

    private static func open(_ token: OpaqueSecret, at now: Instant, in db: Database) throws -> Invitation? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM invitation WHERE hash = ? AND expires_ms > ?",
            arguments: [token.digest, now.milliseconds]
        ).map(Invitation.init(row:))
    }

    private static func makeRoom(for email: EmailAddress, _ occasion: Occasion, in db: Database) throws {
        try db.execute(sql: "DELETE FROM invitation WHERE expires_ms <= ?", arguments: [occasion.now.milliseconds])
        let earlier = try Row.fetchOne(
            db, sql: "SELECT * FROM invitation WHERE email_key = ?", arguments: [email.key])
        if let earlier { try revoke(try Invitation(row: earlier), "replaced", occasion, in: db) }
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM invitation") ?? 0 < openMax else {
            throw Refusal.tooMany
        }
    }

    private static func revoke(
        _ invitation: Invitation, _ reason: String, _ occasion: Occasion, in db: Database
    ) throws {
        try delete(invitation.id, in: db)
        try occasion.record(
            EventType.invitationRevoked, invitation.eventSubject,
            changes: [FieldChange("reason", before: nil, after: reason)], in: db)
    }

    private static func delete(_ id: UUID, in db: Database) throws {
        try db.execute(sql: "DELETE FROM invitation WHERE id = ?", arguments: [id])
    }

    private static func insert(
        _ invitation: Invitation, key: String, _ token: OpaqueSecret, in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO invitation (id, hash, email, email_key, name, role, created_by, created_ms, expires_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                invitation.id, token.digest, invitation.email, key, invitation.name, invitation.role.rawValue,
                invitation.createdBy, invitation.createdAt.milliseconds, invitation.expiresAt.milliseconds,
            ])
    }
}

extension Invitation {
    fileprivate var eventSubject: EventSubject { EventSubject(kind: "invitation", id: id.text) }

    fileprivate init(row: Row) throws {
        guard let role = Role(rawValue: row["role"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "invitation with an unknown role")
        }
        self.init(
            id: row["id"], email: row["email"], name: row["name"], role: role, createdBy: row["created_by"],
            createdAt: Instant(milliseconds: row["created_ms"]), expiresAt: Instant(milliseconds: row["expires_ms"]))
    }
}
