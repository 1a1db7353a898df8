import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What is to be changed of a user; nil stays as it is.
struct UserEdit: Sendable {
    var name: PersonName?
    var role: Role?
}

extension UserStore {
    /// The user as he stands after it; nil when there is none.
    /// - Parameter check: sees him as he is, inside the transaction, and throws when that forbids it.
    func setStatus(
        of id: UUID, to status: UserStatus, by actor: RPCIdentity, _ occasion: Occasion,
        check: @escaping @Sendable (User) throws -> Void
    ) async throws -> User? {
        try await store.write { db in
            guard var user = try Self.user(id, in: db) else { return nil }
            try check(user)
            try StepUpStore.check(actor, at: occasion.now, in: db)
            guard user.status != status else { return user }
            try StatusRule.check(
                user, becomes: status, by: actor.subject,
                otherActiveAdministrators: try Self.activeAdministrators(but: id, in: db))
            let change = FieldChange("status", before: user.status.rawValue, after: status.rawValue)
            user.status = status
            try Self.save(&user, at: occasion.now, in: db)
            try occasion.record(
                status == .disabled ? EventType.userDisabled : EventType.userEnabled, user.eventSubject,
                version: user.version, changes: [change], in: db)
            if status == .disabled { try endRights(of: id, .userDisabled, occasion, in: db) }
            return user
        }
    }

    /// The user as he stands after it; nil when there is none.
    /// - Parameter check: sees him as he is, inside the transaction, and throws when that forbids it.
    func change(
        _ id: UUID, _ edit: UserEdit, by actor: RPCIdentity, _ occasion: Occasion,
        check: @escaping @Sendable (User) throws -> Void
    ) async throws -> User? {
        try await store.write { db in
            guard let before = try Self.user(id, in: db) else { return nil }
            try check(before)
            if let role = edit.role {
                try StepUpStore.check(actor, at: occasion.now, in: db)
                try RoleRule.check(
                    before, becomes: role, by: actor.subject,
                    otherActiveAdministrators: try Self.activeAdministrators(but: id, in: db))
            }
            var user = before
            user.name = edit.name?.text ?? before.name
            user.role = edit.role ?? before.role
            guard user != before else { return before }
            try Self.save(&user, at: occasion.now, in: db)
            try record(before, user, occasion, in: db)
            if user.role != before.role { try endRights(of: id, .roleChanged, occasion, in: db) }
            return user
        }
    }

    /// Another role that somebody has elsewhere, where he has just signed in.
    /// - Parameter method: of that sign-in.
    func setRole(
        of user: User, to role: Role, by method: String, _ occasion: Occasion, in db: Database
    ) throws -> User {
        var changed = user
        changed.role = role
        try Self.save(&changed, at: occasion.now, in: db)
        try occasion.record(
            EventType.userRoleChanged, user.eventSubject, version: changed.version,
            changes: [
                FieldChange("role", before: user.role.rawValue, after: role.rawValue),
                FieldChange("reason", before: nil, after: method),
            ], in: db)
        try endRights(of: user.id, .roleChanged, occasion, in: db)
        return changed
    }

    private func record(_ before: User, _ after: User, _ occasion: Occasion, in db: Database) throws {
        if before.name != after.name {
            try occasion.record(
                EventType.userUpdated, after.eventSubject, version: after.version,
                changes: [FieldChange("name", before: before.name, after: after.name)], in: db)
        }
        if before.role != after.role {
            try occasion.record(
                EventType.userRoleChanged, after.eventSubject, version: after.version,
                changes: [FieldChange("role", before: before.role.rawValue, after: after.role.rawValue)], in: db)
        }
    }

    /// All that he got by what he was: sessions, personal tokens, resets, and the invitations he gave.
    private func endRights(of id: UUID, _ reason: SessionEnd, _ occasion: Occasion, in db: Database) throws {
        try sessions.endAll(of: id, reason, occasion, in: db)
        try tokens.revokeAll(of: id, reason.rawValue, occasion, in: db)
        try ResetStore.withdraw(of: id, in: db)
        try ResetStore.withdrawAll(by: id, in: db)
        try InvitationStore.revokeAll(by: id, reason.rawValue, occasion, in: db)
    }

    /// As its next version.
    private static func save(_ user: inout User, at now: Instant, in db: Database) throws {
        user.version += 1
        user.updatedAt = now
        try db.execute(
            sql: """
                UPDATE user SET name = ?, name_key = ?, role = ?, status = ?, version = ?, updated_ms = ? WHERE id = ?
                """,
            arguments: [
                user.name, ComparableText.key(of: user.name), user.role.rawValue, user.status.rawValue, user.version,
                now.milliseconds, user.id,
            ])
    }

    static func activeAdministrators(but id: UUID, in db: Database) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM user WHERE role = 'admin' AND status = 'active' AND id <> ?", arguments: [id]
        ) ?? 0
    }
}
