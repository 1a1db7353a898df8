import Contracts
import Foundation
import GRDB
import Storage

/// Second factors as signing in needs them.
struct SecondFactors: Sendable {
    let store: Store
    let totp: TOTPStore

    init(store: Store, box: SecretBox) {
        self.store = store
        totp = TOTPStore(box: box)
    }

    /// False when the code is wrong, or the user has no authenticator app. A code that is right is used up.
    /// - Parameter code: of an authenticator app, or a recovery code, as it was typed.
    func use(_ code: String, of user: UUID, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            if let digits = TOTP.digits(of: code) {
                guard let active = try totp.active(of: user, in: db),
                    let step = active.totp.step(of: digits, at: occasion.now, after: active.lastStep)
                else { return false }
                try TOTPStore.use(step, of: user, in: db)
                return true
            }
            guard let code = RecoveryCode(text: code), try RecoveryCodeStore.use(code, of: user, in: db) else {
                return false
            }
            let left = try RecoveryCodeStore.count(of: user, in: db)
            try occasion.record(
                EventType.recoveryUsed, FactorStore.eventSubject(user),
                changes: [FieldChange("left", before: String(left + 1), after: String(left))], in: db)
            return true
        }
    }

    /// Whether a password alone does not let this user in.
    func areOn(for user: UUID) async throws -> Bool { try await store.read { try Self.areOn(for: user, in: $0) } }

    static func areOn(for user: UUID, in db: Database) throws -> Bool {
        try TOTPStore.enabledAt(of: user, in: db) != nil || PasskeyStore.count(of: user, in: db) > 0
    }
}
