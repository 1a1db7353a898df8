import Contracts
import Foundation
import GRDB
import Storage

/// What a user can prove himself by, beside his password.
struct FactorStanding: Sendable, Hashable {
    let hasTOTP: Bool
    let hasRecoveryCodes: Bool
    let passkeys: Int
}

/// What a code turned out to be.
enum SecondFactorProof: Sendable, Hashable { case totp, recovery }

/// Second factors as signing in needs them.
struct SecondFactors: Sendable {
    let store: Store
    let totp: TOTPStore

    init(store: Store, box: SecretBox) {
        self.store = store
        totp = TOTPStore(box: box)
    }

    func standing(of user: UUID, in db: Database) throws -> FactorStanding {
        FactorStanding(
            hasTOTP: try TOTPStore.enabledAt(of: user, in: db) != nil,
            hasRecoveryCodes: try RecoveryCodeStore.count(of: user, in: db) > 0,
            passkeys: try PasskeyStore.count(of: user, in: db))
    }

    /// Nil when it is wrong. A code that is right is used up with this transaction.
    /// - Parameter code: of an authenticator app, or a recovery code, as it was typed.
    func use(
        _ code: String, of user: UUID, _ occasion: Occasion, in db: Database
    ) throws -> SecondFactorProof? {
        if let digits = TOTP.digits(of: code) {
            guard let active = try totp.active(of: user, in: db),
                let step = active.totp.step(of: digits, at: occasion.now, after: active.lastStep)
            else { return nil }
            try TOTPStore.use(step, of: user, in: db)
            return .totp
        }
        guard let code = RecoveryCode(text: code), try RecoveryCodeStore.use(code, of: user, in: db) else { return nil }
        let left = try RecoveryCodeStore.count(of: user, in: db)
        try occasion.record(
            EventType.recoveryUsed, FactorStore.eventSubject(user),
            changes: [FieldChange("left", before: String(left + 1), after: String(left))], in: db)
        return .recovery
    }

    /// False when the code is wrong, or the user has no authenticator app.
    func use(_ code: String, of user: UUID, _ occasion: Occasion) async throws -> Bool {
        try await store.write { try use(code, of: user, occasion, in: $0) != nil }
    }

    /// Whether a password alone does not let this user in.
    func areOn(for user: UUID) async throws -> Bool { try await store.read { try Self.areOn(for: user, in: $0) } }

    static func areOn(for user: UUID, in db: Database) throws -> Bool {
        try TOTPStore.enabledAt(of: user, in: db) != nil || PasskeyStore.count(of: user, in: db) > 0
    }
}
