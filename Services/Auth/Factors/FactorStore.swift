import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The changing of second factors in auth.sqlite: each wants a recent sign-in, and each that turns one on or off ends the
/// sessions that did not prove what is asked for from now on (OWASP ASVS 5, 7.4.3 and 7.5.1).
struct FactorStore: Sendable {
    let store: Store
    let totp: TOTPStore
    let passkeys: PasskeyStore
    let sessions: SessionStore

    enum Confirmation: Sendable {
        case done([RecoveryCode])
        case wrongCode
        /// No app is being set up: none was begun, its time is over, or too many codes were wrong.
        case nothingPending
    }

    func standing(of user: UUID) async throws -> (enabledAt: Instant?, recoveryCodesLeft: Int, passkeys: Int) {
        try await store.read { db in
            (
                try TOTPStore.enabledAt(of: user, in: db), try RecoveryCodeStore.count(of: user, in: db),
                try PasskeyStore.count(of: user, in: db)
            )
        }
    }

    /// - Returns: when its time is over.
    func begin(_ new: TOTP, by identity: RPCIdentity, _ occasion: Occasion) async throws -> Instant {
        try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            try totp.begin(new, of: identity.subject, at: occasion.now, in: db)
            return occasion.now.advanced(bySeconds: TOTPStore.pendingSeconds)
        }
    }

    /// Turns the app on that is being set up, in place of one that was on. A wrong code counts.
    /// - Parameter code: six digits.
    func confirm(_ code: String, by identity: RPCIdentity, _ occasion: Occasion) async throws -> Confirmation {
        let user = identity.subject
        return try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard let pending = try totp.pending(of: user, at: occasion.now, in: db) else { return .nothingPending }
            guard let step = pending.step(of: code, at: occasion.now, after: nil) else {
                try totp.countWrongCode(of: user, in: db)
                return .wrongCode
            }
            if try totp.activate(of: user, usedStep: step, at: occasion.now, in: db) {
                try occasion.record(
                    EventType.factorRemoved, .user(user), changes: [Self.totpRemoved], in: db)
            }
            try occasion.record(EventType.factorAdded, .user(user), changes: [Self.totpAdded], in: db)
            try sessions.endAll(of: user, but: identity.session, .factorsChanged, occasion, in: db)
            return .done(try RecoveryCodeStore.renew(of: user, at: occasion.now, in: db))
        }
    }

    /// With the recovery codes, which stand in for it. False when no app is on.
    func removeTOTP(by identity: RPCIdentity, _ occasion: Occasion) async throws -> Bool {
        let user = identity.subject
        return try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard try TOTPStore.enabledAt(of: user, in: db) != nil else { return false }
            _ = try TOTPStore.remove(of: user, in: db)
            try RecoveryCodeStore.removeAll(of: user, in: db)
            try occasion.record(EventType.factorRemoved, .user(user), changes: [Self.totpRemoved], in: db)
            try sessions.endAll(of: user, but: identity.session, .factorsChanged, occasion, in: db)
            return true
        }
    }

    /// Nil when no app is on that they could stand in for.
    func renewRecoveryCodes(by identity: RPCIdentity, _ occasion: Occasion) async throws -> [RecoveryCode]? {
        let user = identity.subject
        return try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard try TOTPStore.enabledAt(of: user, in: db) != nil else { return nil }
            try occasion.record(EventType.recoveryRenewed, .user(user), in: db)
            return try RecoveryCodeStore.renew(of: user, at: occasion.now, in: db)
        }
    }

    /// Takes all second factors from somebody who lost them, and ends his sessions, for whoever found them may be in one.
    /// False when there is no such user.
    func reset(_ user: UUID, by identity: RPCIdentity, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            try StepUpStore.check(identity, at: occasion.now, in: db)
            guard try UserStore.user(user, in: db) != nil else { return false }
            let hadTOTP = try TOTPStore.remove(of: user, in: db)
            try RecoveryCodeStore.removeAll(of: user, in: db)
            try passkeys.removeAll(of: user, occasion, in: db)
            try occasion.record(
                EventType.factorReset, .user(user),
                changes: hadTOTP ? [Self.totpRemoved] : [], in: db)
            try sessions.endAll(of: user, .factorsChanged, occasion, in: db)
            return true
        }
    }

    private static let totpAdded = FieldChange("kind", before: nil, after: "totp")
    private static let totpRemoved = FieldChange("kind", before: "totp", after: nil)
}
