import Contracts
import Foundation
import GRDB
import Storage

/// Users in auth.sqlite. Whatever ends a user's right to be signed in ends his sessions and personal
/// tokens in the same transaction.
struct UserStore: Sendable {
    let store: Store
    let sessions: SessionStore
    let tokens: PersonalTokenStore

    func account(email: EmailAddress) async throws -> Account? {
        try await store.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM user WHERE email_key = ?", arguments: [email.key]).map(
                Account.init(row:))
        }
    }

    func account(_ id: UUID) async throws -> Account? {
        try await store.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ?", arguments: [id]).map(Account.init(row:))
        }
    }

    func user(_ id: UUID) async throws -> User? { try await store.read { try Self.user(id, in: $0) } }

    /// One more than asked for, when there is one: so the caller knows whether a page follows.
    func page(_ filter: UserFilter) async throws -> [User] {
        try await store.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM user
                    WHERE (:created IS NULL OR (created_ms, id) < (:created, :id))
                        AND (:search IS NULL OR instr(name_key, :search) OR instr(email_key, :search))
                        AND (:role IS NULL OR role = :role) AND (:status IS NULL OR status = :status)
                    ORDER BY created_ms DESC, id DESC LIMIT :limit
                    """,
                arguments: [
                    "created": filter.cursor?.createdAt.milliseconds, "id": filter.cursor?.id, "search": filter.search,
                    "role": filter.role?.rawValue, "status": filter.status?.rawValue, "limit": filter.limit + 1,
                ]
            ).map(User.init(row:))
        }
    }

    func isEmpty() async throws -> Bool { try await store.read(Self.isEmpty) }

    /// False when the e-mail is taken.
    func create(_ account: Account, by creator: UUID?, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            let key = ComparableText.key(of: account.user.email)
            let isTaken = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM user WHERE email_key = ?)", arguments: [key])
            guard isTaken == false else { return false }
            try Self.insert(account, by: creator, occasion, in: db)
            return true
        }
    }

    /// The user as he stands after it; nil when there is none. `isWelcome` sees him as he is, inside the transaction.
    func setStatus(
        of id: UUID, to status: UserStatus, by actor: UUID, _ occasion: Occasion,
        isWelcome: @escaping @Sendable (User) throws -> Void
    ) async throws -> User? {
        try await store.write { [sessions, tokens] db in
            guard var user = try Self.user(id, in: db) else { return nil }
            try isWelcome(user)
            guard user.status != status else { return user }
            try StatusRule.check(
                user, becomes: status, by: actor,
                otherActiveAdministrators: try Self.activeAdministrators(but: id, in: db))
            let before = user.status
            user.status = status
            user.version += 1
            user.updatedAt = occasion.now
            try db.execute(
                sql: "UPDATE user SET status = ?, version = ?, updated_ms = ? WHERE id = ?",
                arguments: [status.rawValue, user.version, user.updatedAt.milliseconds, id])
            try occasion.record(
                status == .disabled ? EventType.userDisabled : EventType.userEnabled, user.eventSubject,
                version: user.version,
                changes: [FieldChange("status", before: before.rawValue, after: status.rawValue)],
                in: db)
            if status == .disabled {
                try sessions.endAll(of: id, .userDisabled, occasion, in: db)
                try ResetStore.withdraw(of: id, in: db)
                try tokens.revokeAll(of: id, SessionEnd.userDisabled.rawValue, occasion, in: db)
            }
            return user
        }
    }
}

extension UserStore {
    static func user(_ id: UUID, in db: Database) throws -> User? {
        try Row.fetchOne(db, sql: "SELECT * FROM user WHERE id = ?", arguments: [id]).map(User.init(row:))
    }

    @Sendable static func isEmpty(in db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM user)") ?? true
    }

    static func insert(_ account: Account, by creator: UUID?, _ occasion: Occasion, in db: Database) throws {
        let user = account.user
        try db.execute(
            sql: """
                INSERT INTO user (id, email, email_key, name, name_key, role, status, password_hash, version,
                    created_ms, updated_ms, created_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                user.id, user.email, ComparableText.key(of: user.email), user.name, ComparableText.key(of: user.name),
                user.role.rawValue, user.status.rawValue, account.passwordHash.phc, user.version,
                user.createdAt.milliseconds, user.updatedAt.milliseconds, creator,
            ])
        let changes = [
            FieldChange("email", before: nil, after: user.email), FieldChange("name", before: nil, after: user.name),
            FieldChange("role", before: nil, after: user.role.rawValue),
        ]
        try occasion.record(EventType.userCreated, user.eventSubject, version: user.version, changes: changes, in: db)
    }

    private static func activeAdministrators(but id: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM user WHERE role = 'admin' AND status = 'active' AND id <> ?", arguments: [id]
        ) ?? 0
    }
}

extension User {
    var eventSubject: EventSubject { EventSubject(kind: "user", id: id.text) }

    fileprivate init(row: Row) throws {
        guard let role = Role(rawValue: row["role"]), let status = UserStatus(rawValue: row["status"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "user with an unknown role or status")
        }
        self.init(
            id: row["id"], email: row["email"], name: row["name"], role: role, status: status, version: row["version"],
            createdAt: Instant(milliseconds: row["created_ms"]), updatedAt: Instant(milliseconds: row["updated_ms"]))
    }
}

extension Account {
    fileprivate init(row: Row) throws {
        guard let hash = PasswordHash(phc: row["password_hash"]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "user with an unreadable password hash")
        }
        self.init(user: try User(row: row), passwordHash: hash)
    }
}
