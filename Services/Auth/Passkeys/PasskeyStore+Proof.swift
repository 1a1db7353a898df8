import Contracts
import Foundation
import GRDB
import Logging
import Storage

/// Whom a passkey has proved to be there. It was unlocked by a PIN, a fingerprint or the like, so it is two factors by itself.
struct PasskeyProof: Sendable, Hashable {
    let user: UUID
    let passkey: UUID
}

// Signing in with a passkey.
extension PasskeyStore {
    /// Nil when it proves nothing, for which the log has the reason at debug. The challenge is used up either way.
    func prove(_ assertion: PasskeyAssertion, _ occasion: Occasion) async throws -> PasskeyProof? {
        let party = try relyingParty()
        return try await store.write { db in
            do { return try Self.prove(assertion, at: party, occasion, in: db) } catch let refusal as PasskeyRefusal {
                logger.debug("passkey refused", metadata: ["passkey.refusal": "\(refusal.rawValue)"])
                return nil
            }
        }
    }

    private static func prove(
        _ assertion: PasskeyAssertion, at party: RelyingParty, _ occasion: Occasion, in db: Database
    ) throws -> PasskeyProof {
        let response = try AssertionResponse(assertion)
        let challenge = try PasskeyChallengeStore.take(response.clientData.challenge, in: db)
        guard let (passkey, record) = try known(response.id, in: db) else { throw PasskeyRefusal.credentialUnknown }
        do throws(PasskeyRefusal) {
            try AssertionRule.check(response, record, challenge, at: party, now: occasion.now)
        } catch {
            if error == .counterStoodStill {
                try occasion.record(
                    EventType.passkeyCloned, passkey.eventSubject,
                    changes: [FieldChange("user", before: nil, after: record.user.text)], in: db)
            }
            throw error
        }
        let data = response.authenticatorData
        try db.execute(
            sql: "UPDATE passkey SET counter = ?, is_backed_up = ?, last_used_ms = ? WHERE id = ?",
            arguments: [data.counter, data.flags.contains(.backedUp), occasion.now.milliseconds, passkey.id])
        return PasskeyProof(user: record.user, passkey: passkey.id)
    }

    static func known(_ credential: [UInt8], in db: Database) throws -> (Passkey, PasskeyRecord)? {
        let row = try Row.fetchOne(
            db, sql: "SELECT * FROM passkey WHERE credential_id = ?", arguments: [Data(credential)])
        guard let row else { return nil }
        let record = PasskeyRecord(
            user: row["user_id"], key: try COSEKey(x: row["x"] as Data, y: row["y"] as Data), counter: row["counter"],
            isBackupEligible: row["is_backup_eligible"])
        return (Passkey(row: row), record)
    }
}
