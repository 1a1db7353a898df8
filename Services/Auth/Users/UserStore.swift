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
                    "created": filter.page.cursor?.createdAt.milliseconds, "id": filter.page.cursor?.id,
                    "search": filter.search,
                    "role": filter.role?.rawValue, "status": filter.status?.rawValue, "limit": filter.page.limit + 1,
                ]
            ).map(User.init(row:))
        }
    }
}

extension UserStore {
    static func user(_ id: UUID, in db: Database) throws -> User? {
        let statement = try db.cachedStatement(sql: "SELECT * FROM user WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(User.init(row:))
    }

    @Sendable static func isEmpty(in db: Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM user)") ?? true
    }

    static func isTaken(email: String, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM user WHERE email_key = ?)",
            arguments: [ComparableText.key(of: email)]) ?? false
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
                user.role.rawValue, user.status.rawValue, account.passwordHash?.phc ?? Account.noPassword, user.version,
                user.createdAt.milliseconds, user.updatedAt.milliseconds, creator,
            ])
        let changes = [
            FieldChange("email", before: nil, after: user.email), FieldChange("name", before: nil, after: user.name),
            FieldChange("role", before: nil, after: user.role.rawValue),
        ]
        try occasion.record(EventType.userCreated, user.eventSubject, version: user.version, changes: changes, in: db)
    }
}

extension User {
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
        let text: String = row["password_hash"]
        let hash = PasswordHash(phc: text)
        guard hash != nil || text == Account.noPassword else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "user with an unreadable password hash")
        }
        self.init(user: try User(row: row), passwordHash: hash)
    }
}
