import Contracts
import Foundation
import GRDB
import Storage

/// What somebody showed beside his password, or in place of it.
enum SecondFactor: Sendable, Hashable {
    /// A code of the app that was turned on then, or a recovery code, which stands in for it.
    case app(enabledAt: Instant)
    /// By its id.
    case passkey(UUID)
}

/// Second factors as signing in needs them.
struct SecondFactorStore: Sendable {
    let store: Store
    let totp: TOTPStore

    init(store: Store, box: SecretBox) {
        self.store = store
        totp = TOTPStore(box: box)
    }

    /// Nil when the code is wrong, or the user has no authenticator app. A code that is right is used up.
    /// - Parameter code: of an authenticator app, or a recovery code, as it was typed.
    func use(_ code: String, of user: UUID, _ occasion: Occasion) async throws -> SecondFactor? {
        try await store.write { db in
            guard let active = try totp.active(of: user, in: db) else { return nil }
            let factor = SecondFactor.app(enabledAt: active.enabledAt)
            if let digits = TOTP.digits(of: code) {
                guard let step = active.totp.step(of: digits, at: occasion.now, after: active.lastStep) else {
                    return nil
                }
                try TOTPStore.use(step, of: user, in: db)
                return factor
            }
            guard let code = RecoveryCode(text: code), try RecoveryCodeStore.use(code, of: user, in: db) else {
                return nil
            }
            let left = try RecoveryCodeStore.count(of: user, in: db)
            try occasion.record(
                EventType.recoveryUsed, EventSubject.user(user),
                changes: [FieldChange("left", before: String(left + 1), after: String(left))], in: db)
            return factor
        }
    }

    /// Whether what was shown at a sign-in still lets this user in: the very factor, or none while he has none.
    static func stands(_ factor: SecondFactor?, of user: UUID, in db: Database) throws -> Bool {
        switch factor {
        case nil: try !areOn(for: user, in: db)
        case .app(let enabledAt): try TOTPStore.enabledAt(of: user, in: db) == enabledAt
        case .passkey(let id): try PasskeyStore.stands(id, of: user, in: db)
        }
    }

    /// Whether a password alone does not let this user in.
    func areOn(for user: UUID) async throws -> Bool { try await store.read { try Self.areOn(for: user, in: $0) } }

    static func areOn(for user: UUID, in db: Database) throws -> Bool {
        try TOTPStore.enabledAt(of: user, in: db) != nil || PasskeyStore.count(of: user, in: db) > 0
    }
}
