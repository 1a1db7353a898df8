import Contracts
import Foundation
import GRDB
import Storage

/// Accounts that users have at a provider, in auth.sqlite. A sign-in with one is one transaction: who it is, his role of
/// today, and his session.
struct IdentityStore: Sendable {
    static let method = "oidc"

    enum Outcome: Sendable {
        case opened(WebSession)
        /// The user, as far as there is one.
        case refused(OpenIDFailure, UUID?)
    }

    let store: Store
    let users: UserStore
    let webSessions: WebSessionStore

    /// - Parameters:
    ///   - role: that his groups give him today; nil when they give none.
    ///   - provisions: whether a user is made for who has none.
    ///   - hasSecondFactor: whether the provider had to ask for one; without its word the weakest is assumed.
    func signIn(
        _ person: ProvenPerson, as role: Role?, provisions: Bool, hasSecondFactor: Bool, _ occasion: Occasion
    ) async throws -> Outcome {
        try await store.write { db in
            let known = try Self.user(of: person, in: db)
            guard let role else { return .refused(.noRole, known?.id) }
            guard let user = try known ?? newcomer(person, role, provisions, occasion, in: db) else {
                return .refused(.notLinked, nil)
            }
            guard user.status == .active else { return .refused(.disabled, user.id) }
            let current = try adapt(user, to: role, occasion, in: db)
            try db.execute(
                sql: "UPDATE identity SET last_used_ms = ? WHERE issuer = ? AND subject = ?",
                arguments: [occasion.now.milliseconds, person.issuer, person.subject])
            return .opened(
                try webSessions.open(
                    for: current, hasSecondFactor: hasSecondFactor, by: Self.method, occasion, in: db))
        }
    }
}

extension IdentityStore {
    /// Who has signed in with this account before.
    private static func user(of person: ProvenPerson, in db: Database) throws -> User? {
        let id = try UUID.fetchOne(
            db, sql: "SELECT user_id FROM identity WHERE issuer = ? AND subject = ?",
            arguments: [person.issuer, person.subject])
        return try id.flatMap { try UserStore.user($0, in: db) }
    }

    /// The user for somebody who comes for the first time: one who is there already, or a new one.
    private func newcomer(
        _ person: ProvenPerson, _ role: Role, _ provisions: Bool, _ occasion: Occasion, in db: Database
    ) throws -> User? {
        let namesake = try person.email.flatMap { email in
            try UUID.fetchOne(db, sql: "SELECT id FROM user WHERE email_key = ?", arguments: [email.key])
        }.flatMap { try UserStore.user($0, in: db) }
        let decision = LinkRule.decide(
            email: person.email, user: namesake,
            hasIdentity: try namesake.map { try Self.hasIdentity($0.id, at: person.issuer, in: db) } ?? false,
            provisions: provisions)
        let user: User
        switch decision {
        case .refuse: return nil
        case .link(let namesake): user = namesake
        case .create(let email):
            user = User(
                id: UUIDv7.make(at: occasion.now), email: email.text, name: person.name, role: role, status: .active,
                version: 1, createdAt: occasion.now, updatedAt: occasion.now)
            try UserStore.insert(Account(user: user, passwordHash: nil), by: nil, occasion, in: db)
        }
        try link(person, to: user, occasion, in: db)
        return user
    }

    private static func hasIdentity(_ user: UUID, at issuer: String, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM identity WHERE user_id = ? AND issuer = ?)",
            arguments: [user, issuer]) ?? false
    }

    private func link(_ person: ProvenPerson, to user: User, _ occasion: Occasion, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO identity (issuer, subject, user_id, created_ms, last_used_ms) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                person.issuer, person.subject, user.id, occasion.now.milliseconds, occasion.now.milliseconds,
            ])
        try occasion.record(
            EventType.identityLinked, user.eventSubject, version: user.version,
            changes: [
                FieldChange("issuer", before: nil, after: person.issuer),
                FieldChange("subject", before: nil, after: person.subject),
            ], in: db)
    }

    /// Gives the user the role that his groups give him today, but never takes it from the last administrator. A change of
    /// role ends the sessions and tokens that he got under the old one.
    private func adapt(_ user: User, to mapped: Role, _ occasion: Occasion, in db: Database) throws -> User {
        let role = LinkRule.role(
            mapped, of: user, otherActiveAdministrators: try UserStore.activeAdministrators(but: user.id, in: db))
        if role != mapped {
            try occasion.record(
                EventType.identityRoleKept, user.eventSubject, version: user.version,
                changes: [
                    FieldChange("role", before: role.rawValue, after: role.rawValue),
                    FieldChange("refused", before: nil, after: mapped.rawValue),
                    FieldChange("reason", before: nil, after: "last_administrator"),
                ], in: db)
        }
        guard role != user.role else { return user }
        return try users.setRole(of: user, to: role, by: Self.method, occasion, in: db)
    }
}
